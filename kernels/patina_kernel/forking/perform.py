"""Carrying out a plan. In the parent a failure leaves everything as it was."""

from __future__ import annotations

import errno
import os
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass

from patina_kernel.forking import native, report
from patina_kernel.forking.audit import audit
from patina_kernel.forking.plan import (
    NO_FORK,
    SAVE_AND_LOAD,
    SAVE_FIRST,
    CarryThreads,
    Heal,
    Own,
    Plain,
    Plan,
    Refuse,
)
from patina_kernel.language import ReportLine
from patina_kernel.text import gettext as _

BUSY_TRIES = 15
BUSY_SECONDS = 0.002


@dataclass(frozen=True, slots=True)
class ForkResult:
    """A fork as both sides see it: `pid` is 0 in the copy.

    `steps` are what the language must heal in the copy, `carried` counts the threads that came
    along, `held` says that in the copy they stand still until `release()`.
    """

    pid: int
    report: tuple[ReportLine, ...]
    steps: tuple[str, ...] = ()
    carried: int = 0
    held: bool = False


class ForkRefusedError(Exception):
    """There is no fork: why, what the person can do (`hint`), and what else can be done."""

    def __init__(self, reason: str, hint: str, alternatives: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.hint = hint
        self.alternatives = alternatives


class NoForkError(ForkRefusedError):
    """This system cannot copy a process, whatever is in it."""


class NoCheckpointError(ForkRefusedError):
    """A copy of threads that compute cannot be parked: it would run them, or freeze their locks."""


class NewThreadError(ForkRefusedError):
    """A thread that blocks all signals is there and was not when the plan was made: plan again."""


def fork(plan: Plan, own: Own) -> ForkResult:
    """Copy this process for a copy that runs at once; returns twice. Raises ForkRefusedError.

    The copy keeps the descriptors of `own`, shared with the parent. Call it from the thread that
    shall be the copy's main thread, outside any event loop.
    """
    if not isinstance(plan, CarryThreads):
        return _without_threads(plan)
    library = native.load()
    if library is None:
        return _without_threads(plan.otherwise)
    try:
        done = library.fork(own.descriptors, plan.leave)
    except native.CarryError as error:
        return _uncarried(plan, error)
    return ForkResult(done.pid, plan.report, carried=done.threads)


def fork_parked(plan: Plan, own: Own, tries: int = BUSY_TRIES) -> ForkResult:
    """Copy this process for a copy that waits; it runs no thread of the user before `release()`.

    Raises ForkRefusedError, or NoCheckpointError when a thread computed at each of the tries.
    """
    if not isinstance(plan, CarryThreads):
        return _without_threads(plan)
    library = native.load()
    if library is None:
        return _without_threads(plan.otherwise)
    try:
        done = _hold(lambda: library.fork_held(own.descriptors, plan.leave), tries)
    except native.CarryError as error:
        if error.stage is native.Stage.BUSY:
            raise _no_checkpoint() from error
        return _uncarried(plan, error)
    return ForkResult(done.pid, plan.report, carried=done.threads, held=True)


def fork_again(plan: Plan, own: Own) -> ForkResult:
    """In a parked copy: make another like it, which is parked too. Raises ForkRefusedError."""
    library = native.load()
    if isinstance(plan, CarryThreads) and not audit().threads:
        return _without_threads(plan.otherwise)
    if library is None or not library.held():
        return fork(plan, own)
    try:
        done = library.fork_again(own.descriptors)
    except native.CarryError as error:
        raise _failed(str(error)) from error
    return ForkResult(done.pid, plan.report, carried=done.threads, held=True)


def release() -> None:
    """In a parked copy that goes live: let its threads go on. Harmless elsewhere."""
    library = native.load()
    if library is not None:
        library.release()


def renumbered() -> dict[int, int]:
    """Return, in a copy with threads, the ids that they had in the parent and have now."""
    library = native.load()
    return library.renumbered() if library is not None else {}


def _hold(attempt: Callable[[], native.Carried], tries: int) -> native.Carried:
    """Try until all threads wait at the same time; worker pools spin a little before they do."""
    for _attempt in range(tries - 1):
        try:
            return attempt()
        except native.CarryError as error:
            if error.stage is not native.Stage.BUSY:
                raise
            time.sleep(BUSY_SECONDS)
    return attempt()


def _no_checkpoint() -> NoCheckpointError:
    reason = _(
        "a thread is computing, so there is no checkpoint: a parked copy would have to run it"
    )
    return NoCheckpointError(reason, _("Checkpoints are taken again when its threads wait."))


def _failed(why: str) -> ForkRefusedError:
    hint = _("Nothing has changed. Free memory or end some processes, then fork again.")
    return ForkRefusedError(_("the process could not be copied: %1", why), hint)


def _uncarried(plan: CarryThreads, error: native.CarryError) -> ForkResult:
    """Do what is left when carrying failed; nothing is when there is no room for a process."""
    if error.stage in (native.Stage.CLONE, native.Stage.REVIVE):
        raise _failed(str(error)) from error
    if not isinstance(plan.otherwise, Refuse):
        return _without_threads(plan.otherwise, report.uncarried(str(error)))
    kind = NewThreadError if error.stage is native.Stage.MASKED else ForkRefusedError
    reason = _("%1 (%2)", plan.otherwise.reason, error)
    raise kind(reason, plan.otherwise.advice, plan.otherwise.alternatives) from error


def _without_threads(plan: Plain | Heal | Refuse, *more: ReportLine) -> ForkResult:
    if isinstance(plan, Refuse):
        kind = NoForkError if plan.always else ForkRefusedError
        raise kind(plan.reason, plan.advice, plan.alternatives)
    try:
        with warnings.catch_warnings():  # Python warns of threads; the plan has seen to them
            warnings.simplefilter("ignore", DeprecationWarning)
            pid = os.fork()
    except OSError as error:
        if error.errno == errno.ENOSYS:
            raise NoForkError(NO_FORK, SAVE_FIRST, (SAVE_AND_LOAD,)) from error
        raise _failed(str(error)) from error
    return ForkResult(pid, (*plan.report, *more), getattr(plan, "steps", ()))
