"""What jupyter-collaboration is told to do otherwise, and what stands before its handlers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from jupyter_core.paths import jupyter_data_dir
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.serverapp import ServerApp
from jupyter_server_ydoc.handlers import (
    DocForkHandler,
    DocSessionHandler,
    TimelineHandler,
    UndoRedoHandler,
    YDocWebSocketHandler,
)
from jupyter_server_ydoc.stores import SQLiteYStore
from tornado.web import HTTPError
from traitlets import Unicode

from patina_lab.problem import PatinaProblem
from patina_lab.sources.collaboration import ROOMS, collaboration
from patina_lab.sources.sourcedocuments import SourceDocuments

_MODE = 0o600


def configure(serverapp: ServerApp) -> None:
    """Keep the history of edits in one place, wherever the server is started from.

    By default it is `.jupyter_ystore.db` in the working directory: from another one, a client that
    comes back finds its history gone, and its text doubled. A person's own choice is kept; rooms
    that are entered from the server itself (`get_document`) would not know of it.
    """
    extension = collaboration(serverapp)
    store = extension.config.SQLiteYStore
    if "db_path" not in store:
        folder = Path(jupyter_data_dir())
        folder.mkdir(parents=True, exist_ok=True)
        histories = folder / "collaboration_history.db"
        _make_private(histories)
        store.db_path = str(histories)

    class KeptYStore(SQLiteYStore):  # type: ignore[metaclass]
        """The history of edits at the place that is configured."""

        db_path = Unicode(store.db_path, config=True)

    extension.ystore_class = KeptYStore


def _make_private(path: Path) -> None:
    """Have a database that SQLite lets everybody read be for nobody else."""
    with suppress(OSError):
        path.touch(_MODE)
        path.chmod(_MODE)


def put_before_rooms(serverapp: ServerApp, documents: SourceDocuments, *guards: type) -> None:
    """Have classes stand before and behind the handler of the rooms' sockets: first and last.

    They are its bases, in this order around it. LookupError when there is no such handler: rooms
    that nothing guards must not be open.
    """
    first, last = guards
    made = type("_OwnRooms", (_OwnRooms,), {"documents": documents})
    guarded = type("GuardedRoom", (first, YDocWebSocketHandler, made, last), {})
    _replace(serverapp, YDocWebSocketHandler, guarded)


def put_before_sessions(serverapp: ServerApp, documents: SourceDocuments, guard: type) -> None:
    """Have a class stand before the handler of the rooms' sessions. LookupError without one."""
    guarded = type("GuardedSession", (guard, DocSessionHandler), {"documents": documents})
    _replace(serverapp, DocSessionHandler, guarded)


def put_before_others(serverapp: ServerApp, guard: type) -> None:
    """Have a class stand before all else that is done with documents. LookupError without that."""
    for handler in (DocForkHandler, TimelineHandler, UndoRedoHandler):
        _replace(serverapp, handler, type(f"Guarded{handler.__name__}", (guard, handler), {}))


def _replace(serverapp: ServerApp, handler: type, other: type) -> None:
    application: Any = serverapp.web_app
    rules = [
        rule
        for rule in _rules(application.default_router)
        if getattr(rule, "target", None) is handler
    ]
    for rule in rules:
        rule.target = other
    if not rules:
        raise LookupError(f"jupyter_server_ydoc does not serve by {handler.__name__}")


class _OwnRooms(JupyterHandler):
    """Behind the stock handler: has the room of a notebook made before that makes one."""

    documents: SourceDocuments

    async def prepare(self, **options: Any) -> None:
        """See who asks, then make the room."""
        await super().prepare(**options)
        room_id = self.request.path.rsplit("/", 1)[-1]
        if not self.documents.admits(room_id):
            raise HTTPError(404)
        if room_id.startswith(ROOMS):
            async with self._room_lock(room_id):  # type: ignore[attr-defined]
                try:
                    await self.documents.room(room_id)
                except PatinaProblem as problem:
                    raise HTTPError(problem.status, problem.message) from problem


def _rules(router: Any) -> Iterator[Any]:
    for rule in getattr(router, "rules", ()):
        yield rule
        yield from _rules(rule.target)
