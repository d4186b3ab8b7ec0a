"""A notebook that was changed here and elsewhere: both changes, cell by cell. Pure.

Cells are the same when their ids are. What only one side changed is taken; what both changed in
different lines is joined. What both changed in the same lines is kept twice, the other version in a
cell of its own below: nobody's words are thrown away, and nobody has to read conflict marks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from patina_lab.document.format import Cell, TsnbDocument
from patina_lab.document.textmerge import merged as merged_text

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged notebook, and the cells of which both versions were kept (ids of ours)."""

    document: TsnbDocument
    conflicts: tuple[str, ...] = ()


def merge(base: TsnbDocument, ours: TsnbDocument, theirs: TsnbDocument) -> Merge:
    """Return `base` with the changes of both. All three are one notebook.

    A cell that one side deleted and the other changed stays. Of other values that both changed,
    ours stays.
    """
    cells: list[Cell] = []
    conflicts: list[str] = []
    before, mine, others = (_by_id(document) for document in (base, ours, theirs))
    taken = {*mine, *others}
    for name in _order([*before], [*mine], [*others]):
        cell, other = _merged_cell(before.get(name), mine.get(name), others.get(name))
        if cell is not None:
            cells.append(cell)
        if other is not None:
            cells.append(replace(other, id=_unique(f"{name}-other", taken)))
            conflicts.append(name)
    document = TsnbDocument(
        id=ours.id,
        kernel=_chosen(base.kernel, ours.kernel, theirs.kernel),
        language=_chosen(base.language, ours.language, theirs.language),
        cells=tuple(cells),
        metadata=_merged_table(base.metadata, ours.metadata, theirs.metadata),
        dependencies=_chosen(base.dependencies, ours.dependencies, theirs.dependencies),
        lock=_chosen(base.lock, ours.lock, theirs.lock),
        extra=_merged_table(base.extra, ours.extra, theirs.extra),
    )
    return Merge(document, tuple(conflicts))


def _by_id(document: TsnbDocument) -> dict[str, Cell]:
    return {cell.id: cell for cell in document.cells}


def _merged_cell(
    base: Cell | None, ours: Cell | None, theirs: Cell | None
) -> tuple[Cell | None, Cell | None]:
    """Return what becomes of a cell, and theirs where it has to be kept as well."""
    if ours is None or theirs is None:
        left = ours or theirs
        # Deleted on one side: it stays when the other has changed it since, or has just made it.
        return (None if left == base else left), None
    if ours == theirs:
        return ours, None
    origin = base or replace(ours, source="")
    source = merged_text(origin.source, ours.source, theirs.source)
    cell = replace(
        ours,
        type=_chosen(origin.type, ours.type, theirs.type),
        source=ours.source if source is None else source,
        metadata=_merged_table(origin.metadata, ours.metadata, theirs.metadata),
        attachments=_merged_table(origin.attachments, ours.attachments, theirs.attachments),
        extra=_merged_table(origin.extra, ours.extra, theirs.extra),
    )
    return cell, theirs if source is None else None


def _chosen(base: _Value, ours: _Value, theirs: _Value) -> _Value:
    """Return what was changed; ours where both were."""
    return theirs if ours == base else ours


def _merged_table(
    base: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any]
) -> dict[str, Any]:
    """Return a table with the changes of both, key by key."""
    absent = object()
    names = dict.fromkeys([*ours, *theirs])
    values = {
        name: _chosen(*(table.get(name, absent) for table in (base, ours, theirs)))
        for name in names
    }
    return {name: value for name, value in values.items() if value is not absent}


def _order(base: Sequence[str], ours: Sequence[str], theirs: Sequence[str]) -> list[str]:
    """Return all names in the order of who has moved cells; ours where both have, or nobody."""
    both = {*ours} & {*theirs} & {*base}
    moved = _only(both, theirs) != _only(both, base)
    we_moved = _only(both, ours) != _only(both, base)
    spine, rest = (theirs, ours) if moved and not we_moved else (ours, theirs)
    known = {*spine}
    before: str | None = None
    added: dict[str | None, list[str]] = {}
    for name in rest:
        if name in known:
            before = name
        else:
            added.setdefault(before, []).append(name)
    order = [*added.get(None, [])]
    for name in spine:
        order += [name, *added.get(name, [])]
    return order


def _only(names: set[str], order: Iterable[str]) -> list[str]:
    return [name for name in order if name in names]


def _unique(name: str, taken: set[str]) -> str:
    unique, number = name, 2
    while unique in taken:
        unique, number = f"{name}-{number}", number + 1
    taken.add(unique)
    return unique
