"""A kernel with a stopwatch."""

from __future__ import annotations

import asyncio
import os
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager
from patina_kernel.runtime.process import Process

from bench.figures import AtMost, Figure, RatioAtMost

WARM_SECONDS = 180.0

OURS, THEIRS = "patina-python", "python3"
SECONDS = 120.0
LATE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Pairs:
    """What was measured on both sides, in turn."""

    ours: list[float] = field(default_factory=list)
    theirs: list[float] = field(default_factory=list)

    def add(self, ours: float, theirs: float) -> None:
        """Add a value of each side."""
        self.ours.append(ours)
        self.theirs.append(theirs)

    async def measure(self, ours: Awaitable[float], theirs: Awaitable[float]) -> None:
        """Measure one after the other."""
        self.add(await ours, await theirs)

    def figure(self, what: str, unit: str, versus: str, *goals: AtMost | RatioAtMost) -> Figure:
        """Return them as a figure."""
        return Figure(what, unit, self.ours, self.theirs, versus, goals)


class Timed:
    """A running kernel and a client; times are in milliseconds, seen from the client."""

    def __init__(self, manager: AsyncKernelManager, client: AsyncKernelClient) -> None:
        self.manager, self._client = manager, client
        self.first_reply_ms = 0.0

    async def reply_ms(self, code: str) -> float:
        """Run a cell to idle; return when its reply came."""
        return (await self._times(code))[0]

    async def idle_ms(self, code: str) -> float:
        """Run a cell; return when the kernel was idle again."""
        return (await self._times(code))[1]

    async def all_ms(self, codes: Sequence[str]) -> float:
        """Send cells all at once; return when the last reply came."""
        started = time.perf_counter()
        waiting = {self._client.execute(code) for code in codes}
        while waiting:
            reply = await self._client.get_shell_msg(timeout=SECONDS)
            if reply["parent_header"].get("msg_id") in waiting:
                assert reply["content"]["status"] == "ok", reply["content"]
                waiting.remove(reply["parent_header"]["msg_id"])
        return (time.perf_counter() - started) * 1e3

    @property
    def fork_ms(self) -> float:
        """How long the executor that was forked took."""
        provisioner: Any = self.manager.provisioner
        return float(provisioner.fork_reply["ms"])

    @property
    def came_from_template(self) -> bool:
        """Whether it is a copy of a warm template, and not a program that was started."""
        provisioner: Any = self.manager.provisioner
        return isinstance(provisioner.process, Process)

    async def value(self, code: str) -> str:
        """Return the result of a cell."""
        request = self._client.execute(code)
        while True:
            message = await self._client.get_iopub_msg(timeout=SECONDS)
            if message["parent_header"].get("msg_id") != request:
                continue
            if message["msg_type"] == "error":
                raise RuntimeError(message["content"]["evalue"])
            if message["msg_type"] == "execute_result":
                return str(message["content"]["data"]["text/plain"])

    async def published(self, code: str, seconds: float) -> list[tuple[str, dict[str, Any]]]:
        """Run a cell; return what it published: streams, results and errors, in order.

        A silence of so many seconds is an error, but once it is idle: what a kernel says after that
        is taken, too, until it is silent for LATE_SECONDS.
        """
        request = self._client.execute(code)
        found: list[tuple[str, dict[str, Any]]] = []
        idle = False
        while True:
            try:
                message = await self._client.get_iopub_msg(
                    timeout=LATE_SECONDS if idle else seconds
                )
            except Empty:
                if idle:
                    return found
                raise
            kind, content = message["msg_type"], message["content"]
            if not _is_of(message, request):
                continue
            if kind in ("stream", "execute_result", "display_data", "error"):
                found.append((kind, content))
            idle = idle or content.get("execution_state") == "idle"

    async def globals_after(self, code: str) -> dict[str, Any]:
        """Run a cell; return what is told of the globals."""
        request = self._client.execute(code)
        while True:
            message = await self._client.get_iopub_msg(timeout=SECONDS)
            if message["msg_type"] == "patina_globals" and _is_of(message, request):
                content: dict[str, Any] = message["content"]
                return content

    async def _times(self, code: str) -> tuple[float, float]:
        started = time.perf_counter()
        request = self._client.execute(code)
        while not _is_of(await self._client.get_shell_msg(timeout=SECONDS), request):
            pass
        replied = (time.perf_counter() - started) * 1e3
        while True:
            message = await self._client.get_iopub_msg(timeout=SECONDS)
            if _is_of(message, request) and message["content"].get("execution_state") == "idle":
                return replied, (time.perf_counter() - started) * 1e3

    async def ask(self, name: str, **content: Any) -> dict[str, Any]:
        """Return the reply to `patina_<name>_request`."""
        message = self._client.session.msg(f"patina_{name}_request", content)
        self._client.control_channel.send(message)
        while True:
            reply = await self._client.get_control_msg(timeout=SECONDS)
            if _is_of(reply, message["header"]["msg_id"]):
                answer: dict[str, Any] = reply["content"]
                return answer

    async def stop(self) -> None:
        """Stop it."""
        self._client.stop_channels()
        await self.manager.shutdown_kernel(now=True)


def _is_of(message: dict[str, Any], request: str) -> bool:
    return bool(message["parent_header"].get("msg_id") == request)


async def start(kernel: str, **how: Any) -> Timed:
    """Start a kernel and run its first cell."""
    started = time.perf_counter()
    manager = AsyncKernelManager(kernel_name=kernel)
    if kernel == THEIRS:
        how["stderr"] = subprocess.DEVNULL  # it warns of each connection without encryption
    await manager.start_kernel(**how)
    client = manager.client()
    client.start_channels(hb=False, stdin=False)
    timed = Timed(manager, client)
    request = client.execute("1")
    while not _is_of(await client.get_shell_msg(timeout=SECONDS), request):
        pass
    timed.first_reply_ms = (time.perf_counter() - started) * 1e3
    # Until the subscription has taken hold, what is published may be missed.
    await client.wait_for_ready(timeout=SECONDS)
    return timed


@asynccontextmanager
async def pair(ours: str, theirs: str) -> AsyncIterator[tuple[Timed, Timed]]:
    """Two kernels, alive at the same time."""
    one, two = await start(ours), await start(theirs)
    try:
        yield one, two
    finally:
        await one.stop()
        await two.stop()


@asynccontextmanager
async def apart(kernel: str) -> AsyncIterator[Path]:
    """Share nothing with other kernels of the machine, and have a warm template of `kernel`."""
    before = os.environ.get("PATINA_RUNTIME_DIR")
    with tempfile.TemporaryDirectory(prefix="pb-") as place:
        os.environ["PATINA_RUNTIME_DIR"] = place
        try:
            await _warm_up(kernel)
            yield Path(place)
        finally:
            os.environ.pop("PATINA_RUNTIME_DIR")
            if before is not None:
                os.environ["PATINA_RUNTIME_DIR"] = before


async def _warm_up(name: str) -> None:
    """Start kernels until one comes from the warm template."""
    end = time.monotonic() + WARM_SECONDS
    while time.monotonic() < end:
        kernel = await start(name)
        warm = kernel.came_from_template
        await kernel.stop()
        if warm:
            return
        await asyncio.sleep(0.5)
    raise TimeoutError("the template did not get warm, so starts from it cannot be measured")
