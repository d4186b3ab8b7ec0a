"""The control channel: answered here, except what only the executor can answer."""

from __future__ import annotations

import json
import os
import traceback
from collections.abc import Callable
from typing import Any

from patina_kernel.relay import memory
from patina_kernel.relay.attachment import Attachment
from patina_kernel.relay.checkpoints import NoCheckpointError
from patina_kernel.relay.core import Core, failure, unknown
from patina_kernel.relay.messages import Message, unpacked
from patina_kernel.relay.parked import Parked, StuckError
from patina_kernel.relay.parking import Parking
from patina_kernel.relay.settings import BadSettingError
from patina_kernel.relay.shell import LOST, LOST_HINT, Shell, Task
from patina_kernel.relay.tickets import Tickets
from patina_kernel.text import gettext as _
from patina_kernel.text import said
from patina_kernel.wire.channel import Channel, parse
from patina_kernel.wire.ops import Op
from patina_kernel.wire.packet import Packet

# How long an executor may take to end when asked, before it is killed.
SHUTDOWN_SECONDS = 2.0
PREFIX = "patina_"
OK = {"status": "ok"}
Handler = Callable[[Message], None]


class BadRequestError(ValueError):
    """A request with a value that it cannot have."""


HINTS: dict[type[Exception], str] = {
    NoCheckpointError: _("choose one of the list of checkpoints"),
    StuckError: _("choose another checkpoint"),
    BadSettingError: _("the guide to the kernel lists the settings"),
    BadRequestError: _("correct the request"),
}
RELOAD = _("load it again, or restart the kernel")
UNEXPECTED = _("check what was asked, then ask again")


