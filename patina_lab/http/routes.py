"""Where each front door is."""

from __future__ import annotations

from patina_lab.http.blobs import BlobHandler
from patina_lab.http.history import CompareHandler, CompareReportHandler, SearchHandler
from patina_lab.http.kernels import (
    ForkKernelHandler,
    KernelGlobalHandler,
    KernelGlobalsHandler,
    UndoKernelHandler,
)
from patina_lab.http.notebooks import (
    CellsHandler,
    ConvertHandler,
    FlushHandler,
    InfoHandler,
    NotebookRunsHandler,
    NotebooksHandler,
    WriteOverHandler,
)
from patina_lab.http.runs import (
    ExecuteHandler,
    InputHandler,
    InterruptHandler,
    RestartHandler,
    RunHandler,
    StopHandler,
    TimelineHandler,
)
from patina_lab.http.runsdocument import RunsDocumentHandler
from patina_lab.http.states import (
    CheckpointsHandler,
    ForkHandler,
    FreeSpaceHandler,
    GlobalHandler,
    GlobalsHandler,
    LoadHandler,
    OutputCellHandler,
    SaveHandler,
    UndoHandler,
)

PREFIX = "api/patina"
RESOURCES: dict[str, type] = {
    "": InfoHandler,
    "/notebooks": NotebooksHandler,
    "/notebooks/{id}/cells": CellsHandler,
    "/notebooks/{id}/flush": FlushHandler,
    "/convert": ConvertHandler,
    "/notebooks/{id}/runs": NotebookRunsHandler,
    "/notebooks/{id}/write-over": WriteOverHandler,
    "/notebooks/{id}/blobs/{hash}": BlobHandler,
    "/notebooks/{id}/search": SearchHandler,
    "/runs/{run}": RunHandler,
    "/runs/{run}/execute": ExecuteHandler,
    "/runs/{run}/input": InputHandler,
    "/runs/{run}/interrupt": InterruptHandler,
    "/runs/{run}/restart": RestartHandler,
    "/runs/{run}/stop": StopHandler,
    "/runs/{run}/timeline": TimelineHandler,
    "/runs/{run}/timeline/{seq}": OutputCellHandler,
    "/runs/{run}/free-space": FreeSpaceHandler,
    "/runs/{run}/fork": ForkHandler,
    "/runs/{run}/undo": UndoHandler,
    "/runs/{run}/checkpoints": CheckpointsHandler,
    "/runs/{run}/save": SaveHandler,
    "/runs/{run}/load": LoadHandler,
    "/runs/{run}/globals": GlobalsHandler,
    "/runs/{run}/globals/{name}": GlobalHandler,
    "/runs/{a}/compare/{b}": CompareHandler,
    "/runs/{a}/compare/{b}/report.html": CompareReportHandler,
    "/kernels/{kernel}/fork": ForkKernelHandler,
    "/kernels/{kernel}/undo": UndoKernelHandler,
    "/kernels/{kernel}/globals": KernelGlobalsHandler,
    "/kernels/{kernel}/globals/{name}": KernelGlobalHandler,
}
SOCKETS: dict[str, type] = {"/notebooks/{id}/runs-document": RunsDocumentHandler}
