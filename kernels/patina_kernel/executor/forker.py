"""How the executor is copied: what must not go wrong is found and decided before."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from patina_kernel import forking
from patina_kernel.forking import ForkRefusedError, ForkResult, Own, Plan
from patina_kernel.language import Language, ReportLine


@dataclass(frozen=True, slots=True)
class Forked:
    """`pid` is 0 in the copy; `how` names the way; `report` tells what was not carried."""

    pid: int
    how: str
    report: tuple[ReportLine, ...] = ()


class Forker:
    """Makes copies of the calling process that wait to be woken."""

    def __init__(self, language: Callable[[], Language]) -> None:
        self._language = language
        self._plan: Plan | None = None

    def fork(self, keep: Collection[int], children: Collection[int], *, parked: bool) -> Forked:
        """Copy it. `keep`: descriptors that stay shared; `children`: processes that are ours.

        `parked`: it may wait for long, so no thread may run in it. Raises ForkRefusedError; the
        process is then as it was.
        """
        language = self._language()
        language.before_fork()
        own = Own(children=frozenset(children), descriptors=frozenset(keep))
        found = forking.audit()
        able = forking.capabilities(language.claims(found), language.thread_names())
        self._plan = forking.plan(found, own, able)
        result = self._fork(self._plan, own, parked=parked)
        files = language.own_files()
        return _as_forked(result, [line for line in result.report if line.name not in files])

    @staticmethod
    def _fork(plan: Plan, own: Own, *, parked: bool) -> ForkResult:
        try:
            return forking.fork_parked(plan, own)
        except forking.NoCheckpointError:
            if parked:
                raise
            return forking.fork(plan, own)

    def again(self, keep: Collection[int]) -> Forked:
        """Copy a parked copy, which has run nothing since. Raises ForkRefusedError."""
        assert self._plan is not None
        own = Own(descriptors=frozenset(keep))
        return _as_forked(forking.fork_again(self._plan, own), [])

    @staticmethod
    def wake() -> None:
        """This copy goes live: let its threads run."""
        forking.release()


def _as_forked(result: ForkResult, report: list[ReportLine]) -> Forked:
    how = "with threads" if result.carried else "healed" if result.steps else "plain"
    return Forked(result.pid, how, tuple(map(_closed, report)))


def _closed(line: ReportLine) -> ReportLine:
    """Connections are closed in the copy (see `descriptors`): neither takes what is the other's."""
    if line.kind != "socket":
        return line
    return replace(line, what="closed in the copy", advice="Open it again in the copy.")


__all__ = ["ForkRefusedError", "Forked", "Forker"]
