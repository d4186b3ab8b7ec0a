"""A live kernel of a run: sends what the run asks for, tells what the kernel says."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from functools import partial
from typing import Any

from patina_lab.kernel.account import Account, Kept
from patina_lab.kernel.asking import GONE, Asking, KernelRefusedError, look_again
from patina_lab.kernel.channels import PAUSE_SECONDS, Channels, Handlers
from patina_lab.kernel.hearing import Hearing, Sink
from patina_lab.kernel.process import ANSWER_SECONDS, KernelProcess
from patina_lab.model.events import GlobalsRead, Measured
from patina_lab.model.ids import RunId, Seq
from patina_lab.model.outputs import storable_json
from patina_lab.model.packages import Packages
from patina_lab.model.run import KernelSettings, ReportLine
from patina_lab.model.undoing import Kept as State
from patina_lab.wire import told

log = logging.getLogger(__name__)
CAPABILITIES = ("fork", "undo", "globals", "save")
ACKNOWLEDGE_SECONDS = 0.5
JOURNAL_SECONDS = 60.0
_LOOKS, _LOOK_SECONDS = 500, 0.01


class KernelConnection:
    """One client of one kernel. `sink` receives the events, each message's within `dealing`.

    `run` and the `marks` of its cells name the messages that ask for their execution.
    """

    def __init__(
        self,
        process: KernelProcess,
        run: RunId,
        sink: Sink,
        dealing: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        self.process = process
        self._channels = Channels(process)
        self._client = self._channels.client
        self._hearing = Hearing(run, sink, dealing)
        self.account = Account(self._next_kept, self._hear)
        self.ask = Asking(self._client)
        self.capabilities: tuple[str, ...] = ()
        self._safe: int | None = None
        self._acknowledging: asyncio.TimerHandle | None = None

    def tell(
        self,
        *,
        on_checkpoints: Callable[[], None],
        on_volume: Callable[[], None],
        on_lost: Callable[[], object],
    ) -> None:
        """Say from now on what else happens.

        `on_checkpoints`: the kernel keeps other states; `on_volume`: it has said so much that it is
        to be logged; `on_lost`: it cannot be heard any more.
        """
        self._hearing.on_checkpoints, self._hearing.on_volume = on_checkpoints, on_volume
        self._channels.on_lost = on_lost

    def _hear(self, message: dict[str, Any]) -> None:
        self._hearing.on_iopub(message, self.account)

    async def open(self) -> None:
        """Open the channels and wait until the kernel answers. Raises KernelStartError."""
        await self._channels.open(self._handlers)

    async def open_to_busy(self) -> None:
        """Open the channels to a Patina kernel that may run a cell. Raises KernelStartError."""
        await self._channels.open(self._handlers, is_busy=True)

    @property
    def _handlers(self) -> Handlers:
        hearing = self._hearing
        on_shell = partial(hearing.on_shell, account=self.account)
        return Handlers(self.account.take, on_shell, hearing.on_stdin, self.ask.on_reply)

    async def settle(self, settings: KernelSettings) -> None:
        """Tell the kernel what its run was started with.

        Only kernels that can be forked are told: others log what they do not know as an error.
        """
        if not self.process.is_patina:
            return
        wanted = {
            "checkpoints": settings.checkpoints,
            "on_crash": settings.on_crash,
            "globals_ms": settings.globals_ms,
        }
        try:
            await self.ask("settings", wanted)
            await self._begin_account()
        except KernelRefusedError as error:
            log.warning("A kernel does not take its settings: %s", error)
        else:
            self.capabilities = CAPABILITIES

    async def lock(self, packages: Packages) -> None:
        """Have a new kernel take the packages of the notebook, at the versions that it keeps."""
        if not self.process.is_patina or packages == Packages():
            return
        wanted, resolved = dict(packages.wanted), dict(packages.resolved)
        try:
            await self.ask("lock", {"lock": resolved, "dependencies": wanted})
        except KernelRefusedError as error:
            log.warning("A kernel does not take the lock of its notebook: %s", error)

    async def _begin_account(self) -> None:
        """Have the kernel keep what it says until we have it safe."""
        reply: dict[str, Any] = {}
        while not reply.get("accounting"):
            reply = await self.ask("journal", {"acknowledged": 0})
        self.account.begin(int(reply["position"]))

    def go_on(self, position: int, marks: Mapping[Seq, str]) -> None:
        """Take over from another server, which had heard up to a position, and sent these cells."""
        self.account.begin(position)
        self._hearing.marks.update(marks)

    async def resume(self, running: Seq | None) -> Seq | None:
        """Hear what a kernel has said since the position that its account begins with.

        Returns the cell that `running` names if the kernel has never got it.
        Raises KernelRefusedError.
        """
        self.capabilities = CAPABILITIES
        is_whole = await self._caught_up()
        state = await self.ask("state", None, JOURNAL_SECONDS)
        if is_whole:
            await self.account.heard(int(state["position"]))
        else:
            await self._go_on_without(int(state["position"]))
        self._hearing.resume(state)
        there = running in self._hearing.cells_in(state)
        if running is None or there or self._hearing.has_ended(running):
            return None
        if is_whole:
            return running
        self.end_unheard(running)
        return None

    def end_unheard(self, running: Seq | None) -> None:
        """End the cell that runs: its end was said, and cannot be heard any more."""
        if running is not None:
            self._hearing.end_unheard(running, self.account)

    async def _caught_up(self) -> bool:
        """Hear what the kernel has kept; False where it does not tell."""
        for last in (False, True):
            try:
                await self.account.catch_up()
            except KernelRefusedError as error:
                if error.name == GONE:
                    raise
                log.warning("A kernel does not say what it has said: %s", error)
            else:
                return True
            if not last:
                await asyncio.sleep(PAUSE_SECONDS)
        return False

    async def _go_on_without(self, position: int) -> None:
        """Go on after a position; what is under way may still come."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.account.heard(position), ANSWER_SECONDS)
        self.account.give_up(position)

    async def _next_kept(self, position: int) -> Kept:
        reply = await self.ask("journal", {"after": position}, JOURNAL_SECONDS)
        return Kept(reply["messages"], int(reply["position"]), bool(reply["more"]))

    def safe(self, position: int) -> None:
        """Let the kernel forget what it said up to a position, soon."""
        self._safe = position
        if self._acknowledging is None:
            loop = asyncio.get_running_loop()
            self._acknowledging = loop.call_later(ACKNOWLEDGE_SECONDS, self._acknowledge)

    def _acknowledge(self) -> None:
        self._acknowledging = None
        self.ask.tell("journal", {"acknowledged": self._safe})

    async def report(self) -> tuple[ReportLine, ...]:
        """Return what this fork did not carry exactly."""
        try:
            lines = (await self.ask("state"))["report"]
        except (KernelRefusedError, KeyError):
            lines = self.process.fork_report
        return report_lines(lines)

    async def checkpoints(self) -> list[State]:
        """Return the states the kernel keeps, oldest first. Raises KernelRefusedError."""
        listed = (await self.ask("checkpoints"))["checkpoints"]
        # Those before cells that somebody else sent are none of the run's.
        return [
            State(entry["checkpoint"], seq, entry["taken"], entry["private_bytes"])
            for entry in listed
            if (seq := self._hearing.seq_of(str(entry["msg_id"]))) or entry["msg_id"] is None
        ]

    async def read_globals(self) -> GlobalsRead:
        """Return all variables as they are now. Raises KernelRefusedError."""
        return _globals_in(await self.ask("globals"))

    async def look_at_globals(self) -> GlobalsRead:
        """Have the kernel look at its variables, and return them: it does so after a cell only.

        Where there are many, what it finds later is told as more of GlobalsRead.
        """
        look = self._client.execute("", silent=True, store_history=False, allow_stdin=False)
        self._hearing.expect(look)
        look_again(self._client.shell_channel)
        for _look in range(_LOOKS):
            reply = await self.ask("globals")
            if not reply["stale"] and self._hearing.has_looked(look):
                break
            await asyncio.sleep(_LOOK_SECONDS)
        return _globals_in(reply)

    async def measured(self) -> Measured:
        """Return what the kernel uses and keeps now. Raises KernelRefusedError."""
        kept = await self.checkpoints()
        memory = (await self.ask("state"))["memory"]
        seqs = tuple(one.seq for one in kept if one.seq is not None)
        return Measured(int(memory["resident_bytes"]), seqs)

    def execute(self, seq: Seq, code: str, mark: str) -> None:
        """Send the code of an output cell."""
        self._hearing.marks[seq] = mark
        content = {
            "code": code,
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": True,
            "stop_on_error": True,
        }
        message = self._client.session.msg("execute_request", content)
        message["msg_id"] = message["header"]["msg_id"] = self._hearing.id_of(seq)
        self._client.shell_channel.send(message)
        look_again(self._client.shell_channel)

    def answer(self, value: str) -> None:
        """Answer the kernel's question."""
        self._client.input(value)
        look_again(self._client.stdin_channel)

    async def quiet(self) -> None:
        """Wait until nothing more comes: what a kernel said last outlives it, in the sockets."""
        await self._channels.quiet()

    async def close(self) -> None:
        """Close the channels; the kernel goes on."""
        if self._acknowledging is not None:
            self._acknowledging.cancel()
        self.account.close()
        await self._channels.close()
        self.ask.close()
        self._client.stop_channels()


def _globals_in(reply: dict[str, Any]) -> GlobalsRead:
    content = storable_json(reply)
    return GlobalsRead(tuple(content["globals"]), int(content["total"]))


def report_lines(lines: list[dict[str, Any]]) -> tuple[ReportLine, ...]:
    """Return a report as the model has it."""
    return tuple(
        ReportLine(
            str(line.get("kind", "")),
            str(line.get("name", "")),
            told(line, "what"),
            told(line, "advice"),
        )
        for line in lines
    )
