"""What holds for a run whatever happens to it, in whatever order."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from patina_lab.model import effects as do
from patina_lab.model import events as on
from patina_lab.model.cells import CellStatus, OutputCell
from patina_lab.model.effects import Effect
from patina_lab.model.events import Event
from patina_lab.model.ids import KernelId, Seq
from patina_lab.model.run import LIVE, Run, RunStatus, SavedState
from patina_lab.model.transition import transition
from patina_lab.tests.model.runs import AT, starting, submitted
from patina_lab.text import Text

SEQ = st.integers(1, 6).map(Seq)
TEXT = st.sampled_from(["a", "b\n", "\r", "x" * 5_000, "\x1b[31m"])
DATA = st.sampled_from([{"text/plain": "x"}, {"text/html": "y" * 9_000}])
DISPLAY = st.sampled_from(["d", "e"])
UNDO = on.UndoAsked(())
RESTORED = on.Restored((), AT)
"""Stands for the undo of the latest cell of the run it happens to."""
EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(submitted, st.text("abc", max_size=3), st.sampled_from("pqrst")),
    st.builds(on.Entered, TEXT, st.just(AT)),
    st.builds(on.KernelReady, st.sampled_from([KernelId("k1"), KernelId("k2")]), st.just(AT)),
    st.just(on.StartFailed(Text("m"), Text("r"), Text("h"), AT)),
    st.builds(on.Wrote, SEQ, st.sampled_from(["stdout", "stderr"]), TEXT),
    st.builds(on.Displayed, SEQ, DATA, st.just({}), st.none() | DISPLAY),
    st.builds(on.DisplayUpdated, DISPLAY, DATA, st.just({})),
    st.builds(on.Raised, SEQ, TEXT, TEXT, st.just(("line",))),
    st.builds(on.Cleared, SEQ, st.booleans()),
    st.builds(on.InputRequested, SEQ, TEXT, st.booleans()),
    st.builds(on.InputAnswered, SEQ, TEXT),
    st.builds(on.Finished, SEQ, st.booleans(), st.none() | st.integers(1, 9), st.just(AT)),
    st.just(on.InterruptAsked()),
    st.just(on.RestartAsked(AT)),
    st.just(on.StopAsked(AT)),
    st.just(on.KernelDied(Text("SIGKILL"), Text("h"), AT)),
    st.builds(on.Renamed, TEXT),
    st.builds(on.Crashed, st.just("signal 11"), st.none() | SEQ, st.just(AT)),
    st.builds(on.RolledBack, SEQ),
    st.just(on.Undone(AT)),
    st.just(on.UndoFailed(AT)),
    st.just(RESTORED),
    st.builds(on.GlobalsChanged, SEQ, st.just(({"name": "x"},)), st.just(1)),
    st.builds(on.Measured, st.integers(0, 9), st.just((Seq(1),))),
    st.just(on.StateSaved(SavedState(AT, Seq(1), 1))),
    st.just(on.LoadAsked(AT)),
    st.just(UNDO),
)
# Mostly what happens in life, so that the sequences get somewhere.
LIFE = st.lists(EVENTS | st.builds(submitted, st.text("abc", min_size=1), st.text()), max_size=40)


@dataclass
class World:
    """Does what the model decides, as the server would, and watches."""

    run: Run = field(default_factory=starting)
    cells: dict[int, OutputCell] = field(default_factory=dict)
    closed: dict[int, OutputCell] = field(default_factory=dict)
    running: set[int] = field(default_factory=set)
    undone: set[int] = field(default_factory=set)

    def take(self, event: Event) -> tuple[Effect, ...]:
        before = self.run
        self.run, effects = transition(before, meant(before, event))
        for effect in effects:
            self.perform(effect)
        return effects

    def perform(self, effect: Effect) -> None:
        match effect:
            case do.OpenCell(cell):
                assert cell.seq == len(self.cells) + 1
                self.cells[cell.seq] = cell
            case do.SendExecute(seq, code):
                assert not self.running, "two cells at once"
                assert code == self.cells[seq].source
                self.running = {seq}
            case do.ChangeCell(cell):
                assert cell.seq in self.cells
                if cell.seq in self.closed:
                    assert settled(cell) == settled(self.closed[cell.seq])
            case do.MarkUndone(seqs, position):
                assert not set(seqs) & self.undone, "undone twice"
                assert all(position < seq for seq in seqs)
                self.undone |= set(seqs)
            case do.ChangeGlobals(seq):
                assert seq not in self.undone
            case do.CloseCell(cell):
                assert cell.seq not in self.closed, "closed twice"
                self.closed[cell.seq] = cell
                self.running.discard(cell.seq)
            case _:
                pass


def meant(run: Run, event: Event) -> Event:
    """Return an undo as it is asked for in this run, or is told of: of its latest cell."""
    if event is RESTORED:
        return on.Restored(run.executed[-1:], AT)
    if event is not UNDO:
        return event
    crashed = run.crash.seq if run.crash else None
    first = run.executed[-1:] if crashed is None else (crashed,)
    return on.UndoAsked(tuple(seq for seq in run.executed if first and seq >= first[0]))


def settled(cell: OutputCell) -> dict[str, Any]:
    """Return what of a closed cell is final: all but its outputs."""
    return {
        name: getattr(cell, name)
        for name in OutputCell.__slots__
        if name not in ("outputs", "made", "clear_on_next")
    }


def check(run: Run, world: World) -> None:
    waiting = [cell.seq for cell in run.waiting]
    assert list(run.queue) == waiting == sorted(set(waiting))
    assert run.last_seq == len(world.cells)
    still_open = set(world.cells) - set(world.closed)
    current = {run.current.seq} if run.current else set()
    assert still_open == set(waiting) | current
    assert (run.status is RunStatus.BUSY) == (run.current is not None)
    idle = run.status is RunStatus.IDLE and run.restoring is None
    assert not (idle and waiting), "an idle run lets nobody wait"
    assert not set(run.executed) & world.undone, "what is undone has no part in the state"
    assert list(run.executed) == sorted(set(run.executed))
    assert set(run.executed) <= set(run.before)
    assert all(run.before[seq] < seq for seq in run.before)
    assert run.position <= run.last_seq
    assert world.running == current
    assert all(cell.status is CellStatus.QUEUED for cell in run.waiting)
    if run.current:
        assert run.current.status is CellStatus.RUNNING
        assert all(run.current.seq < seq for seq in waiting)
    if run.status not in LIVE:
        assert not waiting
        assert run.crash is not None or run.kernel_id is None
    if run.crash is not None:
        assert run.status is RunStatus.FAILED
    if run.restoring is not None:
        assert run.current is None


@given(LIFE)
@settings(max_examples=300, deadline=None)
def test_order_queue_and_status_agree_whatever_happens(events: list[Event]) -> None:
    world = World()
    for event in events:
        world.take(event)
        check(world.run, world)


@given(LIFE)
@settings(max_examples=150, deadline=None)
def test_after_the_end_nothing_is_done_until_a_restart(events: list[Event]) -> None:
    run: Run = starting()
    # After a crash an undo goes on, too.
    begins = on.RestartAsked | on.LoadAsked | on.Undone | on.Restored
    for event in events:
        ended = run.status not in LIVE
        run, effects = transition(run, event)
        if ended and not isinstance(event, begins):
            harmless = (
                do.SaveRun,
                do.ShutdownKernel,
                do.UpdateClosed,
                do.KeepBlobs,
                do.EmptyGlobals,
            )
            assert all(isinstance(effect, harmless) for effect in effects)


@given(LIFE, st.text("abc", max_size=3))
@settings(max_examples=100, deadline=None)
def test_a_request_has_an_effect_at_most_once(events: list[Event], cells: str) -> None:
    run: Run = starting()
    for event in events:
        run, _ = transition(run, event)
    asked = submitted(cells, "the same")
    once, _ = transition(run, asked)
    twice, effects = transition(once, asked)
    assert twice == once
    assert not effects


@given(LIFE)
@settings(max_examples=100, deadline=None)
def test_a_run_is_never_changed_in_place(events: list[Event]) -> None:
    run: Run = starting()
    for event in events:
        copy = replace(run)
        shown = repr(run)
        after, _ = transition(run, event)
        assert repr(run) == shown
        assert run == copy
        run = after
