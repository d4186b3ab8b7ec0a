"""Going back: which cells made the state, which state is kept where, and what may be undone.

Source: the checkpoints of a kernel are states from before its cells (docs/reference/api.md).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from patina_lab.model import events as on
from patina_lab.model.effects import MarkUndone, Result, SaveRun
from patina_lab.model.ids import Seq
from patina_lab.model.run import Run, RunStatus
from patina_lab.text import Text
from patina_lab.text import gettext as _

REMEMBERED_CELLS = 100
"""As many as a kernel keeps checkpoints at most."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A checkpoint of a kernel: the state before output cell `seq`; None before what comes next."""

    id: str
    seq: Seq | None
    taken: str = ""
    private_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Way:
    """A way back: the checkpoint to restore, and the cells that are then undone."""

    checkpoint: str
    seqs: tuple[Seq, ...]


@dataclass(frozen=True, slots=True)
class NoWay:
    """Why something cannot be done, and what to do instead."""

    message: Text
    reason: Text
    hint: Text


def executing(run: Run, seq: Seq) -> Run:
    """Return the run with one more cell that changes its state."""
    before = dict(list(run.before.items())[-(REMEMBERED_CELLS - 1) :])
    executed = (*run.executed, seq)[-REMEMBERED_CELLS:]
    return replace(run, executed=executed, before={**before, seq: run.position})


Step = on.RolledBack | on.UndoAsked | on.Undone | on.Restored | on.UndoFailed


def changed(run: Run, event: Step) -> Result:
    """Return the run after a step of an undo."""
    match event:
        case on.RolledBack(seq):
            return _without(run, (seq,)) if seq in run.executed else (run, ())
        case on.UndoAsked(seqs):
            return (replace(run, restoring=seqs), ()) if why_not_now(run) is None else (run, ())
        case on.UndoFailed():
            return replace(run, restoring=None), ()
        case on.Undone():
            return (run, ()) if run.restoring is None else _restored(run, run.restoring)
        case on.Restored(seqs):
            gone = tuple(seq for seq in run.executed if seq in seqs)
            if not set(run.restoring or ()) <= set(seqs):
                # Late news of an undo before: the one that is under way goes on.
                return _without(run, gone) if gone else (run, ())
            is_news = gone or run.restoring is not None or run.crash is not None
            return _restored(run, gone) if is_news else (run, ())


def _restored(run: Run, undone: tuple[Seq, ...]) -> Result:
    status = RunStatus.IDLE if run.current is None else RunStatus.BUSY
    if run.phase is not None:
        status = RunStatus.STARTING  # It is being found again, and not there before that is done.
    # Threads of earlier cells do not run in the restored process.
    going_on = replace(run, status=status, crash=None, error=None, restoring=None, recent=())
    return _without(going_on, undone)


def _without(run: Run, seqs: tuple[Seq, ...]) -> Result:
    after = replace(run, executed=tuple(seq for seq in run.executed if seq not in seqs))
    marks = (MarkUndone(seqs, after.position),) if seqs else ()
    return after, (*marks, SaveRun())


def why_not_now(run: Run) -> NoWay | None:
    """Return why nothing can be undone in this state of the run; None when it can be."""
    if run.restoring is not None:
        reason = _("%1 goes back already", run.title)
        return NoWay(_("An undo is under way"), reason, _("Wait a moment."))
    if run.crash is not None:
        return None
    if run.status is RunStatus.IDLE and not run.waiting:
        return None
    if run.status in (RunStatus.BUSY, RunStatus.IDLE):
        return NoWay(_UNDID_NOTHING, _AT_WORK, _WAIT)
    if run.is_live:
        reason = _("%1 is %2", run.title, run.status.text)
        return NoWay(_UNDID_NOTHING, reason, _("Wait for it."))
    reason = _("%1 has no kernel: what it had in memory is gone", run.title)
    return NoWay(_UNDID_NOTHING, reason, _("Restart the run, and run the cells again."))


def way_back(run: Run, kept: Iterable[Kept]) -> Way | NoWay:
    """Return how to go to before the last cell; after a crash, as near to it as there is a way."""
    known = tuple(kept)
    if run.crash is not None:
        return _way_after_crash(run, run.crash.seq, known)
    if not run.executed:
        reason = _("No cell of this session is left to undo")
        hint = _("Earlier sessions and parents cannot be undone.")
        return NoWay(_UNDID_NOTHING, reason, hint)
    last = run.executed[-1]
    checkpoint = state_after(run, run.before.get(last), known)
    if checkpoint is None:
        reason = _("The state before output cell %1 is not kept any more", last)
        return NoWay(_UNDID_NOTHING, reason, _WHY_DROPPED)
    return Way(checkpoint, (last,))


