"""Where each front door is."""

from __future__ import annotations

from patina_lab.http.blobs import BlobHandler
from patina_lab.http.notebooks import InfoHandler, NotebookRunsHandler, NotebooksHandler
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

PREFIX = "api/patina"
RESOURCES: dict[str, type] = {
    "": InfoHandler,
    "/notebooks": NotebooksHandler,
    "/notebooks/{id}/runs": NotebookRunsHandler,
    "/notebooks/{id}/blobs/{hash}": BlobHandler,
    "/runs/{run}": RunHandler,
    "/runs/{run}/execute": ExecuteHandler,
    "/runs/{run}/input": InputHandler,
    "/runs/{run}/interrupt": InterruptHandler,
    "/runs/{run}/restart": RestartHandler,
    "/runs/{run}/stop": StopHandler,
    "/runs/{run}/timeline": TimelineHandler,
}
SOCKETS: dict[str, type] = {"/notebooks/{id}/runs-document": RunsDocumentHandler}
