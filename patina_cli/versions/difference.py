"""What differs between two versions of a notebook, cell by cell. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import unified_diff
from typing import Any, Literal

from patina_lab.document.format import Cell, TsnbDocument

Change = Literal["added", "removed", "changed", "moved"]
_HEADER = ("id", "kernel", "language", "metadata", "dependencies", "lock", "extra")
_OF_CELL = ("type", "metadata", "attachments", "extra")


@dataclass(frozen=True, slots=True)
class Value:
    """A value that differs, by the path of its keys; None where there is none."""

    path: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class CellDifference:
    """A cell that differs; its numbers count from 1, None where it is not."""

    id: str
    changes: tuple[Change, ...]
    number_before: int | None
    number_after: int | None
    lines: tuple[str, ...] = ()
    """Of the source: a unified diff without its head."""
    values: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """All that differs: values of the header, and cells, in the order of the later version."""

    values: tuple[Value, ...]
    cells: tuple[CellDifference, ...]

    @property
    def any(self) -> bool:
        """Whether anything differs."""
        return bool(self.values or self.cells)


def difference(before: TsnbDocument, after: TsnbDocument) -> Difference:
    """Return what differs. Cells are the same by their id, wherever they stand."""
    values = [
        value
        for name in _HEADER
        for value in _values(name, getattr(before, name), getattr(after, name))
    ]
    return Difference(tuple(values), tuple(_cells(before.cells, after.cells)))


def _values(path: str, before: Any, after: Any) -> list[Value]:
    """Return which values differ, as deep as both have tables."""
    if before == after:
        return []
    if isinstance(before, dict) and isinstance(after, dict):
        return [
            value
            for name in sorted(before.keys() | after.keys())
            for value in _values(f"{path}.{name}", before.get(name), after.get(name))
        ]
    return [Value(path, before, after)]


def _cells(before: Sequence[Cell], after: Sequence[Cell]) -> list[CellDifference]:
    old = {cell.id: (number, cell) for number, cell in enumerate(before, 1)}
    new = {cell.id: (number, cell) for number, cell in enumerate(after, 1)}
    moved = _moved([cell.id for cell in before if cell.id in new], [*new])
    found = [
        CellDifference(name, ("removed",), number, None, _lines(cell.source, ""))
        for name, (number, cell) in old.items()
        if name not in new
    ]
    for name, (number, cell) in new.items():
        if name not in old:
            lines = _lines("", cell.source)
            found.append(CellDifference(name, ("added",), None, number, lines))
        elif one := _changed(*old[name], number, cell, moved=name in moved):
            found.append(one)
    # What was removed stands where it was.
    return sorted(found, key=lambda one: one.number_after or one.number_before or 0)


def _changed(
    number_before: int, before: Cell, number_after: int, after: Cell, *, moved: bool
) -> CellDifference | None:
    lines = _lines(before.source, after.source)
    values = tuple(
        value
        for name in _OF_CELL
        for value in _values(name, getattr(before, name), getattr(after, name))
    )
    changes: list[Change] = []
    if lines or values:
        changes.append("changed")
    if moved:
        changes.append("moved")
    if not changes:
        return None
    return CellDifference(after.id, tuple(changes), number_before, number_after, lines, values)


def _lines(before: str, after: str) -> tuple[str, ...]:
    diff = unified_diff(before.split("\n"), after.split("\n"), lineterm="", n=3)
    if not before:
        diff = unified_diff([], after.split("\n"), lineterm="")
    elif not after:
        diff = unified_diff(before.split("\n"), [], lineterm="")
    return tuple(diff)[2:] if before != after else ()


def _moved(old: Sequence[str], new: Sequence[str]) -> set[str]:
    """Return the names that moved, as few as possible: all but a longest choice in order."""
    return set(old) - set(longest_in_order(old, new))


def longest_in_order(names: Sequence[str], order: Sequence[str]) -> list[str]:
    """Return a longest choice of names that stand in an order already (patience sorting)."""
    places = {name: at for at, name in enumerate(order)}
    ends: list[int] = []
    piles: list[str] = []
    before: dict[str, str | None] = {}
    for name in names:
        place = places[name]
        at = bisect_left(ends, place)
        ends[at : at + 1], piles[at : at + 1] = [place], [name]
        before[name] = piles[at - 1] if at else None
    chosen: list[str] = []
    last = piles[-1] if piles else None
    while last is not None:
        chosen.append(last)
        last = before[last]
    return chosen[::-1]
