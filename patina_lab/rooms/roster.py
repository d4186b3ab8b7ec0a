"""The runs of a notebook: those that are driven here, and those that can only be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from patina_lab import wire
from patina_lab.problem import conflict, not_found
from patina_lab.runlog.runfolder import KnownRun
from patina_lab.runs.runner import Runner
from patina_lab.text import gettext as _


class Roster:
    """Finds runs. `refuse` raises a problem where nothing may be driven."""

    def __init__(self, refuse: Callable[[], None]) -> None:
        self.refuse = refuse
        self.shown: dict[str, KnownRun] = {}
        self._runners: dict[str, Runner] = {}

    def add(self, runner: Runner) -> None:
        """Take a run that is driven."""
        self._runners[runner.run.id] = runner

    def show(self, shown: KnownRun) -> None:
        """Take a run that can only be read."""
        self.shown[shown.run.id] = shown

    def take_out(self, run: str) -> None:
        """Have a run no more."""
        del self._runners[run]

    @property
    def runners(self) -> list[Runner]:
        """What the runs that can be driven are driven by."""
        return list(self._runners.values())

    @property
    def is_live(self) -> bool:
        """Whether a run has a kernel."""
        return any(runner.run.has_kernel for runner in self.runners)

    @property
    def is_waiting(self) -> bool:
        """Whether a disk has refused something of a run that will be tried again."""
        return any(runner.recorder.is_waiting for runner in self.runners)

    @property
    def all(self) -> list[wire.Run]:
        """All runs, the oldest first."""
        known = [runner.recorder.wire_run for runner in self.runners]
        known += [shown.run for shown in self.shown.values()]
        return sorted(known, key=lambda run: (run.created, run.id))

    def timelines(self) -> Iterator[tuple[str, list[wire.OutputCell]]]:
        """Yield every run's id with its output cells, also of runs that can only be read."""
        for runner in self.runners:
            yield runner.run.id, runner.recorder.cells()
        for run, shown in self.shown.items():
            yield run, shown.cells

    def blobs(self) -> set[str]:
        """Return the names of all bytes that runs which are driven have."""
        return {name for runner in self.runners for name in runner.recorder.blobs()}

    def known(self, run: str) -> KnownRun:
        """Return what is known of a run, also of one that can only be read.

        Not of a damaged log: who asks would take what could be read for the whole.
        """
        shown = self.shown.get(run)
        if shown is not None and shown.is_whole:
            return shown
        recorder = self.runner(run).recorder
        return KnownRun(recorder.wire_run, recorder.cells(), recorder.variables)

    def has(self, run: str) -> bool:
        """Whether the run is one of this notebook."""
        return run in self._runners or run in self.shown

    def drives(self, run: str) -> bool:
        """Whether the run is one of this notebook, and can be driven."""
        return run in self._runners

    def has_whole(self, run: str) -> bool:
        """Whether the run is one of this notebook, and all that it ran is known."""
        return run in self._runners or (run in self.shown and self.shown[run].is_whole)

    def runner(self, run: str) -> Runner:
        """Return what a run is driven by; a problem when it cannot be driven."""
        self.refuse()
        if shown := self.shown.get(run):
            error = shown.run.error
            assert error is not None
            raise conflict(error.text("message"), error.text("reason"), error.text("hint"))
        if run not in self._runners:
            raise not_found(
                _("There is no such run"),
                _("The notebook has no run %1", repr(run[:80])),
                _("GET api/patina/notebooks/{id}/runs lists them."),
            )
        return self._runners[run]
