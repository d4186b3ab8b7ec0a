"""The rules of a run: what each event makes of it in each state that matters."""

import pytest

from patina_lab.model import effects as do
from patina_lab.model import events as on
from patina_lab.model.cells import CellStatus
from patina_lab.model.effects import Effect
from patina_lab.model.events import Event
from patina_lab.model.ids import KernelId, Seq
from patina_lab.model.outputs import ErrorOutput
from patina_lab.model.run import Phase, RunStatus
from patina_lab.tests.model.runs import (
    AT,
    Tried,
    after,
    busy,
    effects_of,
    finished,
    idle,
    queued_with,
    ready,
    starting,
    submitted,
)
from patina_lab.text import Text

DIED = on.KernelDied(Text("killed by SIGKILL"), Text("Restart the run."), AT)
START_FAILED = on.StartFailed(
    Text("It did not start"), Text("no such file"), Text("Install it."), AT
)
STOP, RESTART, INTERRUPT = on.StopAsked(AT), on.RestartAsked(AT), on.InterruptAsked()


def closed(effects: list[Effect] | tuple[Effect, ...]) -> list[tuple[int, str]]:
    """Return which output cells were closed, and how."""
    return [(e.cell.seq, e.cell.status.value) for e in effects if isinstance(e, do.CloseCell)]


def stopped() -> Tried:
    return after(idle(), STOP)


def failed() -> Tried:
    return after(idle(), DIED)


def test_a_new_run_is_starting_and_takes_cells() -> None:
    run = after(starting(), submitted("ab"))
    assert (run.status, run.queue, run.last_seq) == (RunStatus.STARTING, (1, 2), 2)


def test_a_start_says_which_phase_it_is_in() -> None:
    run = after(starting(), on.Entered(Text("Starting the kernel"), AT, 900))
    assert run.phase == Phase(Text("Starting the kernel"), AT, 900)
    assert after(run, ready()).phase is None


@pytest.mark.parametrize("run", [idle(), busy(), stopped(), failed()])
def test_phases_and_readiness_of_a_start_that_is_over_change_nothing(run: Tried) -> None:
    for event in (on.Entered(Text("late"), AT), on.KernelReady(KernelId("late"), AT), START_FAILED):
        assert run.after(event) == (run, ())


def test_what_waited_for_the_kernel_runs_once_it_is_ready() -> None:
    waiting = after(starting(), submitted("ab"))
    run, effects = waiting.after(ready())
    assert do.SendExecute(Seq(1), "source of a") in effects
    assert (run.status, run.queue) == (RunStatus.BUSY, (2,))
    assert run.kernel_id == "k1"


def test_a_cell_runs_at_once_when_the_kernel_is_idle() -> None:
    run, effects = idle().after(submitted("a"))
    kinds = [type(effect) for effect in effects]
    assert kinds == [do.OpenCell, do.ChangeCell, do.SendExecute, do.SaveRun]
    assert run.current is not None
    assert run.current.started == AT


def test_a_second_cell_waits_for_the_first() -> None:
    run = busy("ab")
    assert run.queue == (2,)
    then, effects = run.after(finished(1))
    assert closed(effects) == [(1, "succeeded")]
    assert do.SendExecute(Seq(2), "source of b") in effects
    assert then.queue == ()


def test_an_error_lets_nothing_behind_it_run() -> None:
    run, effects = busy("abc").after(finished(1, ok=False))
    assert closed(effects) == [(1, "failed"), (2, "not run"), (3, "not run")]
    assert run.status is RunStatus.IDLE
    assert not any(isinstance(effect, do.SendExecute) for effect in effects)


def test_an_interrupted_cell_is_called_so() -> None:
    asked, effects = busy("ab").after(INTERRUPT)
    assert effects == (do.InterruptKernel(),)
    assert closed(effects_of(asked, finished(1, ok=False))) == [
        (1, "interrupted"),
        (2, "not run"),
    ]


def test_a_cell_that_ends_well_in_spite_of_an_interrupt_has_succeeded() -> None:
    run = after(busy("ab"), INTERRUPT, finished(1))
    assert run.recent[-1].status is CellStatus.SUCCEEDED
    assert not run.interrupted


@pytest.mark.parametrize("run", [starting(), idle(), stopped(), failed()])
def test_an_interrupt_of_nothing_does_nothing(run: Tried) -> None:
    assert run.after(INTERRUPT) == (run, ())


def test_the_end_of_another_cell_ends_nothing() -> None:
    run = busy("ab")
    assert run.after(finished(2)) == (run, ())
    assert idle().after(finished(1)) == (idle(), ())


