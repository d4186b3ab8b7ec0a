"""What the records of a run log add up to. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from patina_lab import wire
from patina_lab.model.resuming import Resume
from patina_lab.runlog.records import (
    Began,
    Closed,
    Deleted,
    Forked,
    GlobalsTold,
    Header,
    Heard,
    KernelEnded,
    KernelStarted,
    Loaded,
    Opened,
    OutputsCut,
    OutputWritten,
    Pinned,
    Reattached,
    Record,
    Retitled,
    UndoneCells,
)
from patina_lab.runlog.variables import Told, Variables, with_changes


@dataclass(slots=True)
class Folded:
    """What a log's records add up to."""

    header: Header
    title: str
    cells: dict[int, wire.OutputCell] = field(default_factory=dict)
    status: wire.RunStatus = "starting"
    session: int = 1
    error: wire.RunError | None = None
    last_seq: int = 0
    report: list[wire.ReportLine] | None = None
    variables: Variables = field(default_factory=Variables)
    kernel_id: str | None = None
    position: int = 0
    """How far the kernel of this session was heard."""
    resume: dict[int, Resume] = field(default_factory=dict)
    base: int = 0
    executed: list[int] = field(default_factory=list)
    before: dict[int, int] = field(default_factory=dict)
    """As those of the model's run: which cells made the state, and what was before each."""
    requests: dict[str, list[int]] = field(default_factory=dict)
    crash: wire.Crash | None = None
    loaded: int | None = None


def begun(header: Header) -> Folded:
    """Return what a log's first record says."""
    last_seq = header.parent.seq if header.parent else 0
    return Folded(header, header.title, last_seq=last_seq, base=last_seq)


_Change = Began | OutputWritten | OutputsCut | Closed | Pinned
"""What changes an output cell that was opened."""


class LogOrderError(ValueError):
    """A record that cannot stand where it stands."""


def fold(header: Header, records: Iterable[Record]) -> Folded:
    """Add records up, in order. Raises LogOrderError at one that makes no sense there."""
    folded = begun(header)
    for record in records:
        add(folded, record)
    return folded


def add(folded: Folded, record: Record) -> None:
    """Take one more record into account."""
    match record:
        case Heard():
            for one in record.records:
                add(folded, one)
            folded.position = record.position
            folded.resume |= record.resume
        case Opened():
            _open(folded, record)
        case Began() | OutputWritten() | OutputsCut() | Closed() | Pinned():
            _change(folded, record)
        case Deleted(seq=seq):
            folded.last_seq = max(folded.last_seq, seq)
        case Retitled(title=title):
            folded.title = title
        case GlobalsTold():
            _tell(folded, record)
        case Header():
            raise LogOrderError("a second header")
        case _:
            _live(folded, record)


def _open(folded: Folded, record: Opened) -> None:
    seq = record.cell.seq
    folded.cells[seq] = record.cell
    folded.last_seq = max(folded.last_seq, seq)
    if record.request:
        folded.requests.setdefault(record.request, []).append(seq)


def _change(folded: Folded, record: _Change) -> None:
    folded.cells[record.seq] = _changed(_opened(folded, record.seq), record)
    if isinstance(record, Began):
        _run_cell(folded, record.seq)
    elif isinstance(record, Closed) and record.started:
        folded.variables.ran(record.seq, folded.session)


def _run_cell(folded: Folded, seq: int) -> None:
    """Take a cell for one of those that make the state."""
    folded.before[seq] = folded.executed[-1] if folded.executed else folded.base
    folded.executed.append(seq)


def _opened(folded: Folded, seq: int) -> wire.OutputCell:
    if seq not in folded.cells:
        raise LogOrderError(f"output cell {seq} was never opened")
    return folded.cells[seq]


def _live(
    folded: Folded, record: KernelStarted | Reattached | KernelEnded | Forked | Loaded | UndoneCells
) -> None:
    """Take into account what happened to the kernel."""
    match record:
        case KernelStarted():
            _begin(folded, record)
        case Reattached():
            pass
        case KernelEnded():
            folded.status, folded.error, folded.crash = record.status, record.error, record.crash
            if record.status == "stopped":
                folded.variables.empty()
        case Forked(report=report):
            folded.report = report
        case Loaded(report=report, seq=seq):
            folded.report, folded.loaded = report, seq
        case UndoneCells(seqs=seqs, position=position):
            for seq in set(seqs) & set(folded.cells):
                folded.cells[seq] = _replace(folded.cells[seq], undone=True)
            folded.executed = [seq for seq in folded.executed if seq not in seqs]
            folded.status, folded.error, folded.crash = "idle", None, None
            folded.variables.undo(seqs, folded.last_seq, position, folded.session)


def _begin(folded: Folded, record: KernelStarted) -> None:
    folded.variables.begin(record.session)
    folded.session, folded.kernel_id, folded.position = record.session, record.kernel_id, 0
    folded.status, folded.error, folded.crash = "idle", None, None
    own = [seq for seq, cell in folded.cells.items() if cell.session == record.session]
    folded.base = min(own) - 1 if own else folded.last_seq
    folded.executed, folded.before, folded.resume = [], {}, {}
    folded.loaded = None


def _tell(folded: Folded, record: GlobalsTold) -> None:
    folded.variables.tell(Told(record.seq, record.session, record.delta, record.total))
    cell = folded.cells.get(record.seq)
    if cell is not None and cell.session == record.session:
        folded.cells[record.seq] = with_changes(cell, record.delta)


def _changed(cell: wire.OutputCell, record: _Change) -> wire.OutputCell:
    match record:
        case Began():
            return _replace(cell, status="running", started=record.at)
        case OutputWritten():
            return _replace(cell, outputs=_with_output(cell.outputs, record))
        case OutputsCut():
            return _replace(cell, outputs=cell.outputs[: record.count])
        case Pinned():
            return _replace(cell, pinned=record.pinned)
        case Closed():
            return _replace(
                cell,
                status=record.status,
                ended=record.ended,
                started=record.started,
                execution_count=record.execution_count,
                input_request=None,
            )


def _replace(cell: wire.OutputCell, **changes: Any) -> wire.OutputCell:
    return msgspec.structs.replace(cell, **changes)


def _with_output(outputs: list[wire.Manifest], record: OutputWritten) -> list[wire.Manifest]:
    if record.index > len(outputs):
        raise LogOrderError(f"output {record.index} of cell {record.seq} has none before it")
    output = record.output
    if record.sealed_from:
        there = outputs[record.index].sealed or [] if record.index < len(outputs) else []
        if len(there) < record.sealed_from:
            raise LogOrderError(f"chunk {record.sealed_from} of cell {record.seq} has none before")
        before = there[: record.sealed_from]
        output = msgspec.structs.replace(output, sealed=[*before, *(output.sealed or [])])
    return [*outputs[: record.index], output, *outputs[record.index + 1 :]]
