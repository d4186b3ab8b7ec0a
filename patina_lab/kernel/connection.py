"""The channels of a live kernel: sends what a run asks for, tells what the kernel says."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from zmq import ZMQError

from patina_lab.kernel.account import Account, Kept
from patina_lab.kernel.asking import GONE, Asking, KernelRefusedError, look_again
from patina_lab.kernel.process import ANSWER_SECONDS, START_SECONDS, KernelProcess, KernelStartError
from patina_lab.kernel.translate import translate
from patina_lab.model.events import (
    Began,
    Crashed,
    Event,
    Finished,
    GlobalsRead,
    InputRequested,
    Measured,
    RolledBack,
    Wrote,
)
from patina_lab.model.ids import RunId, Seq
from patina_lab.model.outputs import storable_json
from patina_lab.model.run import KernelSettings, ReportLine
from patina_lab.model.transition import PROCESS_ENDED
from patina_lab.model.undoing import Kept as State

Sink = Callable[[Event], None]
QUIET_SECONDS, PAUSE_SECONDS = 5.0, 0.1
"""How long a dead kernel's last words are waited for, and the pause that ends them."""
log = logging.getLogger("patina_lab.kernel")
CAPABILITIES = ("fork", "undo", "globals", "save")
ACKNOWLEDGE_SECONDS = 0.5
JOURNAL_SECONDS = 60.0
VOLUME_CHARS = 4 * 2**20
"""After so much text it is logged at once: what is not, the kernel keeps, and it keeps no more
than there is room for."""
MISSED = "\n[{count} messages of the kernel are missing: no server was there, nor any more room]\n"
_FIRST_ANSWER_SECONDS = 0.05
_LOOKS, _LOOK_SECONDS = 500, 0.01


def now() -> str:
    """Return the time as the wire has it: UTC, RFC 3339, milliseconds."""
    return _on_the_wire(datetime.now(UTC))


def just_after(time: str) -> str:
    """Return the time a millisecond after another, both as the wire has them."""
    try:
        return _on_the_wire(datetime.fromisoformat(time) + timedelta(milliseconds=1))
    except ValueError:
        return ""  # It is of a log that says something else; then it has no order.


