"""Three versions of a notebook become one: cell by cell, and line by line within a cell. Pure.

The result is a notebook also where two people changed the same lines: both versions then stand in
the cell's source, between marks, for a person to choose in JupyterLab or in an editor. Everything
else is decided, and always in the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from patina_lab.document.format import Cell, TsnbDocument

MergeLines = Callable[[str, str, str], tuple[str, bool]]
"""Merges three texts, that of both's ancestor first; tells whether lines are in conflict."""
_HEADER = ("kernel", "language", "metadata", "dependencies", "lock", "extra")
_OF_CELL = ("type", "metadata", "attachments", "extra")


@dataclass(frozen=True, slots=True)
class Merged:
    """The notebook, and a sentence for each thing that a person has to decide."""

    document: TsnbDocument
    conflicts: tuple[str, ...]


class OtherNotebookError(Exception):
    """The two are not versions of one notebook."""


class _Nothing:
    """Stands for what is not there; equal to itself alone."""


_NOTHING = _Nothing()


def merge(
    base: TsnbDocument | None, ours: TsnbDocument, theirs: TsnbDocument, lines: MergeLines
) -> Merged:
    """Merge two versions of a notebook. `base` is what both come from; None where nothing is.

    Raises OtherNotebookError where their ids differ.
    """
    if ours.id != theirs.id:
        raise OtherNotebookError(f"{ours.id} and {theirs.id}")
    base = base or replace(ours, cells=())
    merging = _Merging(lines)
    header = {
        name: merging.value(name, getattr(base, name), getattr(ours, name), getattr(theirs, name))
        for name in _HEADER
    }
    cells = merging.cells(base.cells, ours.cells, theirs.cells)
    return Merged(replace(ours, **header, cells=cells), tuple(merging.conflicts))


class _Merging:
    """One merge, with what is in conflict so far."""

    def __init__(self, lines: MergeLines) -> None:
        self.conflicts: list[str] = []
        self._lines = lines

    def value(self, path: str, base: Any, ours: Any, theirs: Any) -> Any:
        """Merge a value: key by key where both are tables; ours where both changed it."""
        if theirs in (ours, base):
            return ours
        if ours == base:
            return theirs
        if isinstance(ours, dict) and isinstance(theirs, dict):
            return self._table(path, base if isinstance(base, dict) else {}, ours, theirs)
        self.conflicts.append(f"{path}: ours ({_told(ours)}) was kept, theirs is {_told(theirs)}")
        return ours

    def _table(
        self, path: str, base: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any]
    ) -> dict[str, Any]:
        names = [*ours, *(name for name in theirs if name not in ours)]
        merged = {
            name: self.value(
                f"{path}.{name}", *(one.get(name, _NOTHING) for one in (base, ours, theirs))
            )
            for name in names
        }
        return {name: value for name, value in merged.items() if value is not _NOTHING}

    def cells(
        self, base: Sequence[Cell], ours: Sequence[Cell], theirs: Sequence[Cell]
    ) -> tuple[Cell, ...]:
        """Merge the cells, in an order that both would recognise."""
        versions = [{cell.id: cell for cell in cells} for cells in (base, ours, theirs)]
        merged: dict[str, Cell] = {}
        for name in {name: None for version in versions for name in version}:
            cell = self._cell(*(version.get(name) for version in versions))
            if cell is not None:
                merged[name] = cell
        order = merged_order(*([*version] for version in versions))
        return tuple(merged[name] for name in order if name in merged)

    def _cell(self, base: Cell | None, ours: Cell | None, theirs: Cell | None) -> Cell | None:
        if theirs in (ours, base):
            return ours
        if ours == base:
            return theirs
        there = ours or theirs
        assert there is not None
        texts = [cell.source if cell else "" for cell in (base, ours, theirs)]
        source = self._source(there.id, *texts)
        if ours is None or theirs is None:
            # Deleted by one, changed by the other: it stays, and a person decides.
            if source == there.source:
                told = f"cell {there.id}: one deleted it, the other changed it; it was kept"
                self.conflicts.append(told)
            return replace(there, source=source)
        parts = {
            name: self.value(
                f"cell {there.id}, {name}",
                getattr(base, name) if base else _NOTHING,
                getattr(ours, name),
                getattr(theirs, name),
            )
            for name in _OF_CELL
        }
        return replace(there, source=source, **parts)

    def _source(self, name: str, base: str, ours: str, theirs: str) -> str:
        if theirs in (ours, base):
            return ours
        if ours == base:
            return theirs
        text, conflict = self._lines(base, ours, theirs)
        if conflict:
            self.conflicts.append(f"cell {name}: both changed the same lines")
        return text


def _told(value: Any) -> str:
    return "nothing" if value is _NOTHING or value is None else repr(value)[:80]


def merged_order(base: Sequence[str], ours: Sequence[str], theirs: Sequence[str]) -> list[str]:
    """Return the names of all versions in an order that keeps both sides' moves and additions.

    Who moved what both have decides its place; where both moved, we do. What only one side has
    stands behind the one it stands behind there; ours before theirs.
    """
    common = set(ours) & set(theirs)
    of_base = [name for name in base if name in common]
    by_us, by_them = ([name for name in side if name in common] for side in (ours, theirs))
    old = [name for name in by_us if name in set(of_base)]
    we_moved = old != of_base
    lead, other = (theirs, ours) if not we_moved and by_them != by_us else (ours, theirs)
    order = [*lead]
    for at, name in enumerate(other):
        if name not in common and name not in order:
            _insert(order, name, [*other[:at]], after_additions=other is theirs, known=common)
    # What both have deleted, or one of them, is left out by who asks; it has no place to keep.
    return order


def _insert(
    order: list[str], name: str, before: list[str], *, after_additions: bool, known: set[str]
) -> None:
    anchor = next((one for one in reversed(before) if one in order), None)
    at = 0 if anchor is None else order.index(anchor) + 1
    if after_additions:
        # Ours behind the same cell come first.
        while at < len(order) and order[at] not in known and order[at] not in before:
            at += 1
    order.insert(at, name)
