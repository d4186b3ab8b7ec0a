"""The server extension: wires everything together."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from jupyter_server.extension.application import ExtensionApp
from traitlets import List, Unicode

from patina_lab._version import __version__
from patina_lab.exit import end_workers_with_main_thread
from patina_lab.http.entrance import Entrance
from patina_lab.http.nowhere import NowhereHandler
from patina_lab.http.openapi import OpenApiHandler
from patina_lab.http.routes import PREFIX, RESOURCES, SOCKETS
from patina_lab.http.sourcesocket import SourceSocket
from patina_lab.rooms.registry import Rooms
from patina_lab.rooms.source import SourceDocuments, configure, put_before_rooms
from patina_lab.service import Service

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

    def initialize_handlers(self) -> None:
        """Build what does the work, and open the front doors."""
        serverapp: Any = self.serverapp
        end_workers_with_main_thread()
        configure(serverapp)
        put_before_rooms(serverapp, SourceSocket, Entrance)
        sources = SourceDocuments(serverapp)
        self._rooms = Rooms(
            sources, serverapp.kernel_manager, Path(serverapp.root_dir), self.also_in
        )
        service = {"service": Service(serverapp, self._rooms)}
        routes = {**RESOURCES, "/openapi.json": OpenApiHandler, **SOCKETS}
        self.handlers.extend(
            (rf"/{PREFIX}{_pattern(path)}", handler, service) for path, handler in routes.items()
        )
        self.handlers.append((rf"/{PREFIX}/(.*)", NowhereHandler, service))
        serverapp.event_logger.add_listener(
            schema_id=_CONTENTS_EVENTS, listener=self._on_contents_event
        )

    async def _on_contents_event(self, logger: Any, schema_id: str, data: dict[str, Any]) -> None:
        del logger, schema_id
        if data.get("action") == "rename":
            self._rooms.renamed(data["source_path"].strip("/"), data["path"].strip("/"))

    async def stop_extension(self) -> None:
        """End the kernels and write everything before the server ends."""
        await self._rooms.close()


def _pattern(path: str) -> str:
    return re.sub(r"{\w+}", "([^/]+)", path)
