"""Conversions that a server is asked for. Part of the service.

A notebook that is open is converted as people edit it now.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any

from patina_lab import wire
from patina_lab.conversion.content import PastRun
from patina_lab.converting.convert import Conversion, convert_file
from patina_lab.converting.reading import Live
from patina_lab.problem import conflict, not_found
from patina_lab.rooms.registry import Rooms
from patina_lab.rooms.room import Room
from patina_lab.runlog.pastruns import left_out, past_run
from patina_lab.text import Text
from patina_lab.text import gettext as _
from patina_lab.usecases.checks import refuse_no_path

Specs = Callable[[], Awaitable[Mapping[str, Any]]]
IsHidden = Callable[[str], Awaitable[bool]]


class Conversions:
    """Converts files below the server's root."""

    def __init__(self, rooms: Rooms, specs: Specs, is_hidden: IsHidden) -> None:
        self._rooms, self._specs, self._is_hidden = rooms, specs, is_hidden
        self._places = asyncio.Semaphore(2)

    async def convert(self, wanted: wire.Convert, user: str) -> wire.Converted:
        """Convert a file to another. What is open is converted as it is now."""
        for path in (wanted.source, wanted.to):
            await self._refuse(path)
        self._refuse_open(wanted.to)
        specs = await self._specs()
        installed = {name: str(spec["spec"]["language"]) for name, spec in specs.items()}
        live = await self._live(wanted.source)
        # Two at a time: each holds a whole notebook in memory.
        async with self._places:
            return await asyncio.to_thread(
                convert_file,
                self._rooms.root,
                Conversion(wanted, installed, user),
                roots=self._rooms.roots,
                live=live,
            )

    async def _refuse(self, path: str) -> None:
        """Raise a problem for a path that is none, is hidden, or leads out of the root."""
        refuse_no_path(path)
        self._rooms.refuse_outside(path)
        if await self._is_hidden(path):
            raise not_found(
                _("There is no file %1", path[:80]),
                _("Hidden files are not served"),
                _("Name a file as the file browser lists it."),
            )

    def _refuse_open(self, path: str) -> None:
        """Raise a problem for a target that is open: people would lose what they see."""
        if any(room.source.path == path and room.source.alive for room in self._rooms):
            raise conflict(
                _("%1 is open", path),
                _("An open notebook is not replaced"),
                _("Close it, or choose a name."),
            )

    async def _live(self, path: str) -> Live | None:
        for room in self._rooms:
            if room.source.path == path and room.source.alive:
                text = await room.source.document.aget()
                return Live(text, tuple(_past_runs(room)), tuple(_left_out(room)))
        return None


def _past_runs(room: Room) -> Iterator[PastRun]:
    """Yield the runs of which all is known, the oldest first."""
    for run in room.roster.all:
        if room.roster.has_whole(run.id):
            yield past_run(room.roster.known(run.id))


def _left_out(room: Room) -> Iterator[Text]:
    for run in room.roster.all:
        if not room.roster.has_whole(run.id):
            why = run.error.text("reason") if run.error else run.title
            yield left_out(why)
