"""A running kernel in a test, spoken to through jupyter_client."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from queue import Empty
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager

# So long a machine that has much else to do may take.
PATIENCE = 180.0
# What is published before a subscription has taken hold is missed, and is then asked for again.
SUBSCRIBED_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Ran:
    """How a cell went: its reply, and what it said on iopub up to idle."""

    reply: dict[str, Any]
    messages: list[dict[str, Any]] = field(default_factory=list)

    @property
    def status(self) -> str:
        return str(self.reply["status"])

    @property
    def text(self) -> str:
        """What a person sees, in order."""
        kinds = [message["msg_type"] for message in self.messages]
        cleared = len(kinds) - kinds[::-1].index("clear_output") if "clear_output" in kinds else 0
        return "".join(_text(message) for message in self.messages[cleared:])

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [message["content"] for message in self.messages if message["msg_type"] == kind]


def _text(message: dict[str, Any]) -> str:
    content = message["content"]
    match message["msg_type"]:
        case "stream":
            return str(content["text"])
        case "execute_result" | "display_data":
            return str(content["data"].get("text/plain", ""))
        case "error":
            return f"{content['ename']}: {content['evalue']}"
    return ""


class Live:
    """A kernel and a client of it."""

    def __init__(self, manager: AsyncKernelManager, client: AsyncKernelClient) -> None:
        self.manager, self.client = manager, client

    def send(self, code: str, **how: Any) -> str:
        """Send a cell; return its message id."""
        return str(self.client.execute(code, **how))

    async def run(self, code: str, **how: Any) -> Ran:
        """Run a cell to its end."""
        return await self.outcome(self.send(code, **how))

    async def outcome(self, request: str) -> Ran:
        """Wait for the end of a cell that was sent."""
        messages = await self.until_idle(request)
        return Ran((await self.shell_reply(request))["content"], messages)

    async def shell_reply(self, request: str) -> dict[str, Any]:
        return await self._next(self.client.get_shell_msg, lambda message: _is_of(message, request))

    async def until_idle(self, request: str) -> list[dict[str, Any]]:
        messages: list[dict[str, Any]] = []
        while True:
            message = await self.iopub(lambda message: _is_of(message, request))
            if message["content"].get("execution_state") == "idle":
                return messages
            messages.append(message)

    async def iopub(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Return the next message on iopub that is wanted."""
        return await self._next(self.client.get_iopub_msg, wanted)

    async def said(self, kind: str, request: str | None = None) -> dict[str, Any]:
        """Return the content of the next message of a type on iopub."""
        message = await self.iopub(
            lambda message: (
                message["msg_type"] == kind and (request is None or _is_of(message, request))
            )
        )
        content: dict[str, Any] = message["content"]
        return content

    async def running(self, request: str) -> None:
        """Wait until a cell has begun."""
        await self.said("execute_input", request)

    async def ask(self, name: str, /, **content: Any) -> dict[str, Any]:
        """Return the reply to `patina_<name>_request`, or to `<name>` when it ends in _request."""
        kind = name if name.endswith("_request") else f"patina_{name}_request"
        message = self.client.session.msg(kind, content)
        self.client.control_channel.send(message)
        request = message["header"]["msg_id"]
        reply = await self._next(self.client.get_control_msg, lambda reply: _is_of(reply, request))
        answer: dict[str, Any] = reply["content"]
        return answer

    async def pids(self) -> dict[str, Any]:
        pids: dict[str, Any] = (await self.ask("state"))["pids"]
        return pids

    async def checkpoints(self, least: int = 0) -> list[dict[str, Any]]:
        """Return the checkpoints, once there are at least so many."""
        while True:
            listed: list[dict[str, Any]] = (await self.ask("checkpoints"))["checkpoints"]
            if len(listed) >= least:
                return listed
            await asyncio.sleep(0.01)

    async def globals(self) -> list[dict[str, Any]]:
        """Return the globals, once the kernel is at rest."""
        while True:
            reply = await self.ask("globals")
            if not reply["stale"]:
                rows: list[dict[str, Any]] = reply["globals"]
                return rows
            await asyncio.sleep(0.01)

    async def ready(self) -> None:
        """Wait until the kernel answers, and until what it publishes arrives here.

        As `wait_for_ready` of the client does, but without waiting for silence at the end: that
        the kernel is idle again is the last that it says of the request.
        """
        while True:
            request = str(self.client.kernel_info())
            await self.shell_reply(request)
            with suppress(TimeoutError):  # published before the subscription took hold
                await asyncio.wait_for(self.until_idle(request), SUBSCRIBED_SECONDS)
                return

    @staticmethod
    async def _next(get: Any, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                message: dict[str, Any] = await get(timeout=end - time.monotonic())
            except Empty:
                break
            if wanted(message):
                return message
        raise TimeoutError("the kernel did not say what was waited for")

    async def shut_down(self) -> None:
        self.client.stop_channels()
        await self.manager.shutdown_kernel(now=True)


def _is_of(message: dict[str, Any], request: str) -> bool:
    return bool(message["parent_header"].get("msg_id") == request)


async def start(kernel: str, **how: Any) -> Live:
    """Start a kernel, or a fork (`fork_of`), and wait until it answers."""
    manager = AsyncKernelManager(kernel_name=kernel)
    await manager.start_kernel(**how)
    return await connect(manager)


async def connect(manager: Any) -> Live:
    """Return a new client of a running kernel."""
    client = manager.client()
    client.start_channels()
    live = Live(manager, client)
    try:
        await live.ready()
    except TimeoutError:
        await live.shut_down()
        raise
    return live


@asynccontextmanager
async def started(kernel: str, **how: Any) -> AsyncIterator[Live]:
    """A kernel for the length of a block."""
    live = await start(kernel, **how)
    try:
        yield live
    finally:
        await live.shut_down()


@asynccontextmanager
async def forked(live: Live, **how: Any) -> AsyncIterator[Live]:
    """A fork for the length of a block."""
    assert live.manager.kernel_name is not None
    async with started(
        live.manager.kernel_name, fork_of=live.manager.connection_file, **how
    ) as fork:
        yield fork
