"""The queue of the shell channel, and what else the executor's main thread is to do.

The executor is given one message at a time, so that a copy never inherits queued cells.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import zmq

from patina_kernel.relay.core import Core, failure, unknown
from patina_kernel.relay.messages import Message, dumps
from patina_kernel.text import gettext as _
from patina_kernel.wire.ops import Op
from patina_kernel.wire.packet import Packet

MOST_GIVEN = 64
ABORTED = b'{"status": "aborted"}'


@dataclass(frozen=True, slots=True)
class Task:
    """Something for the main thread while no cell runs; `done` gets the outcome, or None."""

    op: Op
    content: dict[str, Any]
    done: Callable[[Packet | None], None]


class Shell:
    """Takes requests in, gives them to the executor, knows whether it is busy."""

    def __init__(self, core: Core, take_checkpoint: Callable[[], Task]) -> None:
        self._core, self._take_checkpoint = core, take_checkpoint
        self.queue: deque[Message] = deque()
        self.tasks: deque[Task] = deque()
        self.task: Task | None = None
        # Given to the executor and not yet done with.
        self.given: list[Message] = []
        self.running: Message | None = None
        # Whether the state has changed since the last checkpoint, and whether by a cell.
        self._changed, self._by_cell = True, False

    @property
    def busy(self) -> bool:
        """Whether the executor deals with a request."""
        return bool(self.given)

    def receive(self) -> list[Message]:
        """Return the requests of other shells; queue ours."""
        others: list[Message] = []
        while True:
            try:
                frames = self._core.sockets.shell.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                return others
            message = self._core.messages.verify(frames)
            if message is None:
                continue
            if message.header.get("subshell_id") is not None:
                others.append(message)
            elif self._core.lost:
                self.refuse(message, failure("KernelLost", LOST, LOST_HINT))
            elif not self._core.understands("shell", message.type):
                self._core.publisher.status("busy", message.parent)
                self.refuse(message, unknown(message.type))
            else:
                self.queue.append(message)

    def add(self, task: Task) -> None:
        """Do something as soon as no cell runs."""
        self.tasks.append(task)
        self.pump()

    def pump(self) -> None:
        """Give the executor the next thing to do, if it can take it."""
        while self._core.ready and self.task is None:
            if not self.given and self.tasks:
                self._begin(self.tasks.popleft())
            elif self._wants_checkpoint():
                self._changed = False
                self._begin(self._take_checkpoint())
            elif self.queue and (not self.given or self._may_overtake(self.queue[0])):
                self._give(self.queue.popleft())
            else:
                return

    def _may_overtake(self, message: Message) -> bool:
        # More would fill the lane of an executor that does not read, and hold us up.
        return _is_comm(message) and len(self.given) < MOST_GIVEN

    def _wants_checkpoint(self) -> bool:
        if not self._core.settings.checkpoints or not self._changed or self.given:
            return False
        # After a cell at once, while the person reads; after anything else before the next cell.
        return self._by_cell if not self.queue else _runs_a_cell(self.queue[0])

    def _begin(self, task: Task) -> None:
        self.task = task
        self._send(task.op, [json.dumps(task.content).encode()])

    def _give(self, message: Message) -> None:
        self.given.append(message)
        if not _is_comm(message):
            self._core.parent = message.parent
        if message.type == "execute_request":
            self.running = message
            if _runs_a_cell(message):
                self._core.checkpoints.cell_begins(message.id)
        if message.type == "execute_request" or _is_comm(message):
            self._state_changes(by_cell=_runs_a_cell(message))
        self._send(Op.REQUEST, message.for_executor())

    def _state_changes(self, *, by_cell: bool) -> None:
        self._changed, self._by_cell = True, by_cell
        self._core.checkpoints.state_changes()

    def _send(self, op: Op, frames: Sequence[Any]) -> None:
        lanes = self._core.lanes
        if lanes is not None:
            try:
                lanes.main.send(op, frames)
            except OSError:
                return  # it has just ended; its death is dealt with where it is noticed

    def done(self, parent: bytes) -> None:
        """The executor has dealt with the request of that header."""
        self.given = [message for message in self.given if message.parent != parent]
        if self.running not in self.given:
            self.running = None
        self.pump()

    def task_done(self, packet: Packet | None) -> None:
        """The executor has done the task."""
        task, self.task = self.task, None
        if task is not None:
            task.done(packet)
        self.pump()

    def abort(self) -> None:
        """A cell failed: those that wait do not run."""
        self.queue, kept = deque(), self.queue
        for message in kept:
            if message.type == "execute_request":
                self._core.publisher.status("busy", message.parent)
                self.refuse(message, {"status": "aborted"}, ABORTED)
            else:
                self.queue.append(message)

    def refuse(self, message: Message, content: dict[str, Any], metadata: bytes = b"{}") -> None:
        """Reply to a request that will not be dealt with."""
        if message.type == "execute_request":
            content = {"execution_count": 0, **content}
        self._core.reply(self._core.sockets.shell, message, content, metadata)
        if message.type == "execute_request":
            self._core.publisher.replied(dumps(content), message.parent)
        self._core.publisher.status("idle", message.parent)

    def fail_all(self, content: dict[str, Any]) -> None:
        """The executor is gone: reply to what it was given."""
        given, self.given, self.running = self.given, [], None
        for message in given:
            if message.type == "execute_request":
                self._core.publisher.publish(b"error", "error", _error(content), message.parent)
            if not _is_comm(message):
                self.refuse(message, content)
        self._state_changes(by_cell=False)
        task, self.task = self.task, None
        if task is not None:
            task.done(None)


LOST = _("the kernel process ended")
LOST_HINT = _("go on from a checkpoint, or restart the kernel")


def _is_comm(message: Message) -> bool:
    return message.type.startswith("comm_")


def _runs_a_cell(message: Message) -> bool:
    return message.type == "execute_request" and not message.content.get("silent", False)


def _error(content: dict[str, Any]) -> dict[str, Any]:
    return {name: content[name] for name in ("ename", "evalue", "traceback")}
