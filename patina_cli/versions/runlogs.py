"""Two continuations of one run become one log: first the one whose kernel lived on. Pure.

A kernel is on one machine, so of two people who go on with a run at least one has started a new
session. That one's cells follow behind the other's, with numbers and sessions of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from patina_lab import wire
from patina_lab.runlog.folding import Folded, fold
from patina_lab.runlog.growth import without_cells
from patina_lab.runlog.records import (
    Began,
    Closed,
    Deleted,
    GlobalsTold,
    Header,
    Heard,
    KernelEnded,
    KernelStarted,
    Opened,
    OutputsCut,
    OutputWritten,
    Pinned,
    Record,
    UndoneCells,
)

Records = Sequence[Record]
Kind = TypeVar("Kind", bound=msgspec.Struct)


_OF_CELLS = (Began, OutputWritten, OutputsCut, Closed, GlobalsTold, Pinned, Deleted)
"""Records of one output cell, by its seq."""


class BothLiveError(Exception):
    """Both sides went on in the same session: no order of theirs is true."""

    def __str__(self) -> str:
        """Say so."""
        return "both sides went on in one session"


def merge_logs(base: Records, ours: Records, theirs: Records) -> list[Record]:
    """Return a log with what both have. Raises BothLiveError, and LogOrderError for no logs.

    `base` is what both come from; empty where nothing is. All begin with the same header.
    """
    known = _folded(base).last_seq if base else 0
    ours, theirs = _without_deleted(ours, theirs, known), _without_deleted(theirs, ours, known)
    shared = 0
    while shared < min(len(ours), len(theirs)) and ours[shared] == theirs[shared]:
        shared += 1
    common, first, second = ours[:shared], ours[shared:], theirs[shared:]
    if not second or _only_ends(second):
        return [*common, *(first or second)]
    if not first or _only_ends(first):
        return [*common, *second]
    session = _folded(common).session
    if _goes_on(second, session):
        first, second = second, first
    if _goes_on(second, session):
        raise BothLiveError
    return [*common, *first, *_behind(common, first, second)]


def _folded(records: Records) -> Folded:
    header, *others = records
    assert isinstance(header, Header)
    return fold(header, others)


def _without_deleted(log: Records, other: Records, known: int) -> Records:
    """Return a log without what the other has deleted of the output cells that both know."""
    cells = _folded(log).cells
    gone = {
        record.seq: cells[record.seq].undone
        for record in other
        if isinstance(record, Deleted) and record.seq <= known and record.seq in cells
    }
    return [kept for record in log if (kept := without_cells(record, gone)) is not None]


def _only_ends(tail: Records) -> bool:
    """Whether a tail says no more than that a server opened the run and found no kernel."""
    records = list(_flat(tail))
    return all(
        isinstance(record, (Closed, OutputWritten))
        or (isinstance(record, KernelEnded) and record.status == "lost")
        for record in records
    ) and any(isinstance(record, KernelEnded) for record in records)


def _goes_on(tail: Records, session: int) -> bool:
    """Whether a tail has cells of the session that both began with."""
    return any(
        isinstance(record, Opened) and record.cell.session == session for record in _flat(tail)
    )


def _flat(records: Records) -> Iterator[Record]:
    """Yield records, and in their place those that were heard together."""
    for record in records:
        if isinstance(record, Heard):
            yield from _flat(record.records)
        else:
            yield record


def _behind(common: Records, first: Records, second: Records) -> Iterator[Record]:
    """Yield the records of a tail as they are behind another one."""
    before, after = _folded(common), _folded([*common, *first])
    shift = after.last_seq - before.last_seq
    sessions = after.session - before.session
    still_open = {seq for seq, cell in after.cells.items() if cell.status in ("queued", "running")}
    moving = _Moving(before.last_seq, shift, sessions, still_open)
    for record in second:
        yield from moving.moved(record)


@dataclass(frozen=True, slots=True)
class _Moving:
    """How records of a tail change behind another one. `known`: the last seq that both know."""

    known: int
    shift: int
    sessions: int
    still_open: set[int]

    def moved(self, record: Record) -> Iterator[Record]:
        """Yield a record as it is there; nothing where it says what the first tail knows better."""
        match record:
            case Heard():
                inner = [one for each in record.records for one in self.moved(each)]
                resume = {seq + self.shift: how for seq, how in record.resume.items()}
                yield _replaced(record, records=inner, resume=resume)
            case Began() | Closed() | OutputWritten() | OutputsCut() if record.seq <= self.known:
                # How the cells ended that ran when they parted.
                if record.seq in self.still_open:
                    yield record
            case Pinned() | Deleted() if record.seq <= self.known:
                yield record
            case UndoneCells() if min(record.seqs, default=0) <= self.known:
                # In the kernel of the other side: it is not what the first tail went on from.
                return
            case _:
                yield _renumbered(record, self.shift, self.sessions)


def _renumbered(record: Record, shift: int, sessions: int) -> Record:
    changes: dict[str, Any] = {}
    match record:
        case Opened(cell):
            changes["cell"] = _moved(cell, shift, sessions)
        case OutputWritten(seq=seq, output=output):
            changes["output"] = _output(output, seq, seq + shift)
        case GlobalsTold(delta=rows):
            changes["delta"] = [
                row if row.by is None else _replaced(row, by=row.by + shift) for row in rows
            ]
        case UndoneCells(seqs=seqs, position=position):
            changes["seqs"] = [seq + shift for seq in seqs]
            changes["position"] = position + shift
    if isinstance(record, GlobalsTold | KernelStarted):
        changes["session"] = record.session + sessions
    if isinstance(record, _OF_CELLS):
        changes["seq"] = record.seq + shift
    return _replaced(record, **changes)


def _moved(cell: wire.OutputCell, shift: int, sessions: int) -> wire.OutputCell:
    seq = cell.seq + shift
    return _replaced(
        cell,
        seq=seq,
        id=_renamed(cell.id, cell.seq, seq),
        session=cell.session + sessions,
        outputs=[_output(one, cell.seq, seq) for one in cell.outputs],
    )


def _output(output: wire.Manifest, before: int, after: int) -> wire.Manifest:
    return _replaced(output, id=_renamed(output.id, before, after))


def _renamed(name: str, before: int, after: int) -> str:
    """Return the id of an output cell, or of an output, with another number: `<run>-3-0`."""
    run, rest = name[:36], name[36:]
    old = f"-{before}"
    return f"{run}-{after}{rest[len(old) :]}" if rest.startswith(old) else name


def _replaced(struct: Kind, **changes: Any) -> Kind:
    return msgspec.structs.replace(struct, **changes)
