"""Which checkpoint is the one before a cell."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from patina_kernel.relay.checkpoints import Checkpoints
from patina_kernel.relay.loop import Loop
from patina_kernel.relay.parked import Parked
from patina_kernel.relay.settings import Settings
from patina_kernel.wire.channel import Channel


class Line:
    """Checkpoints of a process that is not there."""

    def __init__(self, ends: ExitStack) -> None:
        self._ends = ends
        self.kept = Checkpoints(Loop(), Settings(), lambda _dropped, _why: None)

    def checkpoint(self) -> Parked:
        ours, theirs = socket.socketpair()
        self._ends.enter_context(theirs)
        parked = Parked(Channel(ours), 0)
        self.kept.add(parked)
        return parked

    def cell(self, msg_id: str) -> None:
        self.kept.cell_begins(msg_id)
        self.kept.state_changes()

    def restore(self, parked: Parked) -> list[str]:
        self.kept.state_changes()
        return self.kept.restored(parked)

    def undone_by_undo(self) -> str | None:
        """Return before which cell an undo goes back."""
        before = self.kept.before_last_cell
        return before.msg_id if before else None


@pytest.fixture
def line() -> Iterator[Line]:
    with ExitStack() as ends:
        made = Line(ends)
        yield made
        made.kept.clear()


def test_a_checkpoint_is_named_by_the_next_cell(line: Line) -> None:
    first = line.checkpoint()
    line.cell("a")
    second = line.checkpoint()
    line.cell("b")
    assert (first.msg_id, second.msg_id) == ("a", "b")
    assert line.undone_by_undo() == "b"


def test_no_checkpoint_of_another_state_is_named(line: Line) -> None:
    line.checkpoint()
    line.cell("a")
    unnamed = line.checkpoint()
    line.kept.state_changes()  # by a comm; the checkpoint that is now due is refused
    line.cell("b")
    assert unnamed.msg_id is None
    assert line.undone_by_undo() == "a"


def test_after_a_restore_an_undone_state_is_not_named_by_a_new_cell(line: Line) -> None:
    first = line.checkpoint()
    line.cell("a")
    line.checkpoint()
    line.cell("b")
    undone = line.checkpoint()
    line.restore(first)
    line.cell("c")  # before it a checkpoint was refused
    assert undone.msg_id is None
    assert line.kept.before("c") is None
    # That is the state which "c" found.
    assert line.kept.before_last_cell is first


def test_a_restored_state_that_no_cell_came_after_is_named_by_the_next(line: Line) -> None:
    line.checkpoint()
    line.cell("a")
    unnamed = line.checkpoint()
    line.cell("b")
    latest = line.checkpoint()
    line.restore(latest)
    assert line.undone_by_undo() == "b"
    line.cell("c")
    assert (unnamed.msg_id, latest.msg_id) == ("b", "c")
    assert line.undone_by_undo() == "c"


def test_what_was_dropped_is_not_gone_back_to(line: Line) -> None:
    line.checkpoint()
    line.cell("a")
    last = line.checkpoint()
    line.cell("b")
    line.kept.drop(last)
    assert line.undone_by_undo() == "a"


def test_going_back_tells_which_cells_the_state_is_not_made_of_any_more(line: Line) -> None:
    first = line.checkpoint()
    line.cell("a")
    second = line.checkpoint()
    line.cell("b")
    line.cell("c")
    assert line.restore(second) == ["b", "c"]
    line.cell("d")
    assert line.restore(second) == ["d"], "what was undone before is not undone once more"
    assert line.restore(first) == ["a"]
    line.cell("e")
    third = line.checkpoint()
    assert line.restore(second) == ["e"], "and there and back again"
    assert line.restore(third) == ["a"]
