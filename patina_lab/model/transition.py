"""The rules of a run, in one pure function: what an event makes of it, and what must be done."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from patina_lab.model import ending, lifecycle, producing, queueing, undoing
from patina_lab.model import events as on
from patina_lab.model.effects import (
    BeginGlobals,
    ChangeGlobals,
    EmptyGlobals,
    KeepLock,
    Result,
    SaveRun,
    ShutdownKernel,
)
from patina_lab.model.events import Event
from patina_lab.model.run import Run, RunStatus


def transition(run: Run, event: Event) -> Result:  # noqa: C901, PLR0911, PLR0912 (one case an event)
    """Return the run after `event`, and what must now be done, in order."""
    match event:
        case on.Submitted():
            return queueing.submitted(run, event)
        case on.Entered():
            return lifecycle.entered(run, event)
        case on.KernelReady():
            return lifecycle.ready(run, event)
        case on.Began():
            return queueing.began(run, event)
        case on.Reattached():
            return lifecycle.reattached(run, event)
        case on.NeverArrived(seq):
            return queueing.sent_again(run, seq)
        case on.KernelLost():
            return ending.ended(run, RunStatus.LOST, ending.LOST, event.at)
        case on.StartFailed():
            return lifecycle.start_failed(run, event)
        case on.Finished():
            return queueing.finished(run, event)
        case on.InputAnswered():
            return queueing.answered(run, event)
        case on.InterruptAsked():
            return queueing.interrupt(run)
        case on.RestartAsked():
            return lifecycle.restart(run, event)
        case on.StopAsked():
            after, effects = ending.ended(run, RunStatus.STOPPED, None, event.at, why=event.why)
            return after, (*effects, EmptyGlobals(), ShutdownKernel())
        case on.KernelDied():
            return lifecycle.died(run, event)
        case on.Crashed():
            return lifecycle.crashed(run, event)
        case on.RolledBack() | on.UndoAsked():
            return undoing.changed(run, event)
        case on.Undone() | on.UndoFailed() | on.Restored():
            return queueing.undone(run, event)
        case on.GlobalsChanged():
            if event.seq not in run.executed:
                return run, ()
            return run, (ChangeGlobals(event.seq, event.rows, event.total),)
        case on.GlobalsRead():
            return run, (BeginGlobals(run.base, event.rows, event.total),)
        case on.Locked(lock):
            return run, (KeepLock(lock),)
        case on.Measured():
            return lifecycle.measured(run, event)
        case on.StateSaved():
            return replace(run, saved=event.saved), (SaveRun(),)
        case on.LoadAsked():
            return lifecycle.load(run, event)
        case on.Renamed():
            return replace(run, title=event.title), (SaveRun(),)
        case (
            on.Wrote()
            | on.Displayed()
            | on.DisplayUpdated()
            | on.Raised()
            | on.Cleared()
            | on.InputRequested()
        ):
            return producing.produced(run, event)
        case _:
            assert_never(event)
