"""What can be asked of runs: begun, given cells, interrupted, ended."""

from __future__ import annotations

from patina_lab import wire
from patina_lab.clock import now
from patina_lab.model.events import (
    InputAnswered,
    InterruptAsked,
    Renamed,
    RestartAsked,
    StopAsked,
    Submitted,
)
from patina_lab.model.ids import RequestId, Seq
from patina_lab.problem import conflict
from patina_lab.rooms.registry import Rooms
from patina_lab.text import gettext as _
from patina_lab.usecases.asking import asked_cells, with_parameters
from patina_lab.usecases.checks import (
    checked_settings,
    checked_title,
    refuse_without_kernel,
)
from patina_lab.usecases.specs import Specs


class Runs:
    """The use cases of runs."""

    def __init__(self, rooms: Rooms, specs: Specs) -> None:
        self._rooms, self._specs = rooms, specs

    def all(self, notebook: str) -> list[wire.Run]:
        """List the runs of a notebook, the oldest first."""
        return self._rooms.by_id(notebook).roster.all

    async def new(self, notebook: str, wanted: wire.NewRun) -> wire.Run:
        """Start a run; its kernel is the notebook's unless another is named."""
        room = self._rooms.by_id(notebook)
        kernel = await self._specs.kernel(wanted.kernel or room.source.document.kernel)
        title = None if wanted.title is None else checked_title(wanted.title)
        return room.new_runs.start(kernel, title, checked_settings(wanted)).recorder.wire_run

    async def execute(self, run: str, wanted: wire.Execute, user: str) -> list[wire.OutputCell]:
        """Queue cells, as the document has them now; return their output cells.

        The same `request_id` queues nothing twice. Nothing is queued when one of the cells
        cannot be.
        """
        room = self._rooms.by_run(run)
        runner = room.roster.runner(run)
        request = RequestId(wanted.request_id)
        if request not in runner.run.requests:
            asked = await asked_cells(self._rooms, room, wanted.cells)
            if wanted.parameters:
                asked = with_parameters(asked, room, runner.run.language, wanted.parameters)
            refuse_without_kernel(runner)
            runner.take(Submitted(request, asked, user, now()))
        seqs, recorder = runner.run.requests[request], runner.recorder
        # Those of a request that is repeated late may have been deleted from the history.
        return [recorder.cell(seq) for seq in seqs if recorder.has(seq)]

    def answer_input(self, run: str, answer: wire.Input) -> None:
        """Answer the question a running cell asks."""
        runner = self._rooms.runner(run)
        current = runner.run.current
        if current is None or current.seq != answer.output_cell or current.question is None:
            raise conflict(
                _("Nobody asks that any more"),
                _("Output cell %1 waits for no input", answer.output_cell),
                _("Somebody else may have answered."),
            )
        runner.take(InputAnswered(Seq(answer.output_cell), answer.value))

    def interrupt(self, run: str) -> wire.Run:
        """Interrupt the running cell."""
        runner = self._rooms.runner(run)
        refuse_without_kernel(runner)
        runner.take(InterruptAsked())
        return runner.recorder.wire_run

    def restart(self, run: str) -> wire.Run:
        """Give the run a new kernel: its history stays, its state is lost."""
        runner = self._rooms.runner(run)
        runner.take(RestartAsked(now()))
        return runner.recorder.wire_run

    def stop(self, run: str) -> wire.Run:
        """End the run's kernel; its history stays."""
        runner = self._rooms.runner(run)
        if runner.run.has_kernel:
            runner.take(StopAsked(now()))
        return runner.recorder.wire_run

    def rename(self, run: str, wanted: wire.RenameRun) -> wire.Run:
        """Give a run another title."""
        runner = self._rooms.runner(run)
        runner.take(Renamed(checked_title(wanted.title)))
        return runner.recorder.wire_run

    async def delete(self, run: str) -> None:
        """Forget a run and its history."""
        await self._rooms.by_run(run).forget.run(run)
