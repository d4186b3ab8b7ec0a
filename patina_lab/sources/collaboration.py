"""jupyter-collaboration's half of the server."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, cast

from jupyter_server.serverapp import ServerApp
from jupyter_server_ydoc.app import YDocExtension
from jupyter_server_ydoc.utils import SERVER_SESSION

FORMAT, TYPE, SUFFIX = "text", "tsnb", ".tsnb"
ROOMS = f"{FORMAT}:{TYPE}:"
"""With what the ids of our rooms begin."""
SESSION = SERVER_SESSION
"""This life of the server, as jupyter-collaboration calls it."""


class CollaborationMissingError(RuntimeError):
    """jupyter-collaboration is not enabled on this server."""


def collaboration(serverapp: ServerApp) -> YDocExtension:
    """Return it. Raises CollaborationMissingError when it is not enabled."""
    manager: Any = serverapp.extension_manager
    for app in manager.extension_apps.get("jupyter_server_ydoc", ()):
        return cast("YDocExtension", app)
    raise CollaborationMissingError("The server extension jupyter_server_ydoc is not enabled")


async def loader_removed(extension: YDocExtension, room_id: str) -> None:
    """Have a file watched no more that no room needs."""
    loaders, file_id = extension.file_loaders, room_id.removeprefix(ROOMS)
    if file_id in loaders and loaders[file_id].number_of_subscriptions == 0:
        # What watches a file that was deleted has ended with an error, and raises it here.
        with suppress(RuntimeError):
            await loaders.remove(file_id)
