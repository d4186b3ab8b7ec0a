"""A client whose history of a notebook is another than ours: what it has is kept, then it reloads.

Its document and ours begin in two different ways, perhaps with the same text. Merged, they would
have it twice. So nothing of either is given to the other: the client is asked for all it has, that
becomes a file beside the notebook where it differs, and the socket is closed with a reason that
JupyterLab shows with a button to reload. Where the disk does not take that file, the page has the
only copy: it stays, and is asked again.
"""

from __future__ import annotations

import asyncio
from typing import Any, Protocol

from pycrdt import Doc, create_sync_message

from patina_lab.clients.farewell import Closable, say_farewell
from patina_lab.document.ytsnb import YTsnb
from patina_lab.sources.notices import NotSavedError
from patina_lab.sources.sourceroom import SourceRoom
from patina_lab.tasks import Tasks
from patina_lab.text import gettext as _
from patina_lab.updates.content import decoded
from patina_lab.updates.known import GapError, Known

ANSWER_SECONDS = 10.0
"""How long a client may take to tell what it has."""
RETRY_SECONDS = 3.0
"""How long until what the disk refused is asked for again: more may have been typed."""
_WHY = _("A page was open that had an earlier history of this notebook, which is gone")
_KEPT = _("Its history is gone. Your version is kept in a file beside it.")
_NOTHING = _("Its history is gone. Reload to go on.")


class Socket(Closable, Protocol):
    """The client's connection."""

    async def send(self, message: bytes) -> None:
        """Send a frame."""


class Parting:
    """Parts with one client. `keeps`: whether it may write, and so what it has is kept."""

    def __init__(self, room: SourceRoom, socket: Socket, *, keeps: bool) -> None:
        self._room, self._socket, self._keeps = room, socket, keeps
        self._tasks = Tasks()
        self._asking: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        """Ask for everything."""
        if not self._keeps:
            say_farewell(self._socket, _NOTHING)
            return
        self._asking = self._tasks.spawn(self._lose_patience())
        await self._socket.send(create_sync_message(Doc()))

    async def _lose_patience(self) -> None:
        await asyncio.sleep(ANSWER_SECONDS)
        self._asking = None
        say_farewell(self._socket, _NOTHING)

    async def _begin_again(self) -> None:
        await asyncio.sleep(RETRY_SECONDS)
        await self.begin()

    async def take(self, data: bytes) -> None:
        """Take what the client has, if this is all of it. Raises MalformedUpdateError."""
        update = decoded(data)
        asking = self._asking
        if asking is None or any(
            structs[0].clock for structs in update.structs.values() if structs
        ):
            # An answer to what it was asked before.
            return
        asking.cancel()
        self._asking = None
        try:
            Known().examine(update)
            text = await asyncio.to_thread(_text_of, data)
        except (GapError, ValueError, RuntimeError):
            text = ""
        try:
            is_kept = await self._room.disk.back_up(text, _WHY)
        except NotSavedError:
            # A notice says why.
            self._tasks.spawn(self._begin_again())
        else:
            say_farewell(self._socket, _KEPT if is_kept else _NOTHING)


def _text_of(data: bytes) -> str:
    ydoc: Doc[Any] = Doc()
    ydoc.apply_update(data)
    return YTsnb(ydoc).get()
