"""The cells of the source document: between the shared array and the file's cells."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Sequence
from typing import Any, cast

from pycrdt import Array, Map, Text

from patina_lab.document.format import CELL_KEYS, Cell, CellType
from patina_lab.document.values import as_table, normal, table_in

_TRUST = "trusted"
"""JupyterLab's mark of trust: about a person, so it is no part of the file."""


def field(ycell: Any, name: str) -> Any:
    """Return a value of a shared cell; None when it is no cell, as any client may have made it."""
    return ycell.get(name) if isinstance(ycell, Map) else None


def text_of(ycell: Map[Any]) -> str:
    """Return the source of a shared cell."""
    return str(ycell.get("source") or "")


def read_cell(value: Any, taken: set[str]) -> Cell:
    """Return the cell that a shared cell's JSON stands for; `taken` are the ids before it.

    Two clients can put the same cell back at the same time; a file cannot hold an id twice.
    """
    cell = as_table(value)
    name = unique = str(cell.get("id", ""))
    number = 2
    while unique in taken:
        unique, number = f"{name}-{number}", number + 1
    taken.add(unique)
    kind = cell.get("cell_type")
    metadata = normal(as_table(cell.get("metadata")))
    metadata.pop(_TRUST, None)
    return Cell(
        id=unique,
        type=cast("CellType", kind) if kind in ("markdown", "raw") else "code",
        source=str(cell.get("source") or ""),
        metadata=metadata,
        attachments=normal(as_table(cell.get("attachments"))),
        extra=table_in(cell.get("extra"), CELL_KEYS),
    )


def update_cells(ycells: Array[Any], cells: Sequence[Cell]) -> None:
    """Make the shared cells these, changing as little as possible. Call it in a transaction."""
    wanted = {cell.id: at for at, cell in enumerate(cells)}
    kept = _kept(
        [(field(ycell, "id"), field(ycell, "cell_type")) for ycell in ycells], cells, wanted
    )
    for at in reversed(range(len(ycells))):
        if at not in kept:
            del ycells[at]
    stays = {cells[place].id for place in kept.values()}
    for at, cell in enumerate(cells):
        if cell.id in stays:
            _update(ycells[at], cell)
        else:
            ycells.insert(at, _shared(cell))


def _kept(
    there: list[tuple[Any, Any]], cells: Sequence[Cell], wanted: dict[str, int]
) -> dict[int, int]:
    """Return which shared cells stay (place there: place wanted): most of them, in order.

    The longest increasing subsequence of their wanted places (patience sorting).
    """
    ends: list[int] = []
    at_end: list[int] = []
    before: dict[int, int | None] = {}
    places: dict[int, int] = {}
    for at, (name, kind) in enumerate(there):
        place = wanted.get(name) if isinstance(name, str) else None
        if place is None or cells[place].type != kind:
            continue
        length = bisect_left(ends, place)
        ends[length : length + 1], at_end[length : length + 1] = [place], [at]
        before[at] = at_end[length - 1] if length else None
        places[at] = place
    kept: dict[int, int] = {}
    last = at_end[-1] if at_end else None
    while last is not None:
        kept[last] = places[last]
        last = before[last]
    return kept


def _shared(cell: Cell) -> Map[Any]:
    """Return a new shared cell, with the keys JupyterLab's own notebooks have."""
    shared: dict[str, Any] = {
        "id": cell.id,
        "cell_type": cell.type,
        "source": Text(cell.source),
        "metadata": Map(cell.metadata),
    }
    if cell.type == "code":
        shared |= {"outputs": Array(), "execution_count": None, "execution_state": "idle"}
    shared |= _optional(cell)
    return Map(shared)


def _optional(cell: Cell) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if cell.attachments:
        values["attachments"] = cell.attachments
    if cell.extra:
        values["extra"] = json.dumps(cell.extra, sort_keys=True)
    return values


def _update(ycell: Map[Any], cell: Cell) -> None:
    there = json.loads(str(ycell))
    if not isinstance(ycell.get("source"), Text):
        ycell["source"] = Text(cell.source)
    elif there.get("source") != cell.source:
        _update_text(ycell["source"], cell.source)
    metadata = normal(as_table(there.get("metadata")))
    trust = {_TRUST: metadata[_TRUST]} if _TRUST in metadata else {}
    if metadata != {**cell.metadata, **trust}:
        ycell["metadata"] = Map({**cell.metadata, **trust})
    optional = _optional(cell)
    for name in ("attachments", "extra"):
        if name in there and name not in optional:
            del ycell[name]
        elif name in optional and normal(there.get(name)) != optional[name]:
            ycell[name] = optional[name]


def _update_text(ytext: Text, text: str) -> None:
    """Replace what lies between the common beginning and end. Offsets of `Text` are UTF-8 bytes."""
    old = str(ytext)
    start = _common(old, text)
    end = _common(old[start:][::-1], text[start:][::-1])
    first = len(old[:start].encode())
    last = first + len(old[start : len(old) - end].encode())
    if last > first:
        del ytext[first:last]
    if new := text[start : len(text) - end]:
        ytext.insert(first, new)


def _common(one: str, other: str) -> int:
    """Return how many characters two texts have in common at their beginning."""
    length = min(len(one), len(other))
    return next((at for at in range(length) if one[at] != other[at]), length)
