"""New runs of a notebook: with a kernel of their own, or going on from another's state."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from pathlib import Path

from patina_lab.clock import just_after, now
from patina_lab.document.manifest import wire_run
from patina_lab.model.effects import ForkKernel
from patina_lab.model.ids import RunId
from patina_lab.model.run import ForkPoint, KernelSettings, Run, RunStatus
from patina_lab.model.undoing import Point
from patina_lab.rooms.workshop import Workshop
from patina_lab.runlog.log import RunLog
from patina_lab.runlog.records import SCHEMA, Header
from patina_lab.runs.runner import Runner


@dataclass(frozen=True, slots=True)
class NewKernel:
    """Which kernel a new run is for."""

    name: str
    language: str


class NewRuns:
    """Makes them."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop, self._roster = workshop, workshop.roster

    def start(
        self, kernel: NewKernel, title: str | None, settings: KernelSettings | None = None
    ) -> Runner:
        """Start a run with a kernel of its own."""
        self._roster.refuse()
        run = Run(
            id=RunId(str(uuid.uuid4())),
            notebook=self._workshop.notebook,
            title=title or self._next_title(),
            created=self._next_created(),
            kernel_name=kernel.name,
            language=kernel.language,
            settings=settings or KernelSettings(),
        )
        runner = self._driven(run)
        runner.start()
        return runner

    def fork(self, parent: Runner, point: Point, title: str | None, effect: ForkKernel) -> Runner:
        """Start a run that goes on from another's state."""
        of = parent.run
        run = Run(
            id=RunId(str(uuid.uuid4())),
            notebook=of.notebook,
            title=title or self._next_title(),
            created=self._next_created(),
            kernel_name=of.kernel_name,
            language=of.language,
            status=RunStatus.FORKING,
            settings=of.settings,
            parent=ForkPoint(of.id, point.seq),
            last_seq=point.seq,
            base=point.seq,
        )
        runner = self._driven(run)
        known = parent.recorder.variables.after(point.seq, of.session)
        runner.recorder.inherited = {name: row.by for name, row in known.items()}
        runner.fork(effect)
        return runner

    def _driven(self, run: Run) -> Runner:
        folder = self._workshop.folder
        folder.path.mkdir(exist_ok=True)
        self._workshop.holder.take(folder.path)
        run_log = _begun(folder.log_path(run.id), run)
        self._workshop.document.add_run(wire_run(run), [])
        return self._workshop.drive(run, run_log)

    def _next_created(self) -> str:
        """Return the time, or one after the latest run's: clocks are put back."""
        latest = max((run.created for run in self._roster.all), default="")
        return max(now(), just_after(latest)) if latest else now()

    def _next_title(self) -> str:
        taken = {run.title for run in self._roster.all}
        return next(
            title
            for number in range(len(taken) + 1, 2 * len(taken) + 3)
            if (title := f"Run {number}") not in taken
        )


def _begun(path: Path, run: Run) -> RunLog:
    """Begin a log. Raises OSError; then there is none."""
    run_log = RunLog(path)
    try:
        run_log.append(_header(run))
    except OSError:
        run_log.close()
        path.unlink()
        raise
    return run_log


def _header(run: Run) -> Header:
    return Header(
        schema=SCHEMA,
        id=run.id,
        notebook=run.notebook,
        title=run.title,
        created=run.created,
        kernel_name=run.kernel_name,
        language=run.language,
        parent=wire_run(run).parent,
        settings=None if run.settings == KernelSettings() else run.settings,
    )