class Control:
    """Dispatches control requests."""

    def __init__(
        self, core: Core, shell: Shell, attachment: Attachment, parking: Parking, tickets: Tickets
    ) -> None:
        self._core, self._shell, self._attachment = core, shell, attachment
        self._parking, self._tickets = parking, tickets
        # Questions that the executor is to answer, by their message id.
        self._asked: dict[str, Message] = {}
        # Who has asked for a saved state, and the reply, until its process says hello.
        self._arriving: tuple[Message, dict[str, Any]] | None = None
        self._handlers: dict[str, Handler] = {
            "interrupt_request": self._interrupt,
            "shutdown_request": self._shut_down,
            "kernel_info_request": self._kernel_info,
            "patina_fork_request": self._fork,
            "patina_checkpoint_request": self._checkpoint,
            "patina_checkpoints_request": self._checkpoints,
            "patina_restore_request": self._restore,
            "patina_globals_request": self._globals,
            "patina_save_request": self._job,
            "patina_load_request": self._job,
            "patina_lock_request": self._job,
            "patina_settings_request": self._settings,
            "patina_state_request": self._state,
            "patina_journal_request": self._journal,
        }

    def on_request(self) -> None:
        """A request has come."""
        request = self._core.messages.verify(self._core.sockets.control.recv_multipart())
        if request is None:
            return
        handler = self._handlers.get(request.type)
        if handler is not None:
            self._core.publisher.status("busy", request.parent)
            try:
                handler(request)
            except Exception as error:  # noqa: BLE001 - whoever asked must get a reply
                self._core.answer(request, _failed(error))
        elif not self._core.understands("control", request.type):
            self._core.publisher.status("busy", request.parent)
            self._core.answer(request, unknown(request.type))
        elif self._core.lanes is not None:
            # Published as busy, and answered, by the executor.
            self._core.lanes.control.send(Op.CONTROL_REQUEST, request.for_executor())

    def on_answer(self, packet: Packet) -> None:
        """The executor has answered a question."""
        answer = parse(packet)
        request = self._asked.pop(answer["id"], None)
        if request is not None:
            self._core.answer(request, answer["content"])

    def forget(self) -> None:
        """The executor is gone: it answers no more."""
        asked, self._asked = list(self._asked.values()), {}
        if self._arriving is not None:
            asked.append(self._arriving[0])
            self._arriving = None
        for request in asked:
            self._core.answer(request, _ended())

    def _interrupt(self, request: Message) -> None:
        self._attachment.interrupt()
        self._core.answer(request, OK)

    def _shut_down(self, request: Message) -> None:
        content = {"status": "ok", "restart": bool(request.content.get("restart", False))}
        self._core.closing, self._core.exit_status = True, 0
        self._core.publisher.publish(b"shutdown", "shutdown_reply", content, request.parent)
        self._core.answer(request, content)
        lanes = self._core.lanes
        if lanes is None:
            self._core.loop.stopping = True
            return
        lanes.control.send(Op.EXIT)
        self._core.loop.call_later(SHUTDOWN_SECONDS, lanes.kill)

    def _kernel_info(self, request: Message) -> None:
        info = self._core.hello.get("kernel_info")
        if info is not None:
            self._core.answer(request, {**info, "status": "ok"})
        elif self._core.lanes is not None:
            # Not yet said hello: it will answer once it is up, after which it publishes idle.
            self._core.lanes.control.send(Op.CONTROL_REQUEST, request.for_executor())

    def _fork(self, request: Message) -> None:
        content = request.content
        when = content.get("when", "idle")
        if when not in ("now", "idle", "checkpoint"):
            raise BadSettingError(_("when: %1 is none of now, idle, checkpoint", repr(when)))
        if content.get("checkpoint") or when == "checkpoint":
            self._fork_checkpoint(request)
        elif when == "now" and self._shell.busy:
            hint = _(
                "fork the checkpoint before that cell (when: checkpoint), or wait (when: idle)"
            )
            self._core.answer(request, failure("Busy", _("a cell is running"), hint))
        elif self._core.lost:
            self._core.answer(request, failure("KernelLost", LOST, LOST_HINT))
        else:
            self._parking.park(lambda parked, outcome: self._forked(request, parked, outcome))

    def _fork_checkpoint(self, request: Message) -> None:
        running = self._shell.running
        wanted = request.content.get("checkpoint")
        before = self._core.checkpoints.before(running.id) if running and not wanted else None
        source = before or self._core.checkpoints.get(wanted)
        copy, ms = self._parking.timed(source.duplicate)
        self._forked(request, copy, {"ms": ms, "checkpoint": source.id, "msg_id": source.msg_id})

    def _forked(self, request: Message, parked: Parked | None, outcome: dict[str, Any]) -> None:
        if parked is None:
            self._core.answer(request, outcome)
            return
        ticket = self._tickets.issue(parked, reseed=bool(request.content.get("reseed", False)))
        self._core.answer(
            request, {"status": "ok", "ticket": ticket, "report": parked.report, **outcome}
        )

    def _checkpoint(self, request: Message) -> None:
        def done(parked: Parked | None, outcome: dict[str, Any]) -> None:
            if parked is None:
                self._core.answer(request, outcome)
                return
            self._core.checkpoints.add(parked)
            size = memory.private_bytes(parked.pid)
            content = {"status": "ok", "checkpoint": parked.id, "private_bytes": size, **outcome}
            self._core.answer(request, content)

        self._parking.park(done)

    def _checkpoints(self, request: Message) -> None:
        self._core.answer(request, {**OK, "checkpoints": self._core.checkpoints.listing()})

    def _restore(self, request: Message) -> None:
        wanted = request.content.get("checkpoint")
        last = self._core.checkpoints.before_last_cell
        parked = last if last and not wanted else self._core.checkpoints.get(wanted)
        undone, ms = self._parking.timed(lambda: self._attachment.restore(parked))
        self._attachment.tell_restored(parked, undone, request.parent)
        self._core.answer(request, {**OK, "checkpoint": parked.id, "ms": ms})

    def _globals(self, request: Message) -> None:
        content = request.content
        if content.get("name") is not None:
            ask = self._ask if self._core.hello.get("looks_aside", True) else self._job
            ask(request)
            return
        rows = [self._core.table[name] for name in sorted(self._core.table)]
        start = _count(content, "offset") or 0
        limit = _count(content, "limit")
        end = None if limit is None else start + limit
        stale = self._shell.busy or not self._core.ready
        page = {"globals": rows[start:end], "total": len(rows), "stale": stale}
        self._core.answer(request, {**OK, **page})

    def _ask(self, request: Message) -> None:
        if self._core.lanes is None:
            self._core.answer(request, _ended())
            return
        self._asked[request.id] = request
        content = {**request.content, "stale": self._shell.busy}
        question = {"id": request.id, "type": request.type, "content": content}
        self._core.lanes.control.send_json(Op.ASK, question)

    def _job(self, request: Message) -> None:
        def done(packet: Packet | None) -> None:
            content = _ended() if packet is None else parse(packet)["content"]
            if packet is not None and packet.descriptors:
                self._replace(Channel.of_descriptor(packet.descriptors[0]), request, content)
            else:
                self._core.answer(request, content)

        question = {"id": request.id, "type": request.type, "content": request.content}
        if self._core.lost:
            done(None)
        else:
            self._shell.add(Task(Op.JOB, question, done))

    def _replace(self, waiting: Channel, request: Message, content: dict[str, Any]) -> None:
        """Go on with the process that came out of a saved state; it is told when it has arrived."""
        try:
            self._attachment.replace(Parked(waiting, int(content.pop("pid"))), request.parent)
        except StuckError as error:
            self._core.answer(request, failure("StuckError", said(error), RELOAD))
        else:
            self._arriving = (request, content)

    def arrived(self) -> None:
        """An executor is there: answer who has asked for it."""
        if self._arriving is not None:
            self._core.answer(*self._arriving)
            self._arriving = None

    def _settings(self, request: Message) -> None:
        self._core.checkpoints.configure(self._core.settings.changed(request.content))
        self._core.tell_settings()
        settings = self._core.settings
        self._core.answer(
            request, {**OK, "checkpoints": settings.checkpoints, "on_crash": settings.on_crash}
        )

    def _journal(self, request: Message) -> None:
        content, publisher = request.content, self._core.publisher
        acknowledged, after = _count(content, "acknowledged"), _count(content, "after")
        if acknowledged is None and after is None:
            self._core.answer(request, {**OK, **publisher.hand_over()})
            return
        publisher.account(acknowledged or 0)
        kept, more = ([], False) if after is None else publisher.kept_after(after)
        # Of what comes after this reply none is older than its position.
        told = {"position": publisher.position, "accounting": publisher.accounting, "more": more}
        messages = [{"position": position, **unpacked(frames)} for position, frames in kept]
        self._core.answer(request, {**OK, **told, "messages": messages})

    def _state(self, request: Message) -> None:
        core = self._core
        live = core.lanes.pid if core.lanes else 0
        parked = [entry["checkpoint"] for entry in core.checkpoints.listing()]
        content = {
            "language": core.hello.get("language"),
            "engine": core.hello.get("engine"),
            "pids": {"relay": os.getpid(), "executor": live, "checkpoints": core.checkpoints.pids},
            "memory": {
                "resident_bytes": memory.resident_bytes(live),
                "private_bytes": memory.private_bytes(live),
                "checkpoints_bytes": core.checkpoints.used_bytes(),
                "relay_private_bytes": memory.private_bytes(os.getpid()),
            },
            "threads": memory.threads(live),
            "checkpoints": parked,
            "report": core.hello.get("report", []),
            "busy": self._shell.busy,
            "running": self._shell.running.id if self._shell.running else None,
            "waiting": [message.id for message in self._shell.queue],
            "question": json.loads(core.question) if core.question else None,
            "position": core.publisher.position,
            "lost": core.lost,
            "checkpoint_refused": self._parking.refused,
        }
        core.answer(request, {**OK, **content})


def _count(content: dict[str, Any], name: str) -> int | None:
    value = content.get(name)
    if value is None or (type(value) is int and value >= 0):
        return value
    what = repr(str(value)[:100])
    raise BadRequestError(_("%1: %2 is not a whole number from 0 on", name, what))


def _failed(error: Exception) -> dict[str, Any]:
    hint = next((hint for kind, hint in HINTS.items() if isinstance(error, kind)), UNEXPECTED)
    if hint is UNEXPECTED:
        traceback.print_exception(error)
    return failure(type(error).__name__, said(error), hint)


def _ended() -> dict[str, Any]:
    return failure("KernelProcessEnded", LOST, LOST_HINT)
