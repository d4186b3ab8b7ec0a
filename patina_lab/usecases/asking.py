"""Cells that are to run: their sources are those of the server's copy of the document."""

from __future__ import annotations

import asyncio
from typing import Any

from patina_lab import wire
from patina_lab.document.format import tags_of
from patina_lab.model.events import Asked
from patina_lab.model.ids import CellId
from patina_lab.model.outputs import shortened
from patina_lab.model.parameters import INJECTED, PARAMETERS, ParameterError, assignments
from patina_lab.problem import (
    bad_request,
    conflict,
)
from patina_lab.rooms.registry import Rooms
from patina_lab.rooms.room import Room
from patina_lab.sources.source import hash_of
from patina_lab.text import gettext as _

MOST_CELLS = 20_000
"""So many cells one request may ask for: each is waited for."""
_SHOWN_CHARS = 200


async def asked_cells(
    rooms: Rooms, room: Room, cells: list[wire.CellReference]
) -> tuple[Asked, ...]:
    """Return cells with the sources that the client has seen; all are there, or a problem."""
    if len(cells) > MOST_CELLS:
        raise bad_request(
            _("That is too much at once"),
            _("More than %1 cells", f"{MOST_CELLS:,}"),
            _("Run them in parts."),
        )
    source = await rooms.live_source(room)
    found = await asyncio.gather(*(source.wait_for(cell.id, cell.source_hash) for cell in cells))
    asked: list[Asked] = []
    for cell, (text, fresh) in zip(cells, found, strict=True):
        if text is None:
            raise conflict(
                _("A cell to run is not in the document"),
                _("The server's copy has no code cell %1", repr(cell.id[:80])),
                _("It may not have arrived yet, or was deleted: try again."),
            )
        if not fresh:
            raise conflict(
                _("Your latest edit has not arrived yet"),
                _("The server has another source of cell %1: %2", repr(cell.id[:80]), _shown(text)),
                _("Wait until the document is in step, then run again."),
            )
        asked.append(Asked(CellId(cell.id), text, hash_of(text)))
    return tuple(asked)


def with_parameters(
    asked: tuple[Asked, ...], room: Room, language: str, values: dict[str, Any]
) -> tuple[Asked, ...]:
    """Return the cells with one more, which assigns values: behind their defaults, or first."""
    try:
        source = assignments(language, values)
    except ParameterError as error:
        raise bad_request(error.message, error.reason, error.hint) from error
    tagged = {cell.id for cell in room.source.document.cells if PARAMETERS in tags_of(cell)}
    at = next((at + 1 for at, one in enumerate(asked) if one.cell in tagged), 0)
    return (*asked[:at], Asked(CellId(INJECTED), source, hash_of(source)), *asked[at:])


def _shown(source: str) -> str:
    """Return a source in short, and the hash that names it."""
    begin = shortened(source, _SHOWN_CHARS)
    return f"SHA-256 {hash_of(source)}, {begin!r}"