def test_a_request_that_is_repeated_does_nothing() -> None:
    run = busy()
    assert run.after(submitted("abc", "r")) == (run, ())


@pytest.mark.parametrize("run", [stopped(), failed()])
def test_a_run_without_a_kernel_takes_no_cells(run: Tried) -> None:
    assert run.after(submitted("a", "new")) == (run, ())


def test_a_dead_kernel_fails_the_running_cell_and_runs_nothing_else() -> None:
    run, effects = busy("abc").after(DIED)
    assert closed(effects) == [(1, "failed"), (2, "not run"), (3, "not run")]
    assert run.status is RunStatus.FAILED
    assert run.error is not None
    assert "SIGKILL" in run.error.message
    last = next(e.cell for e in effects if isinstance(e, do.CloseCell)).outputs[-1]
    assert isinstance(last, ErrorOutput)
    assert "SIGKILL" in last.evalue


def test_nothing_restarts_by_itself() -> None:
    effects = effects_of(busy("ab"), DIED, DIED, submitted("c", "later"))
    assert not any(isinstance(e, do.StartKernel | do.RestartKernel) for e in effects)


def test_a_start_that_fails_runs_nothing_that_waited() -> None:
    run, effects = after(starting(), submitted("ab")).after(START_FAILED)
    assert closed(effects) == [(1, "not run"), (2, "not run")]
    assert run.status is RunStatus.FAILED
    assert run.error is not None
    assert run.error.hint == "Install it."


def test_a_stop_interrupts_what_runs_and_keeps_the_history() -> None:
    run, effects = busy("ab").after(STOP)
    assert closed(effects) == [(1, "interrupted"), (2, "not run")]
    assert run.status is RunStatus.STOPPED
    assert run.last_seq == 2
    assert effects[-1] == do.ShutdownKernel()


def test_the_death_of_a_stopped_kernel_is_no_failure() -> None:
    assert stopped().after(DIED) == (stopped(), ())


def test_a_restart_is_a_new_session_that_takes_cells_at_once() -> None:
    run, effects = busy("ab").after(RESTART)
    assert closed(effects) == [(1, "interrupted"), (2, "not run")]
    assert effects[-1] == do.RestartKernel()
    assert (run.status, run.session, run.kernel_id) == (RunStatus.STARTING, 2, None)
    again = queued_with(run, "c")
    assert again.waiting[0].session == 2
    assert again.waiting[0].seq == 3


@pytest.mark.parametrize("run", [stopped(), failed(), idle(), starting()])
def test_any_run_can_be_restarted(run: Tried) -> None:
    again = after(run, RESTART, ready("k2"), submitted("a", "again"))
    assert again.status is RunStatus.BUSY
    assert again.error is None


def test_late_words_of_the_old_kernel_do_not_reach_the_new_session() -> None:
    run = after(busy(), finished(1), RESTART)
    late: list[Event] = [
        on.Wrote(Seq(1), "stdout", "late"),
        finished(1),
        on.Displayed(Seq(1), {}, {}),
    ]
    for event in late:
        assert run.after(event) == (run, ())


def test_only_who_is_asked_is_answered() -> None:
    assert busy().after(on.InputAnswered(Seq(1), "?")) == (busy(), ())
    asked = after(busy(), on.InputRequested(Seq(1), "Name? ", password=False))
    assert asked.after(on.InputAnswered(Seq(2), "?")) == (asked, ())
    answered, effects = asked.after(on.InputAnswered(Seq(1), "Ada"))
    assert do.SendInput("Ada") in effects
    assert answered.after(on.InputAnswered(Seq(1), "twice")) == (answered, ())


def test_a_question_nobody_answered_is_gone_when_the_cell_ends() -> None:
    asked = after(busy(), on.InputRequested(Seq(1), "Name? ", password=False))
    for event in (finished(1, ok=False), STOP, DIED, RESTART):
        cells = [e.cell for e in effects_of(asked, event) if isinstance(e, do.CloseCell)]
        assert cells[0].question is None


def test_a_title_can_be_changed_in_any_state() -> None:
    for run in (starting(), idle(), busy(), stopped(), failed()):
        changed, effects = run.after(on.Renamed("Other"))
        assert changed.title == "Other"
        assert effects == (do.SaveRun(),)


def test_only_the_latest_requests_are_remembered() -> None:
    run = idle()
    for number in range(1_100):
        run = after(run, submitted("a", f"r{number}"), finished(number + 1))
    assert len(run.requests) == 1_000
    assert "r1099" in run.requests
    assert "r0" not in run.requests
    assert len(run.recent) == 8