def _on_the_wire(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class KernelConnection:
    """One client of one kernel. `sink` receives the events, in the order they happened.

    `run` names the cells' messages, so that after a restart of the server they are known again:
    those with the `marks` of cells in the log. What a server before us had begun and could not
    write down has the same numbers as what we begin, and another mark.
    What one message leads to happens within `dealing`.
    """

    def __init__(
        self,
        process: KernelProcess,
        run: RunId,
        sink: Sink,
        dealing: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        self.process, self._run, self._sink = process, run, sink
        self._client = process.client()
        self.account = Account(self._next_kept, lambda message: self._deal(dealing, message))
        self._replies: dict[Seq, dict[str, Any]] = {}
        self._idle: set[Seq] = set()
        self.marks: dict[Seq, str] = {}
        self._closed: set[Seq] = set()
        self.ask = Asking(self._client)
        self.capabilities: tuple[str, ...] = ()
        self.on_volume: Callable[[], None] = lambda: None
        self.on_lost: Callable[[], object] = lambda: None
        self._volume = 0
        self._safe: int | None = None
        self._acknowledging: asyncio.TimerHandle | None = None
        self.on_checkpoints: Callable[[], None] = lambda: None
        self._ended_in: Seq | None = None
        self._began: set[str] = set()
        self._looked: set[str] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._heard = 0

    async def open(self) -> None:
        """Open the channels and wait until the kernel answers on all that we need.

        Raises KernelStartError when the kernel dies first, or does not answer in two minutes.
        """
        await self._open(self._client.kernel_info)

    async def open_to_busy(self) -> None:
        """Open the channels to a Patina kernel that may run a cell: it answers all the same."""
        await self._open(self._ask_beside)

    def _ask_beside(self) -> str:
        """Ask on the control channel, where nothing waits for the end of a cell."""
        message = self._client.session.msg("kernel_info_request")
        self._client.control_channel.send(message)
        return str(message["header"]["msg_id"])

    async def _open(self, ask: Callable[[], str]) -> None:
        self._client.start_channels(hb=False)
        answering = asyncio.create_task(self._answering(ask))
        dying = asyncio.create_task(self.process.died())
        try:
            done, _ = await asyncio.wait(
                (answering, dying), timeout=START_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            answering.cancel()
            dying.cancel()
        if answering not in done:
            raise KernelStartError(
                "The kernel did not start",
                "Its process ended" if dying in done else "It did not answer within two minutes",
                "The server's log has what the kernel printed.",
            )
        answering.result()
        self._tasks = [
            asyncio.create_task(self._pump(self._client.get_iopub_msg, self.account.take)),
            asyncio.create_task(self._pump(self._client.get_shell_msg, self._on_shell)),
            asyncio.create_task(self._pump(self._client.get_stdin_msg, self._on_stdin)),
            asyncio.create_task(self._pump(self._client.get_control_msg, self.ask.on_reply)),
        ]
        for task in self._tasks:
            task.add_done_callback(self._pump_ended)

    def _pump_ended(self, task: asyncio.Task[None]) -> None:
        """Say that a channel has failed; nothing comes from it any more."""
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("A channel of a kernel failed", exc_info=error)
            self.on_lost()

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

    async def lock(self, resolved: Mapping[str, Any]) -> None:
        """Have a new kernel take packages at the versions that the notebook keeps."""
        if not self.process.is_patina or not resolved:
            return
        try:
            await self.ask("lock", {"lock": dict(resolved)})
        except KernelRefusedError as error:
            log.warning("A kernel does not take the lock of its notebook: %s", error)

    async def _begin_account(self) -> None:
        """Have the kernel keep what it says until we have it safe."""
        reply: dict[str, Any] = {}
        while not reply.get("accounting"):
            reply = await self.ask("journal", {"acknowledged": 0})
        self.account.begin(int(reply["position"]))

    async def resume(self, running: Seq | None) -> Seq | None:
        """Hear what a kernel has said since the position that its account begins with.

        Returns the cell that `running` names if the kernel has never got it.
        Raises KernelRefusedError.
        """
        self.capabilities = CAPABILITIES
        is_whole = await self._caught_up()
        state = await self.ask("state")
        if is_whole:
            await self.account.heard(int(state["position"]))
        else:
            await self._go_on_without(int(state["position"]))
        told = [self._seq(str(message)) for message in (state["running"], *state["waiting"])]
        for seq in filter(None, told):
            self._sink(Began(seq, now()))
        asked, current = state["question"], told[0]
        if asked is not None and current is not None:
            prompt, password = str(asked.get("prompt", "")), bool(asked.get("password"))
            self._sink(InputRequested(current, prompt, password))
        known = {*told, *self._closed}
        if running is None or running in known:
            return None
        if is_whole:
            return running
        # How it has ended was said, and cannot be heard any more.
        self._tell_missed(running)
        self._closed.add(running)
        self._sink(Finished(running, False, None, now()))
        return None

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
            if (seq := self._seq(str(entry["msg_id"]))) or entry["msg_id"] is None
        ]

    async def read_globals(self) -> GlobalsRead:
        """Return all variables as they are now. Raises KernelRefusedError."""
        reply = storable_json(await self.ask("globals"))
        return GlobalsRead(tuple(reply["globals"]), int(reply["total"]))

    async def look_at_globals(self) -> GlobalsRead:
        """Have the kernel look at its variables, and return them: it does so after a cell only.

        Where there are many, what it finds later is told as more of GlobalsRead.
        """
        message = self._client.execute("", silent=True, store_history=False, allow_stdin=False)
        self._began.add(message)
        look_again(self._client.shell_channel)
        for _ in range(_LOOKS):
            reply = storable_json(await self.ask("globals"))
            if not reply["stale"] and message in self._looked:
                break
            await asyncio.sleep(_LOOK_SECONDS)
        return GlobalsRead(tuple(reply["globals"]), int(reply["total"]))

    async def measured(self) -> Measured:
        """Return what the kernel uses and keeps now. Raises KernelRefusedError."""
        kept = await self.checkpoints()
        memory = (await self.ask("state"))["memory"]
        seqs = tuple(one.seq for one in kept if one.seq is not None)
        return Measured(int(memory["resident_bytes"]), seqs)

    async def _answering(self, ask: Callable[[], str]) -> None:
        """Ask until nothing can be missed of what the kernel says, nor of what it asks."""
        await self._until_heard(ask)
        if not await self._client.until_can_be_asked(ANSWER_SECONDS):
            log.warning("The stdin channel of a kernel is not connected: it may ask unheard")

    async def _until_heard(self, ask: Callable[[], str]) -> None:
        """Ask until the kernel's idle status arrives: then we are subscribed."""
        asked: set[str] = set()
        patience = _FIRST_ANSWER_SECONDS
        while True:
            # A kernel that is there at once, as a fork is, may answer before we are subscribed.
            asked.add(ask())
            deadline = asyncio.get_running_loop().time() + patience
            patience = min(2 * patience, ANSWER_SECONDS)
            while (left := deadline - asyncio.get_running_loop().time()) > 0:
                message = await self._next_iopub(left)
                if message and _is_idle(message) and _parent(message) in asked:
                    return

    async def _next_iopub(self, seconds: float) -> dict[str, Any] | None:
        try:
            return await asyncio.wait_for(self._client.get_iopub_msg(), seconds)
        except TimeoutError:
            return None

    def execute(self, seq: Seq, code: str, mark: str) -> None:
        """Send the code of an output cell."""
        self.marks[seq] = mark
        content = {
            "code": code,
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": True,
            "stop_on_error": True,
        }
        message = self._client.session.msg("execute_request", content)
        message["msg_id"] = message["header"]["msg_id"] = f"{self._run}-{seq}-{mark}"
        self._client.shell_channel.send(message)
        look_again(self._client.shell_channel)

    def _seq(self, message: str) -> Seq | None:
        """Return the output cell that a message of ours was about."""
        run, *of_cell = message.rsplit("-", 2)
        if run != self._run or not of_cell[0].isdecimal():
            return None
        seq = Seq(int(of_cell[0]))
        return seq if self.marks.get(seq) == of_cell[1] else None

    def answer(self, value: str) -> None:
        """Answer the kernel's question."""
        self._client.input(value)
        look_again(self._client.stdin_channel)

    async def quiet(self) -> None:
        """Wait until nothing more comes: what a kernel said last outlives it, in the sockets."""
        deadline = asyncio.get_running_loop().time() + QUIET_SECONDS
        heard = -1
        while heard != self._heard and asyncio.get_running_loop().time() < deadline:
            heard = self._heard
            await asyncio.sleep(PAUSE_SECONDS)

    async def close(self) -> None:
        """Close the channels; the kernel goes on."""
        if self._acknowledging is not None:
            self._acknowledging.cancel()
        self.account.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.ask.close()
        self._client.stop_channels()

    async def _pump(
        self,
        receive: Callable[[], Awaitable[dict[str, Any]]],
        handle: Callable[[dict[str, Any]], None],
    ) -> None:
        while True:
            try:
                message = await receive()
                self._heard += 1
                handle(message)
            except ZMQError:
                raise  # The channel is closed.
            except Exception:
                # A message that is no message, or that nothing can be made of, must not stop
                # the next: the run would wait for the end of its cell for ever.
                log.exception("Left out a message of a kernel")
                await asyncio.sleep(0)

    def _deal(
        self, dealing: Callable[[], AbstractContextManager[None]], message: dict[str, Any]
    ) -> None:
        with dealing():
            self._on_iopub(message)
        self._volume += len(message["content"].get("text") or "")
        if self._volume > VOLUME_CHARS:
            self._volume = 0
            self.on_volume()

    def _on_iopub(self, message: dict[str, Any]) -> None:
        seq = self._seq(_parent(message))
        match message["header"]["msg_type"]:
            case "patina_crashed":
                reason = str(message["content"].get("reason"))
                ended_in, self._ended_in = self._ended_in, None
                self._sink(Crashed(reason, ended_in if seq == ended_in else None, now()))
                return
            case "patina_checkpoints":
                self.on_checkpoints()
                return
            case "patina_reply" if seq is not None:
                self._replies[seq] = message["content"]
                return
            case "error" if message["content"].get("ename") == PROCESS_ENDED:
                self._ended_in = seq
            case "patina_globals" if _parent(message) in self._began:
                content = storable_json(message["content"])
                self._sink(GlobalsRead(tuple(content["delta"]), int(content["total"])))
        if seq is None:
            return
        self._tell_missed(seq)
        if _is_idle(message):
            self._idle.add(seq)
            self._finish_when_complete(seq)
        elif event := _event(message, seq):
            self._sink(event)

    def _tell_missed(self, seq: Seq) -> None:
        if count := self.account.missed():
            self._sink(Wrote(seq, "stderr", MISSED.format(count=count)))

    def _on_shell(self, message: dict[str, Any]) -> None:
        seq = self._seq(_parent(message))
        self._looked |= self._began & {_parent(message)}
        if self.account.position is not None:
            return  # The same is told on iopub, in its place.
        if seq is not None and message["header"]["msg_type"] == "execute_reply":
            self._replies[seq] = message["content"]
            self._finish_when_complete(seq)

    def _on_stdin(self, message: dict[str, Any]) -> None:
        seq = self._seq(_parent(message))
        if seq is not None and (event := translate(message, seq)):
            self._sink(event)

    def _finish_when_complete(self, seq: Seq) -> None:
        """Tell the end once both the reply and the last output came: by different channels."""
        if seq not in self._idle or seq not in self._replies:
            return
        content = self._replies.pop(seq)
        self._idle.discard(seq)
        self._closed.add(seq)
        count = content.get("execution_count")
        ok = content.get("status") == "ok"
        self._sink(Finished(seq, ok, count if isinstance(count, int) else None, now()))
        if content.get("ename") == PROCESS_ENDED and _goes_on(content):
            self._sink(RolledBack(seq))


def _event(message: dict[str, Any], seq: Seq) -> Event | None:
    is_input = message["header"]["msg_type"] == "execute_input"
    return Began(seq, now()) if is_input else translate(message, seq)


def _parent(message: dict[str, Any]) -> str:
    return str(message["parent_header"].get("msg_id", ""))


def _goes_on(reply: dict[str, Any]) -> bool:
    return str(reply.get("hint", "")).startswith("it goes on from")


def report_lines(lines: list[dict[str, Any]]) -> tuple[ReportLine, ...]:
    """Return a report as the model has it."""
    names = ("kind", "name", "what", "advice")
    return tuple(ReportLine(*(str(line.get(name, "")) for name in names)) for line in lines)


def _is_idle(message: dict[str, Any]) -> bool:
    content = message["content"]
    is_status: bool = message["header"]["msg_type"] == "status"
    return is_status and content["execution_state"] == "idle"
