"""What a kernel says, as events of its run, in the order in which they happened."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from patina_lab.clock import now
from patina_lab.kernel.account import Account
from patina_lab.kernel.messages import is_idle, parent_of, type_of
from patina_lab.kernel.translate import translate
from patina_lab.model.ending import PROCESS_ENDED
from patina_lab.model.events import (
    Began,
    Crashed,
    Event,
    Finished,
    GlobalsRead,
    InputRequested,
    Restored,
    RolledBack,
    Wrote,
)
from patina_lab.model.ids import RunId, Seq
from patina_lab.model.outputs import storable_json
from patina_lab.text import Text
from patina_lab.wire import told

Sink = Callable[[Event], None]
VOLUME_CHARS = 4 * 2**20
"""After so much text it is logged at once: what is not, the kernel keeps, and it keeps no more
than there is room for."""
MISSED = "\n[{count} messages of the kernel are missing: no server was there, nor any more room]\n"


class Hearing:
    """Tells `sink` the events. What one message leads to happens within `dealing`.

    `run` names the cells' messages, so that after a restart of the server they are known again:
    those with the `marks` of cells in the log. What a server before us had begun and could not
    write down has the same numbers as what we begin, and another mark.
    """

    def __init__(
        self,
        run: RunId,
        sink: Sink,
        dealing: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._run, self._sink, self._dealing = run, sink, dealing
        self.marks: dict[Seq, str] = {}
        self.on_volume: Callable[[], None] = lambda: None
        self.on_checkpoints: Callable[[], None] = lambda: None
        self._replies: dict[Seq, dict[str, Any]] = {}
        self._idle: set[Seq] = set()
        self._closed: set[Seq] = set()
        self._ended_in: Seq | None = None
        self._looking: set[str] = set()
        self._looked: set[str] = set()
        self._volume = 0

    def id_of(self, seq: Seq) -> str:
        """Return the id of the message that asks for an output cell's execution."""
        return f"{self._run}-{seq}-{self.marks[seq]}"

    def seq_of(self, message: str) -> Seq | None:
        """Return the output cell that a message of that id asked for, if it was ours."""
        run, *of_cell = message.rsplit("-", 2)
        if run != self._run or not of_cell[0].isdecimal():
            return None
        seq = Seq(int(of_cell[0]))
        return seq if self.marks.get(seq) == of_cell[1] else None

    def has_ended(self, seq: Seq) -> bool:
        """Whether the end of an output cell was heard."""
        return seq in self._closed

    def expect(self, look: str) -> None:
        """Take a message of that id for one that has the kernel look at its variables."""
        self._looking.add(look)

    def has_looked(self, look: str) -> bool:
        """Whether the kernel has answered to that."""
        return look in self._looked

    def on_iopub(self, message: dict[str, Any], account: Account) -> None:
        """Take a message that tells everybody something; `account` says what was missed before."""
        with self._dealing():
            self._take(message, account)
        self._volume += len(message["content"].get("text") or "")
        if self._volume > VOLUME_CHARS:
            self._volume = 0
            self.on_volume()

    def _take(self, message: dict[str, Any], account: Account) -> None:
        seq, content = self.seq_of(parent_of(message)), message["content"]
        match type_of(message):
            case "patina_crashed":
                self._crashed(seq, told(content, "reason"))
            case "patina_checkpoints":
                self.on_checkpoints()
            case "patina_restored":
                undone = tuple(filter(None, map(self.seq_of, map(str, content["undone"]))))
                self._sink(Restored(undone, now()))
            case "patina_reply" if seq is not None:
                self._replies[seq] = content
            case "patina_globals" if parent_of(message) in self._looking:
                found = storable_json(content)
                self._sink(GlobalsRead(tuple(found["delta"]), int(found["total"])))
            case _ if seq is not None:
                self._take_of_cell(message, seq, account)

    def _crashed(self, seq: Seq | None, reason: Text) -> None:
        ended_in, self._ended_in = self._ended_in, None
        self._sink(Crashed(reason, ended_in if seq == ended_in else None, now()))

    def _take_of_cell(self, message: dict[str, Any], seq: Seq, account: Account) -> None:
        if type_of(message) == "error" and message["content"].get("ename") == PROCESS_ENDED:
            self._ended_in = seq
        self.tell_missed(seq, account)
        if is_idle(message):
            self._idle.add(seq)
            self._finish_when_complete(seq)
        elif event := _event(message, seq):
            self._sink(event)

    def tell_missed(self, seq: Seq, account: Account) -> None:
        """Say in an output cell what was not heard, if anything."""
        if count := account.missed():
            self._sink(Wrote(seq, "stderr", MISSED.format(count=count)))

    def on_shell(self, message: dict[str, Any], account: Account) -> None:
        """Take a reply."""
        seq = self.seq_of(parent_of(message))
        self._looked |= self._looking & {parent_of(message)}
        if account.position is not None:
            return  # The same is told on iopub, in its place.
        if seq is not None and type_of(message) == "execute_reply":
            self._replies[seq] = message["content"]
            self._finish_when_complete(seq)

    def on_stdin(self, message: dict[str, Any]) -> None:
        """Take a question."""
        seq = self.seq_of(parent_of(message))
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

    def resume(self, state: dict[str, Any]) -> None:
        """Take what a kernel says of itself: which cells run and wait, and what it asks."""
        cells = self.cells_in(state)
        for seq in filter(None, cells):
            self._sink(Began(seq, now()))
        asked, current = state["question"], cells[0]
        if asked is not None and current is not None:
            prompt, password = str(asked.get("prompt", "")), bool(asked.get("password"))
            self._sink(InputRequested(current, prompt, password))

    def cells_in(self, state: dict[str, Any]) -> list[Seq | None]:
        """Return the cell that a kernel runs and those that wait; None for what is not ours."""
        return [self.seq_of(str(message)) for message in (state["running"], *state["waiting"])]

    def end_unheard(self, seq: Seq, account: Account) -> None:
        """End an output cell whose end was said, and cannot be heard any more."""
        self.tell_missed(seq, account)
        self._closed.add(seq)
        self._sink(Finished(seq, False, None, now()))


def _event(message: dict[str, Any], seq: Seq) -> Event | None:
    return Began(seq, now()) if type_of(message) == "execute_input" else translate(message, seq)


def _goes_on(reply: dict[str, Any]) -> bool:
    # By a phrase, kernels that outlived an upgrade say it: until 0.2 there can be some that run.
    by_phrase = str(reply.get("hint", "")).startswith("it goes on from ")
    return bool(reply.get("goes_on")) or by_phrase
