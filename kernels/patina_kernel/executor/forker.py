"""How the executor is copied: what must not go wrong is found and decided before."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path

from patina_kernel import forking
from patina_kernel.forking import ForkRefusedError, ForkResult, Own, Plain, Plan
from patina_kernel.language import Language, ReportLine
from patina_kernel.text import gettext as _

END_SECONDS = 0.1
CARRIED = "with threads"


@dataclass(frozen=True, slots=True)
class Forked:
    """`pid` is 0 in the copy; `how` names the way; `report` tells what was not carried."""

    pid: int
    how: str
    report: tuple[ReportLine, ...] = ()

    @property
    def has_threads(self) -> bool:
        """Whether threads came along; the copy then has file offsets of its own already."""
        return self.how == CARRIED


class Forker:
    """Makes copies of the calling process that wait to be woken."""

    def __init__(self, language: Callable[[], Language]) -> None:
        self._language = language
        self._plan: Plan = Plain(())

    def fork(
        self,
        keep: Collection[int],
        children: Collection[int],
        ended: Collection[int],
        *,
        parked: bool,
    ) -> Forked:
        """Copy it. `keep`: descriptors that stay shared; `children`: processes that are ours.

        `ended`: threads of ours that have just been joined.

        `parked`: it may wait for long, so no thread may run in it. Raises ForkRefusedError; the
        process is then as it was.
        """
        language = self._language()
        language.before_fork()
        gone = frozenset(ended)
        _await_end(gone)
        own = Own(gone, frozenset(children), frozenset(keep))
        plan = self._planned(own)
        try:
            result = self._fork(plan, own, parked=parked)
        except forking.NewThreadError:
            # Libraries begin threads at any time, and those of their allocators block all signals.
            plan = self._planned(own)
            result = self._fork(plan, own, parked=parked)
        # A copy without threads is copied again as simply as can be.
        self._plan = plan if result.carried else Plain(())
        files = language.own_files()
        return _as_forked(result, [line for line in result.report if line.name not in files])

    def _planned(self, own: Own) -> Plan:
        language, found = self._language(), forking.audit()
        able = forking.capabilities(language.claims(found), language.thread_names())
        return forking.plan(found, own, able)

    @staticmethod
    def _fork(plan: Plan, own: Own, *, parked: bool) -> ForkResult:
        if parked:
            return forking.fork_parked(plan, own)
        try:
            # Threads that wait stand still until the copy is mended. Those that compute need not.
            return forking.fork_parked(plan, own, tries=1)
        except forking.NoCheckpointError:
            return forking.fork(plan, own)

    def again(self, keep: Collection[int]) -> Forked:
        """Copy a parked copy, which has run nothing since. Raises ForkRefusedError."""
        own = Own(descriptors=frozenset(keep))
        return _as_forked(forking.fork_again(self._plan, own), [])

    @staticmethod
    def wake() -> None:
        """This copy goes live: let its threads run."""
        forking.release()


def _await_end(threads: frozenset[int]) -> None:
    """Wait a moment for threads that were joined: the system has them longer than Python."""
    end = time.monotonic() + END_SECONDS
    while any(Path(f"/proc/self/task/{thread}").exists() for thread in threads):
        if time.monotonic() > end:
            return
        os.sched_yield()


def _as_forked(result: ForkResult, report: list[ReportLine]) -> Forked:
    how = CARRIED if result.carried else "healed" if result.steps else "plain"
    return Forked(result.pid, how, tuple(map(_closed, report)))


def _closed(line: ReportLine) -> ReportLine:
    """Connections are closed in the copy (see `descriptors`): neither takes what is the other's."""
    if line.kind != "socket":
        return line
    return replace(line, what=_("closed in the copy"), advice=_("Open it again in the copy."))


__all__ = ["ForkRefusedError", "Forked", "Forker"]
