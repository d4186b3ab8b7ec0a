"""Comparing two runs of a notebook. Part of the service.

What is compared is looked up at once; reading outputs and comparing them is done off the event
loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field

from jupyterlab_server.translation_utils import translator

from patina_lab import wire
from patina_lab.blobs.lenient import Lenient
from patina_lab.document.comparisonpage import comparison_page
from patina_lab.document.outputtext import OutputComparer, output_text
from patina_lab.document.words import Words
from patina_lab.model.comparing import (
    Pair,
    Ran,
    Seen,
    align,
    differences,
    settled,
    verdict,
    without_shared,
)
from patina_lab.model.ids import CellId
from patina_lab.model.linediff import line_diff
from patina_lab.problem import bad_request
from patina_lab.rooms.registry import Rooms
from patina_lab.rooms.room import Room
from patina_lab.runlog.runfolder import KnownRun
from patina_lab.text import gettext as _

PAGE, MOST_PAGE = 100, 1_000
MOST_GLOBALS = 1_000
_LIVE = ("starting", "idle", "busy", "forking")
_NOTHING_RAN = ("queued", "not run")
_SHOWN_CHARS = 200


@dataclass(frozen=True, slots=True)
class Part:
    """Which of the cells are listed: so many from an index on."""

    offset: int = 0
    limit: int = PAGE


@dataclass(frozen=True, slots=True)
class Side:
    """One of two runs, as it is now: what it ran, also before it was forked, and its variables."""

    run: wire.Run
    globals: dict[str, wire.Global]
    is_past: bool
    cells: dict[int, wire.OutputCell] = field(default_factory=dict)
    timeline: list[Ran] = field(default_factory=list)


class Comparisons:
    """The use cases: a comparison for programs, and one for people."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    async def compare(self, left: str, right: str, part: Part) -> wire.Comparison:
        """Return two runs of a notebook side by side."""
        room = self._room(left, right)
        sides = _side(room, left), _side(room, right)
        return await asyncio.to_thread(_compared, *sides, part, Lenient(room.blobs.get))

    async def page(self, left: str, right: str) -> bytes:
        """Return all that differs as one HTML file, in the language of JupyterLab."""
        room = self._room(left, right)
        sides = _side(room, left), _side(room, right)
        name, read = room.source.path, Lenient(room.blobs.get)
        words = Words(translator.load("patina_lab"))

        def made() -> bytes:
            comparison = _compared(*sides, Part(limit=MOST_PAGE), read)
            return comparison_page(comparison, name, read, words).encode()

        return await asyncio.to_thread(made)

    def _room(self, left: str, right: str) -> Room:
        room = self._rooms.by_run(left)
        if left == right:
            raise bad_request(
                _("A run is compared with another"),
                _("Both are the same run"),
                _("Compare two runs of one notebook."),
            )
        if not room.roster.has(right):
            other = self._rooms.by_run(right)
            raise bad_request(
                _("These runs cannot be compared"),
                _(
                    "They are of different notebooks: %1 and %2",
                    room.source.path,
                    other.source.path,
                ),
                _("Compare two runs of one notebook."),
            )
        return room


def _side(room: Room, run: str) -> Side:
    known = room.roster.known(run)
    side = Side(known.run, *_variables(known))
    for owner, cell in _lineage(room, known):
        side.cells[cell.seq] = cell
        side.timeline.append(
            Ran(
                origin=(owner, cell.seq),
                seq=cell.seq,
                cell=CellId(cell.cell),
                source_hash=cell.source_hash,
                status=cell.status,
                at=cell.started or cell.queued,
            )
        )
    return side


def _variables(known: KnownRun) -> tuple[dict[str, wire.Global], bool]:
    """Return the variables now, or as they were when there was a kernel; and whether it is that."""
    run, variables = known.run, known.variables
    has_kernel = run.status in _LIVE or run.crash is not None
    if has_kernel or variables.now:
        return dict(variables.now), not has_kernel
    return variables.after(run.last_seq, run.session), True


