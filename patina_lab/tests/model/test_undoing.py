"""Which state is kept where, and the ways back: rules without a kernel."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from patina_lab.model import events as on
from patina_lab.model.effects import MarkUndone
from patina_lab.model.ids import KernelId, RunId, Seq
from patina_lab.model.run import Crash, ForkPoint, Phase, Run, RunStatus
from patina_lab.model.undoing import (
    Kept,
    NoWay,
    Point,
    Way,
    point_after,
    point_now,
    state_after,
    way_back,
    why_no_fork,
    why_not_now,
)
from patina_lab.tests.model.runs import AT, Tried, after, finished, idle, submitted
from patina_lab.text import Text, verbatim

LATEST = Kept("latest", None)


def ran(count: int, run: Run | None = None) -> Tried:
    """Return a run in which so many more cells ran."""
    run = idle() if run is None else run
    for _ in range(count):
        seq = run.last_seq + 1
        run = after(run, submitted("a", f"r{seq}"), finished(seq))
    return after(run)


def kept(*seqs: int) -> list[Kept]:
    return [Kept(f"before {seq}", Seq(seq)) for seq in seqs]


def undone(run: Run, *seqs: int) -> Tried:
    return after(run, on.UndoAsked(tuple(map(Seq, seqs))), on.Undone(AT))


def test_the_way_back_is_the_checkpoint_before_the_last_cell() -> None:
    assert way_back(ran(3), [*kept(1, 2, 3), LATEST]) == Way("before 3", (Seq(3),))


def test_after_an_undo_the_cell_before_is_the_last_one() -> None:
    run = undone(ran(3), 3)
    assert run.position == 2
    assert way_back(run, [*kept(1, 2, 3), LATEST]) == Way("before 2", (Seq(2),))


def test_a_cell_that_ran_after_an_undo_goes_back_to_where_it_began() -> None:
    run = ran(1, undone(ran(3), 3))
    assert run.before[Seq(4)] == 2
    assert way_back(run, kept(1, 2, 3)) == Way("before 3", (Seq(4),)), "the same state"


def test_a_state_that_was_dropped_leaves_no_way_and_says_which() -> None:
    found = way_back(ran(3), kept(1, 2))
    assert isinstance(found, NoWay)
    assert "output cell 3" in found.reason
    nothing = way_back(idle(), [LATEST])
    assert isinstance(nothing, NoWay)


def test_after_a_crash_the_way_leads_before_the_cell_or_as_near_as_can_be() -> None:
    crashed = replace(ran(3), status=RunStatus.FAILED, crash=Crash(Text("signal 11"), Seq(3)))
    assert way_back(crashed, kept(1, 2, 3)) == Way("before 3", (Seq(3),))
    assert way_back(crashed, kept(1, 2)) == Way("before 2", (Seq(2), Seq(3)))
    assert isinstance(way_back(crashed, []), NoWay)


def test_a_crash_while_idle_undoes_nothing_when_the_latest_state_is_kept() -> None:
    crashed = replace(ran(2), status=RunStatus.FAILED, crash=Crash(Text("signal 9"), None))
    assert way_back(crashed, [*kept(1, 2), LATEST]) == Way("latest", ())
    assert way_back(crashed, kept(1, 2)) == Way("before 2", (Seq(2),))


def test_a_state_from_before_an_undo_is_not_taken_for_the_one_after_it() -> None:
    run = undone(ran(2), 2)
    crashed = replace(run, status=RunStatus.FAILED, crash=Crash(Text("signal 9"), None))
    assert way_back(crashed, [*kept(1, 2), LATEST]) == Way("before 2", ())


def test_a_fork_now_is_of_the_living_state_and_of_a_busy_run_of_the_state_before() -> None:
    assert point_now(ran(2), []) == Point(Seq(2), None)
    busy = after(ran(2), submitted("a", "more"))
    assert point_now(busy, kept(1, 2, 3)) == Point(Seq(2), "before 3", beside=Seq(3))
    assert isinstance(point_now(busy, kept(1, 2)), NoWay)


def test_a_fork_after_a_cell_needs_the_state_before_the_next() -> None:
    run = ran(3)
    assert point_after(run, Seq(1), kept(1, 2, 3)) == Point(Seq(1), "before 2")
    assert point_after(run, Seq(3), []) == Point(Seq(3), None)
    assert isinstance(point_after(run, Seq(1), kept(3)), NoWay)
    assert isinstance(point_after(run, Seq(9), kept(1)), NoWay)


def test_a_fork_counts_on_and_does_not_fork_its_parents_cells() -> None:
    parent = ForkPoint(RunId("p"), Seq(3))
    fork = after(replace(idle(), parent=parent, last_seq=Seq(3), base=Seq(3)))
    assert point_now(fork, []) == Point(Seq(3), None)
    assert ran(1, fork).last_seq == 4
    found = point_after(fork, Seq(2), [])
    assert isinstance(found, NoWay)
    assert "parent" in found.reason


def test_what_cannot_be_forked_or_undone_now_says_why() -> None:
    run = ran(1)
    assert why_no_fork(run) is not None, "the kernel has not said that it can"
    able = replace(run, capabilities=("fork", "undo"))
    assert why_no_fork(able) is None
    assert why_not_now(able) is None
    for state in (
        after(able, on.StopAsked(AT)),
        after(able, on.RestartAsked(AT)),
        after(able, on.UndoAsked((Seq(1),))),
        after(able, on.Crashed(Text("signal 11"), None, AT)),
    ):
        assert why_no_fork(state) is not None
    assert why_not_now(after(able, submitted("a", "x"))) is not None
    assert why_not_now(after(able, on.UndoAsked((Seq(1),)))) is not None
    assert why_not_now(after(able, on.Crashed(Text("signal 11"), None, AT))) is None


def test_cells_that_come_during_an_undo_wait_for_its_end() -> None:
    run = after(ran(2), on.UndoAsked((Seq(2),)), submitted("b", "during"))
    assert (run.status, run.queue) == (RunStatus.IDLE, (3,))
    run, effects = run.after(on.Undone(AT))
    assert run.current is not None
    assert run.current.seq == 3
    assert MarkUndone((Seq(2),), Seq(1)) in effects
    assert run.before[Seq(3)] == 1


STEPS = st.lists(st.sampled_from(["run", "undo"]), max_size=30)


@given(STEPS)
def test_whatever_was_run_and_undone_the_states_kept_are_found_by_what_made_them(
    steps: list[str],
) -> None:
    run: Run = idle()
    state: tuple[int, ...] = ()
    states: dict[int, tuple[int, ...]] = {}
    for step in steps:
        if step == "run":
            states[run.last_seq + 1] = state
            run = ran(1, run)
            state = (*state, run.last_seq)
        else:
            way = way_back(run, kept(*states))
            if isinstance(way, NoWay):
                assert not state
                continue
            restored = states[int(way.checkpoint.split()[1])]
            assert restored == state[:-1], "exactly the last cell is undone"
            run, state = undone(run, *way.seqs), restored
        assert run.executed == state
        for seq in {0, *state}:
            found = state_after(run, Seq(seq), kept(*states))
            if found is not None:
                made = states[int(found.split()[1])]
                assert (made[-1] if made else 0) == seq


def test_what_the_kernel_says_was_undone_is_undone_once_whoever_asked() -> None:
    run, effects = ran(3).after(on.Restored((Seq(3),), AT))
    assert MarkUndone((Seq(3),), Seq(2)) in effects
    assert (run.status, run.position) == (RunStatus.IDLE, 2)
    _, again = ran(1, run).after(on.Restored((Seq(3),), AT))
    assert not [one for one in again if isinstance(one, MarkUndone)]
    asked = after(ran(3), on.UndoAsked((Seq(3),)), on.Restored((Seq(3),), AT))
    assert (asked.restoring, asked.position) == (None, 2)
    _, reply = asked.after(on.Undone(AT))
    assert not [one for one in reply if isinstance(one, MarkUndone)]


def test_late_news_of_an_undo_does_not_end_the_next_one() -> None:
    second = after(undone(ran(3), 3), on.UndoAsked((Seq(2),)))
    late, effects = second.after(on.Restored((Seq(3),), AT))
    assert late.restoring == (2,)
    assert not [one for one in effects if isinstance(one, MarkUndone)]
    run, effects = late.after(on.Undone(AT))
    assert (run.restoring, run.position) == (None, 1)
    assert MarkUndone((Seq(2),), Seq(1)) in effects
    unasked, effects = ran(3).after(on.UndoAsked((Seq(2),)))
    unasked, effects = unasked.after(on.Restored((Seq(3),), AT))
    assert (unasked.restoring, unasked.executed) == ((2,), (1, 2))
    assert MarkUndone((Seq(3),), Seq(2)) in effects


def test_nothing_is_written_of_cells_where_none_is_undone() -> None:
    dead = after(ran(2), on.Crashed(verbatim("signal 9"), None, AT), on.UndoAsked(()))
    run, effects = dead.after(on.Undone(AT))
    assert (run.status, run.crash) == (RunStatus.IDLE, None)
    assert not [one for one in effects if isinstance(one, MarkUndone)]


def test_a_kernel_that_is_found_again_and_went_back_since_is_idle_once_it_is_found() -> None:
    finding = replace(ran(2), status=RunStatus.STARTING, phase=Phase(verbatim("Finding it"), AT))
    back = after(finding, on.Crashed(verbatim("signal 9"), Seq(2), AT), on.Restored((Seq(2),), AT))
    assert (back.status, back.crash) == (RunStatus.STARTING, None)
    found = after(back, on.Reattached(KernelId("k"), AT, ("undo",)))
    assert (found.status, found.capabilities) == (RunStatus.IDLE, ("undo",))
