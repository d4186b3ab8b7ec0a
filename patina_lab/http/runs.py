"""Front doors of runs."""

from __future__ import annotations

from collections.abc import Awaitable
from http import HTTPStatus

from patina_lab import wire
from patina_lab.http.operation import PatinaHandler, operation
from patina_lab.http.states import number
from patina_lab.usecases.timelines import Part

NO_CONTENT = HTTPStatus.NO_CONTENT


class RunHandler(PatinaHandler):
    """`api/patina/runs/{run}`."""

    @operation("write", body=wire.RenameRun, reply=wire.Run)
    def patch(self, run: str, wanted: wire.RenameRun) -> wire.Run:
        """Give the run another title."""
        return self.service.runs.rename(run, wanted)

    @operation("execute", status=NO_CONTENT)
    def delete(self, run: str) -> Awaitable[None]:
        """Delete the run and its history."""
        return self.service.runs.delete(run)


class ExecuteHandler(PatinaHandler):
    """`api/patina/runs/{run}/execute`."""

    @operation("execute", body=wire.Execute, reply=list[wire.OutputCell])
    def post(self, run: str, wanted: wire.Execute) -> Awaitable[list[wire.OutputCell]]:
        """Queue cells of the document."""
        return self.service.runs.execute(run, wanted, self.user_name)


class InputHandler(PatinaHandler):
    """`api/patina/runs/{run}/input`."""

    @operation("execute", body=wire.Input, status=NO_CONTENT)
    def post(self, run: str, answer: wire.Input) -> None:
        """Answer what the running cell asks."""
        self.service.runs.answer_input(run, answer)


class InterruptHandler(PatinaHandler):
    """`api/patina/runs/{run}/interrupt`."""

    @operation("execute", reply=wire.Run)
    def post(self, run: str) -> wire.Run:
        """Interrupt the running cell."""
        return self.service.runs.interrupt(run)


class RestartHandler(PatinaHandler):
    """`api/patina/runs/{run}/restart`."""

    @operation("execute", reply=wire.Run)
    def post(self, run: str) -> wire.Run:
        """Give the run a new kernel."""
        return self.service.runs.restart(run)


class StopHandler(PatinaHandler):
    """`api/patina/runs/{run}/stop`."""

    @operation("execute", reply=wire.Run)
    def post(self, run: str) -> wire.Run:
        """End the run's kernel."""
        return self.service.runs.stop(run)


class TimelineHandler(PatinaHandler):
    """`api/patina/runs/{run}/timeline`."""

    @operation("read", reply=list[wire.OutputCell], query=("from", "to"))
    def get(self, run: str) -> list[wire.OutputCell]:
        """Return output cells: `?from=` and `?to=` are the first and the last seq."""
        last = self.get_query_argument("to", None)
        part = Part(
            number(self.get_query_argument("from", "1")), None if last is None else number(last)
        )
        return self.service.timelines.cells(run, part)

    @operation("write", reply=wire.Cleared, query=("pinned",))
    def delete(self, run: str) -> Awaitable[wire.Cleared]:
        """Delete all final output cells from the history; with `?pinned=true` the pinned, too."""
        pinned = self.get_query_argument("pinned", "false") == "true"
        return self.service.timelines.clear(run, pinned=pinned)