def _lineage(room: Room, known: KnownRun) -> Iterator[tuple[str, wire.OutputCell]]:
    """Yield what led to a run's state: its own executions, and those from before it was forked."""
    until: int | None = None
    seen: set[str] = set()
    while True:
        seen.add(known.run.id)
        undone = {cell.seq for cell in known.cells if cell.undone}
        for cell in known.cells:
            if _counts(cell, until, undone):
                yield known.run.id, cell
        parent = known.run.parent
        if parent is None or parent.run in seen or not room.roster.has_whole(parent.run):
            return
        until = parent.seq if until is None else min(until, parent.seq)
        known = room.roster.known(parent.run)


def _counts(cell: wire.OutputCell, until: int | None, undone: set[int]) -> bool:
    """Whether an execution is part of the state: not one that was undone before the fork.

    Executions are undone from the last one backwards: if the one at the fork point is undone, that
    was after the fork.
    """
    if cell.status in _NOTHING_RAN or (until is not None and cell.seq > until):
        return False
    return not cell.undone or until in undone


def _compared(left: Side, right: Side, part: Part, read: Lenient) -> wire.Comparison:
    ours, theirs, shared = without_shared(left.timeline, right.timeline)
    comparer = OutputComparer(read)

    def same_outputs(one: Ran, other: Ran) -> bool:
        return comparer.same(left.cells[one.seq].outputs, right.cells[other.seq].outputs)

    rows = [(pair, list(differences(pair, same_outputs))) for pair in align(ours, theirs, shared)]
    rows.sort(key=lambda row: not row[1])
    listed = rows[part.offset : part.offset + part.limit]
    variables = sorted(
        _compared_globals(left, right, max((ran.seq for ran in shared), default=0)),
        key=lambda row: _ORDER[row.verdict],
    )
    return wire.Comparison(
        left=left.run,
        right=right.run,
        shared=len(shared),
        cells=[_cell(left, right, pair, differs, read) for pair, differs in listed],
        cells_total=len(rows),
        cells_different=sum(1 for row in rows if row[1]),
        globals=variables[:MOST_GLOBALS],
        globals_total=len(variables),
        globals_different=sum(1 for row in variables if row.verdict == "different"),
        globals_alike=sum(1 for row in variables if row.verdict == "alike"),
        left_past=left.is_past,
        right_past=right.is_past,
    )


_ORDER = {"different": 0, "alike": 1, "same": 2}


def _cell(
    left: Side, right: Side, pair: Pair, differs: list[wire.Difference], read: Lenient
) -> wire.ComparedCell:
    ours = left.cells[pair.left.seq] if pair.left else None
    theirs = right.cells[pair.right.seq] if pair.right else None
    named = ours or theirs
    assert named is not None
    code = output = None
    if ours is not None and theirs is not None:
        code = _diff(ours.source, theirs.source) if "code" in differs else None
        if "outputs" in differs:
            output = _diff(output_text(ours, read), output_text(theirs, read))
    return wire.ComparedCell(
        cell=named.cell, differs=differs, left=ours, right=theirs, code=code, output=output
    )


def _diff(left: str, right: str) -> list[wire.DiffLine] | None:
    if left == right:
        return None
    lines = line_diff(left, right)
    if lines is None:
        return None
    return [wire.DiffLine(kind=line.kind, text=line.text) for line in lines]


def _compared_globals(left: Side, right: Side, shared: int) -> Iterator[wire.ComparedGlobal]:
    for name in sorted(left.globals.keys() | right.globals.keys()):
        ours, theirs = left.globals.get(name), right.globals.get(name)
        yield wire.ComparedGlobal(
            name=name,
            verdict=verdict(_seen(ours), _seen(theirs), shared),
            left=ours,
            right=theirs,
        )


def _seen(row: wire.Global | None) -> Seen | None:
    if row is None:
        return None
    shape = tuple(row.shape or ())
    facts = (row.type, row.kind, settled(row.summary), row.length, shape, row.dtype)
    return Seen(facts, _is_whole(row), row.by or 0)


def _is_whole(row: wire.Global) -> bool:
    """Whether the summary is the value: nothing is in it, and nothing was cut off."""
    if row.kind == "module":
        return True
    text = row.summary
    is_cut = len(text) >= _SHOWN_CHARS or "…" in text or "..." in text
    return row.kind == "data" and not (row.has_children or is_cut or text.startswith("<"))
