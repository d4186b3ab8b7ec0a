"""What a kernel says, as events: whose it is, in which order, and what ends a cell."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from patina_lab.kernel import hearing as module
from patina_lab.kernel.account import Account, Kept
from patina_lab.kernel.hearing import Hearing
from patina_lab.model.ending import PROCESS_ENDED
from patina_lab.model.events import (
    Began,
    Crashed,
    Event,
    Finished,
    GlobalsRead,
    InputRequested,
    RolledBack,
    Wrote,
)
from patina_lab.model.ids import RunId, Seq

ONE, TWO = Seq(1), Seq(2)


class Ear:
    """A hearing of a run with two cells, and what it told."""

    def __init__(self) -> None:
        self.told: list[Event] = []
        self.depth = 0
        self.hearing = Hearing(RunId("a-run"), self._take, self._dealing)
        self.hearing.marks = {ONE: "x", TWO: "y"}
        self.account = Account(self._nothing_kept, lambda _message: None)

    @staticmethod
    async def _nothing_kept(position: int) -> Kept:
        return Kept([], position, more=False)

    def _take(self, event: Event) -> None:
        self.told.append(event)

    @contextmanager
    def _dealing(self) -> Iterator[None]:
        self.depth += 1
        yield
        self.depth -= 1

    def iopub(self, kind: str, parent: str = "a-run-1-x", **content: Any) -> None:
        self.hearing.on_iopub(message(kind, parent, **content), self.account)

    def shell(self, parent: str = "a-run-1-x", **content: Any) -> None:
        self.hearing.on_shell(message("execute_reply", parent, **content), self.account)

    @property
    def kinds(self) -> list[type]:
        return [type(event) for event in self.told]


def message(kind: str, parent: str, **content: Any) -> dict[str, Any]:
    return {
        "header": {"msg_type": kind},
        "parent_header": {"msg_id": parent} if parent else {},
        "content": content,
    }


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.mark.parametrize(
    "parent",
    ["", "a-run", "a-run-1", "a-run-one-x", "b-run-1-x", "a-run-1-y", "a-run-3-x", "a-run-1-x-x"],
)
def test_what_is_about_no_cell_of_the_run_is_none_of_it(ear: Ear, parent: str) -> None:
    assert ear.hearing.seq_of(parent) is None
    ear.iopub("stream", parent, name="stdout", text="a stranger's")
    assert ear.told == []


def test_a_cell_is_known_by_the_id_that_it_is_sent_with(ear: Ear) -> None:
    assert ear.hearing.seq_of(ear.hearing.id_of(TWO)) == TWO


@pytest.mark.parametrize("reply_first", [False, True])
def test_a_cell_has_ended_when_reply_and_idle_have_both_come(
    ear: Ear, *, reply_first: bool
) -> None:
    for is_reply in (reply_first, not reply_first):
        assert ear.told == []
        assert not ear.hearing.has_ended(ONE)
        if is_reply:
            ear.shell(status="ok", execution_count=7)
        else:
            ear.iopub("status", execution_state="idle")
    (end,) = ear.told
    assert isinstance(end, Finished)
    assert (end.seq, end.ok, end.execution_count) == (ONE, True, 7)
    assert ear.hearing.has_ended(ONE)


def test_a_kernel_that_keeps_account_ends_a_cell_on_iopub_in_its_place(ear: Ear) -> None:
    ear.account.begin(0)
    ear.shell(status="ok", execution_count=7)
    ear.iopub("status", execution_state="idle")
    assert ear.told == []
    ear.iopub("patina_reply", status="error", execution_count=None)
    ear.iopub("stream", name="stdout", text="late")
    ear.iopub("status", execution_state="idle")
    assert ear.kinds == [Wrote, Finished]


def test_input_tells_that_a_cell_began_and_output_is_in_order(ear: Ear) -> None:
    ear.iopub("execute_input", code="…")
    ear.iopub("stream", name="stderr", text="a")
    ear.iopub("stream", "a-run-2-y", name="stdout", text="b")
    assert ear.kinds == [Began, Wrote, Wrote]
    assert [getattr(event, "seq", None) for event in ear.told] == [ONE, ONE, TWO]


def test_a_crash_names_the_cell_in_which_the_process_ended(ear: Ear) -> None:
    ear.iopub("error", ename=PROCESS_ENDED, evalue="signal 11", traceback=[])
    ear.iopub("patina_crashed", reason="SIGSEGV")
    ear.iopub("patina_crashed", reason="SIGKILL")
    crashes = [event for event in ear.told if isinstance(event, Crashed)]
    assert [(crash.reason, crash.seq) for crash in crashes] == [("SIGSEGV", ONE), ("SIGKILL", None)]


@pytest.mark.parametrize(
    "said", [{"goes_on": True}, {"hint": "it goes on from the state before this cell"}]
)
def test_a_cell_whose_process_ended_is_rolled_back_where_the_kernel_goes_on(
    ear: Ear, said: dict[str, Any]
) -> None:
    ear.shell(status="error", ename=PROCESS_ENDED, **said)
    ear.iopub("status", execution_state="idle")
    assert ear.kinds == [Finished, RolledBack]


def test_a_look_at_the_variables_is_told_although_it_is_of_no_cell(ear: Ear) -> None:
    ear.iopub("patina_globals", "look", delta=[], total=0)
    assert ear.told == []
    ear.hearing.expect("look")
    assert not ear.hearing.has_looked("look")
    ear.iopub("patina_globals", "look", delta=[{"name": "x"}], total=1)
    ear.shell("look", status="ok")
    assert ear.kinds == [GlobalsRead]
    assert ear.hearing.has_looked("look")


def test_what_was_missed_is_said_in_the_next_cell_that_says_something(ear: Ear) -> None:
    ear.account.missing = 3
    ear.iopub("stream", "a-run-2-y", name="stdout", text="b")
    ear.iopub("stream", "a-run-2-y", name="stdout", text="c")
    assert ear.kinds == [Wrote, Wrote, Wrote]
    assert ear.told[0] == Wrote(TWO, "stderr", module.MISSED.format(count=3))


def test_a_kernel_found_again_tells_what_runs_what_waits_and_what_it_asks(ear: Ear) -> None:
    state = {"running": "a-run-1-x", "waiting": ["b-1-z", "a-run-2-y"]}
    ear.hearing.resume({**state, "question": {"prompt": "name? "}})
    assert ear.told[-1] == InputRequested(ONE, "name? ", False)
    assert ear.kinds == [Began, Began, InputRequested]
    assert ear.hearing.cells_in(state) == [ONE, None, TWO]


def test_much_text_is_told_of_once_it_is_more_than_may_be_lost(
    ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "VOLUME_CHARS", 10)
    volumes: list[int] = []
    ear.hearing.on_volume = lambda: volumes.append(ear.depth)
    for _ in range(4):
        ear.iopub("stream", name="stdout", text="123456")
    # Outside of what the message is dealt within: what is held then is written first.
    assert volumes == [0, 0]
