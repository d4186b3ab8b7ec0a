"""Front doors of notebooks."""

from __future__ import annotations

from collections.abc import Awaitable
from http import HTTPStatus

from patina_lab import wire
from patina_lab.http.operation import PatinaHandler, operation

CREATED = HTTPStatus.CREATED


class InfoHandler(PatinaHandler):
    """`api/patina`."""

    @operation("read", reply=wire.Info)
    def get(self) -> Awaitable[wire.Info]:
        """Say which version and protocol this is, and which kernels there are."""
        return self.service.notebooks.info()


class NotebooksHandler(PatinaHandler):
    """`api/patina/notebooks`."""

    @operation("read", reply=list[wire.Notebook] | wire.Notebook, query=("path",))
    async def get(self) -> list[wire.Notebook] | wire.Notebook:
        """List the open notebooks; with `?path=` open that one."""
        path = self.get_query_argument("path", None)
        return (
            self.service.notebooks.all() if path is None else await self.service.notebooks.at(path)
        )

    @operation("write", body=wire.CreateNotebook, reply=wire.Notebook, status=CREATED)
    def post(self, wanted: wire.CreateNotebook) -> Awaitable[wire.Notebook]:
        """Create a notebook."""
        return self.service.notebooks.create(wanted)


class CellsHandler(PatinaHandler):
    """`api/patina/notebooks/{id}/cells`."""

    @operation("read", reply=list[wire.SourceCell])
    def get(self, notebook: str) -> Awaitable[list[wire.SourceCell]]:
        """List the cells of the source, as they are now."""
        return self.service.notebooks.cells(notebook)


class FlushHandler(PatinaHandler):
    """`api/patina/notebooks/{id}/flush`."""

    @operation("write", reply=wire.Flushed)
    def post(self, notebook: str) -> Awaitable[wire.Flushed]:
        """Save the source and the runs to disk now."""
        return self.service.notebooks.flush(notebook)


class ConvertHandler(PatinaHandler):
    """`api/patina/convert`."""

    @operation("write", body=wire.Convert, reply=wire.Converted, status=CREATED)
    def post(self, wanted: wire.Convert) -> Awaitable[wire.Converted]:
        """Convert a file to another format. Never overwrites one unless it is told to."""
        return self.service.conversions.convert(wanted, self.user_name)


class WriteOverHandler(PatinaHandler):
    """`api/patina/notebooks/{id}/write-over`."""

    @operation("write", reply=wire.Notebook)
    def post(self, notebook: str) -> Awaitable[wire.Notebook]:
        """Write the notebook's file, whatever is there now."""
        return self.service.notebooks.write_over(notebook)


class NotebookRunsHandler(PatinaHandler):
    """`api/patina/notebooks/{id}/runs`."""

    @operation("read", reply=list[wire.Run])
    def get(self, notebook: str) -> list[wire.Run]:
        """List the runs of a notebook."""
        return self.service.runs.all(notebook)

    @operation("execute", body=wire.NewRun, reply=wire.Run, status=CREATED)
    def post(self, notebook: str, wanted: wire.NewRun) -> Awaitable[wire.Run]:
        """Start a run."""
        return self.service.runs.new(notebook, wanted)
