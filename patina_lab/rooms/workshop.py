"""What the runs of a notebook are made with, and in."""

from __future__ import annotations

from patina_lab.blobs.store import BlobStore
from patina_lab.document.runs import RunsDocument
from patina_lab.model.ids import NotebookId
from patina_lab.model.run import Run
from patina_lab.rooms.roster import Roster
from patina_lab.runlog.holder import Holder
from patina_lab.runlog.log import RunLog
from patina_lab.runlog.runfolder import KnownRun, RunFolder
from patina_lab.runs.kernels import Kernels
from patina_lab.runs.publisher import Publisher
from patina_lab.runs.recorder import Recorder
from patina_lab.runs.runner import Runner
from patina_lab.tasks import Tasks


class Workshop:
    """The files and the document of a notebook's runs; who is made here is on the roster."""

    def __init__(
        self,
        notebook: NotebookId,
        document: RunsDocument,
        folder: RunFolder,
        kernels: Kernels,
        roster: Roster,
    ) -> None:
        self.notebook, self.document = notebook, document
        self.folder, self.kernels, self.roster = folder, kernels, roster
        self.blobs = BlobStore(folder.blobs)
        self.publisher = Publisher(document)
        self.tasks = Tasks()
        self.holder = Holder()

    def drive(self, run: Run, run_log: RunLog) -> Runner:
        """Make what drives a run."""
        recorder = Recorder(run, self.publisher, run_log, self.blobs, self.tasks)
        runner = Runner(
            run, recorder, self.kernels, self.tasks, lambda: self.folder.snapshot(run.id)
        )
        self.roster.add(runner)
        return runner

    def show(self, shown: KnownRun) -> None:
        """Have a run looked at, and not driven."""
        self.roster.show(shown)
        self.document.add_run(shown.run, shown.cells, shown.variables.rows())

    def moved(self) -> None:
        """Take note of where the folder is now."""
        self.blobs.folder = self.folder.blobs
        for runner in self.roster.runners:
            runner.recorder.moved(self.folder.log_path(runner.run.id))