def _way_after_crash(run: Run, crashed: Seq | None, kept: tuple[Kept, ...]) -> Way | NoWay:
    if crashed is None:
        checkpoint = state_after(run, run.position, kept)
        if checkpoint is not None:
            return Way(checkpoint, ())
    for seq in reversed(run.executed):
        if crashed is not None and seq > crashed:
            continue
        checkpoint = state_after(run, run.before.get(seq), kept)
        if checkpoint is not None:
            return Way(checkpoint, tuple(later for later in run.executed if later >= seq))
    reason = _("No state from before the crash is kept any more")
    return NoWay(_("The run cannot go on"), reason, _("Restart the run, or start a new one."))


def state_after(run: Run, seq: Seq | None, kept: Iterable[Kept]) -> str | None:
    """Return the checkpoint with the state right after a cell, None when there is none."""
    if seq is None:
        return None
    found = [one for one in kept if _is_state_after(run, seq, one)]
    return found[-1].id if found else None


def _is_state_after(run: Run, seq: Seq, one: Kept) -> bool:
    if one.seq is not None:
        return run.before.get(one.seq) == seq
    # Taken when the last cell was done; it is older than an undo that came since.
    latest = max(run.before, default=run.base)
    return seq == latest == run.position


_UNDID_NOTHING = _("Nothing was undone")
_AT_WORK = _("Cells of this run are running or queued")
_WAIT = _("Wait until they are done, or interrupt them.")
_WHY_DROPPED = _(
    "Kernels keep the latest states while memory allows. Restart the run, and run the cells again."
)


@dataclass(frozen=True, slots=True)
class Point:
    """Where to fork: after `seq`, from that checkpoint or (None) from the state as it is."""

    seq: Seq
    checkpoint: str | None
    beside: Seq | None = None
    """The running cell that the fork does not have."""


def why_no_fork(run: Run) -> NoWay | None:
    """Return why a run cannot be forked in this state; None when it can be."""
    message = _("%1 cannot be forked", run.title)
    if run.crash is not None:
        hint = _("Go on from before the crash (Undo), then fork. Or start a new run.")
        return NoWay(message, _("Its kernel died: %1", run.crash.reason), hint)
    if not run.is_live:
        reason = _("It is %1: what it had in memory is gone", run.status.text)
        hint = _("Restart it and run its cells again, or start a new run.")
        return NoWay(message, reason, hint)
    if run.status in (RunStatus.STARTING, RunStatus.FORKING) or run.restoring is not None:
        return NoWay(message, _("Its kernel is not ready yet"), _("Try again in a moment."))
    if "fork" not in run.capabilities:
        reason = _("Its kernel, %1, cannot be forked", run.kernel_name)
        return NoWay(message, reason, _("Choose a Patina kernel for this notebook."))
    return None


def why_no_save(run: Run) -> NoWay | None:
    """Return why the state of a run cannot be saved now; None when it can be."""
    message = _("The state was not saved")
    if run.current is not None or run.waiting or run.restoring is not None:
        return NoWay(message, _AT_WORK, _WAIT)
    reason = _("The kernel %1 cannot save its state", run.kernel_name)
    if not run.is_live:
        reason = _("The run is %1: there is no state in memory", run.status.text)
    elif "save" in run.capabilities:
        return None
    return NoWay(message, reason, _("Use a Patina kernel that is idle."))


def point_now(run: Run, kept: Iterable[Kept]) -> Point | NoWay:
    """Return where to fork a run as it is; of a busy one, the state before the running cell."""
    if run.current is None:
        return Point(run.position, None)
    found = point_after(run, run.position, kept)
    return replace(found, beside=run.current.seq) if isinstance(found, Point) else found


def point_after(run: Run, seq: Seq, kept: Iterable[Kept]) -> Point | NoWay:
    """Return where to fork a run after one of its output cells."""
    if run.current is None and seq == run.position:
        return Point(seq, None)
    checkpoint = state_after(run, seq, kept)
    if checkpoint is not None:
        return Point(seq, checkpoint)
    message = _("%1 cannot be forked after output cell %2", run.title, seq)
    if seq > run.last_seq or seq < 0:
        return NoWay(message, _("It has no output cell %1", seq), _("Choose one that it has."))
    if run.parent is not None and seq < run.parent.seq and run.session == 1:
        return NoWay(message, _("That cell is one of its parent"), _("Fork the parent there."))
    reason = _("The state after that cell is not kept (any more)")
    hint = _("Fork the run as it is, or run the cells again in a new run.")
    return NoWay(message, reason, hint)
