"""The server extension: wires everything together."""

from __future__ import annotations

import logging
import os
import re
from typing import Any

from jupyter_server.extension.application import ExtensionApp
from traitlets import Enum, Float, Int, List, Unicode

from patina_lab import serverlog
from patina_lab._version import __version__
from patina_lab.exit import end_workers_with_main_thread
from patina_lab.http.entrance import Entrance
from patina_lab.http.nowhere import NowhereHandler
from patina_lab.http.openapi import OpenApiHandler
from patina_lab.http.otherdocuments import OtherDocuments
from patina_lab.http.routes import PREFIX, RESOURCES, SOCKETS
from patina_lab.http.sourcesession import SourceSession
from patina_lab.http.sourcesocket import SourceSocket
from patina_lab.rooms.registry import Rooms
from patina_lab.runs.kernels import Keeping
from patina_lab.sources.guards import (
    configure,
    put_before_others,
    put_before_rooms,
    put_before_sessions,
)
from patina_lab.sources.sourcedocuments import SourceDocuments
from patina_lab.tasks import Tasks
from patina_lab.usecases.service import Service

_CONTENTS_EVENTS = "https://events.jupyter.org/jupyter_server/contents_service/v1"


class PatinaLab(ExtensionApp):
    """Notebooks whose live state can be forked."""

    name = "patina_lab"
    app_name = "Patina Lab"
    version = __version__
    description = "Notebooks whose live state can be forked"
    load_other_extensions = True
    also_in = List(
        Unicode(),
        config=True,
        help="Folders outside the server's root to which links below it may lead. Notebooks"
        " behind other links are not opened.",
    )

    on_server_stop = Enum(
        ("keep", "stop"),
        default_value="keep",
        config=True,
        help="What becomes of the kernels of runs when the server ends, however it does: they go on"
        " (`keep`), and the next server on the same folder finds them again; or they end, too"
        " (`stop`). A run can be told otherwise: the setting `onServerStop`. Only Patina's kernels"
        " can be kept.",
    )
    keep_hours = Float(
        24.0,
        min=0.0,
        max=8_760.0,
        config=True,
        help="How long a kernel that is kept waits, at rest, for a server; then it ends.",
    )
    memory_per_run = Int(
        0,
        min=0,
        config=True,
        help="How many bytes of memory a kernel and what it starts may use together; 0: nine tenths"
        " of the machine's. Then only that run suffers.",
    )
    processes_per_run = Int(
        0,
        min=0,
        config=True,
        help="How many processes a kernel and what it starts may be together; 0: a thousand.",
    )
    memory_for_forks = Int(
        0,
        min=0,
        config=True,
        help="How many bytes of memory must be free for a fork; never less than 256 MB and a"
        " twentieth of the memory that there is, or that the control group of the server may use.",
    )

    def initialize_handlers(self) -> None:
        """Build what does the work, and open the front doors."""
        serverapp: Any = self.serverapp
        self._tasks = Tasks()
        self._log = self._begin_log(serverapp)
        end_workers_with_main_thread()
        self._limit_kernels()
        configure(serverapp)
        documents = SourceDocuments(serverapp, self.also_in)
        put_before_rooms(serverapp, documents, SourceSocket, Entrance)
        put_before_sessions(serverapp, documents, SourceSession)
        put_before_others(serverapp, OtherDocuments)
        # By this, kernels are found again wherever the server is started from.
        serverapp.kernel_manager.config.PatinaProvisioner.workspace = str(serverapp.root_dir)
        keeping = Keeping(self.on_server_stop, self.keep_hours * 3_600)
        self._rooms = Rooms(documents, serverapp.kernel_manager, keeping)
        service = {"service": Service(serverapp, self._rooms, self.memory_for_forks)}
        routes = {**RESOURCES, "/openapi.json": OpenApiHandler, **SOCKETS}
        self.handlers.extend(
            (rf"/{PREFIX}{_pattern(path)}", handler, service) for path, handler in routes.items()
        )
        self.handlers.append((rf"/{PREFIX}/(.*)", NowhereHandler, service))
        serverapp.event_logger.add_listener(
            schema_id=_CONTENTS_EVENTS, listener=self._on_contents_event
        )

    def _limit_kernels(self) -> None:
        """Tell kernels what they may have: those of plain notebooks, too, get our environment."""
        for name, value in (
            ("PATINA_MEMORY_LIMIT", self.memory_per_run),
            ("PATINA_PROCESS_LIMIT", self.processes_per_run),
        ):
            if value:
                os.environ[name] = str(value)

    async def _on_contents_event(self, logger: Any, schema_id: str, data: dict[str, Any]) -> None:
        del logger, schema_id
        path = data["path"].strip("/")
        match data.get("action"):
            case "rename":
                self._rooms.renamed(data["source_path"].strip("/"), path)
            case "delete":
                serverapp: Any = self.serverapp
                to_trash = getattr(serverapp.contents_manager, "delete_to_trash", False)
                await self._rooms.deleted(path, to_trash=to_trash)
            case "copy":
                await self._rooms.copied(path)

    def _begin_log(self, serverapp: Any) -> logging.Handler | None:
        try:
            return serverlog.begin(serverapp.root_dir, serverapp.identity_provider.token)
        except OSError as error:
            self.log.warning("There is no log file: %s", error)
            return None

    async def _start_jupyter_server_extension(self, serverapp: Any) -> None:
        """Find the kernels again that another server has left."""
        del serverapp
        if self.on_server_stop == "keep":
            self._tasks.spawn(self._rooms.reopen())

    async def stop_extension(self) -> None:
        """End the kernels that are to end, and write everything, before the server ends."""
        await self._tasks.close()
        await self._rooms.close()
        if self._log is not None:
            serverlog.end(self._log)


def _pattern(path: str) -> str:
    return re.sub(r"{\w+}", "([^/]+)", path)
