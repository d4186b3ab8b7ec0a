"""The records of a run log, and what they add up to. Pure.

Format: one JSON object a line, `record` names its kind (docs/reference/format.md, "Run log").
An output is written again when it has grown; of a stream only what is new is written: the chunks
from `sealed_from` on, and the tail.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from msgspec import Struct

from patina_lab import wire
from patina_lab.model.resuming import Resume
from patina_lab.model.run import KernelSettings
from patina_lab.runlog.variables import Told, Variables, with_changes

SCHEMA = 3


class Header(Struct, tag="run", tag_field="record", frozen=True, kw_only=True, omit_defaults=True):
    """The first record: which run this is."""

    schema: int
    id: str
    notebook: str
    title: str
    created: str
    kernel_name: str
    language: str
    parent: wire.ForkPoint | None = None
    settings: KernelSettings | None = None
    """Where they are others than usual: each kernel of the run is told."""


class Opened(Struct, tag="opened", tag_field="record", frozen=True, omit_defaults=True):
    """An output cell was asked for, by that request of a client."""

    cell: wire.OutputCell
    request: str = ""


class Began(Struct, tag="began", tag_field="record", frozen=True, kw_only=True):
    """The code of an output cell is about to be sent to the kernel."""

    seq: int
    at: str


class OutputWritten(
    Struct, tag="output", tag_field="record", frozen=True, kw_only=True, omit_defaults=True
):
    """The output at `index` of a cell is now this; those behind it are gone."""

    seq: int
    index: int
    output: wire.Manifest
    sealed_from: int = 0


class OutputsCut(Struct, tag="cut", tag_field="record", frozen=True, kw_only=True):
    """Only the first `count` outputs of a cell are left."""

    seq: int
    count: int


class Closed(
    Struct, tag="closed", tag_field="record", frozen=True, kw_only=True, omit_defaults=True
):
    """An output cell has come to its end."""

    seq: int
    status: wire.CellStatus
    ended: str
    started: str | None = None
    execution_count: int | None = None


class KernelStarted(Struct, tag="kernel", tag_field="record", frozen=True, kw_only=True):
    """A session began."""

    session: int
    kernel_id: str
    at: str


class KernelEnded(
    Struct, tag="ended", tag_field="record", frozen=True, kw_only=True, omit_defaults=True
):
    """The kernel is gone: stopped, failed; with the reason when something was wrong."""

    status: wire.RunStatus
    at: str
    error: wire.RunError | None = None
    crash: wire.Crash | None = None


class Reattached(Struct, tag="reattached", tag_field="record", frozen=True, kw_only=True):
    """The kernel outlived the server, and another server found it."""

    at: str


class Retitled(Struct, tag="renamed", tag_field="record", frozen=True, kw_only=True):
    """The run has another title."""

    title: str


class Forked(Struct, tag="forked", tag_field="record", frozen=True, kw_only=True):
    """The run's kernel is a fork of its parent's, and what that could not carry exactly."""

    at: str
    report: list[wire.ReportLine]


class Loaded(Struct, tag="loaded", tag_field="record", frozen=True, kw_only=True):
    """The session began with a state that was saved, and what of it did not come back."""

    at: str
    report: list[wire.ReportLine]


class UndoneCells(Struct, tag="undone", tag_field="record", frozen=True, kw_only=True):
    """The kernel went back to before these cells; what is in force is the state after `position`.

    After a crash it also means: the kernel goes on.
    """

    seqs: list[int]
    position: int
    at: str


class GlobalsTold(Struct, tag="globals", tag_field="record", frozen=True, kw_only=True):
    """A cell changed these variables; or the session began with them, after `seq`."""

    seq: int
    session: int
    delta: list[wire.Global]
    total: int


class Pinned(Struct, tag="pinned", tag_field="record", frozen=True, kw_only=True):
    """An output cell was pinned, or is no longer."""

    seq: int
    pinned: bool


class Deleted(Struct, tag="deleted", tag_field="record", frozen=True, kw_only=True):
    """An output cell was deleted from the history: this stands where it was opened."""

    seq: int


class Heard(Struct, tag="heard", tag_field="record", frozen=True, kw_only=True, omit_defaults=True):
    """What the kernel said up to the message at `position` of its journal led to these records.

    One line, so that both are kept or neither: a message is heard once.
    """

    position: int
    records: list[Record] = []
    resume: dict[int, Resume] = {}


Record = (
    Header
    | Opened
    | Began
    | Heard
    | Reattached
    | OutputWritten
    | OutputsCut
    | Closed
    | KernelStarted
    | KernelEnded
    | Retitled
    | Forked
    | Loaded
    | UndoneCells
    | GlobalsTold
    | Pinned
    | Deleted
)

_encoder = msgspec.json.Encoder(enc_hook=wire.plainly)
_decoder: msgspec.json.Decoder[Record] = msgspec.json.Decoder(Record)


def encode(record: Record) -> bytes:
    """Return a record as a line."""
    return _encoder.encode(record) + b"\n"


def decode(line: bytes) -> Record:
    """Return the record in a line; msgspec.DecodeError when it is none."""
    return _decoder.decode(line)


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
        case Forked(report=report) | Loaded(report=report):
            folded.report = report
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


def blobs_named(cells: Iterable[wire.OutputCell]) -> Iterator[str]:
    """Yield the names of the blobs that output cells are made of."""
    for cell in cells:
        for output in cell.outputs:
            yield from (chunk.blob for chunk in output.sealed or ())
            yield from (value.blob for value in (output.data or {}).values() if value.blob)


def growth(old: list[wire.Manifest], new: list[wire.Manifest], seq: int) -> list[Record]:
    """Return the records that lead from some outputs to others."""
    records: list[Record] = []
    if len(new) < len(old):
        records.append(OutputsCut(seq=seq, count=len(new)))
    for index, output in enumerate(new):
        before = old[index] if index < len(old) else None
        if before != output:
            records.append(_grown(before, output, seq, index))
    return records


def _grown(
    before: wire.Manifest | None, output: wire.Manifest, seq: int, index: int
) -> OutputWritten:
    kept = before.sealed if before is not None and before.id == output.id else None
    if kept and output.sealed and output.sealed[: len(kept)] == kept:
        rest = msgspec.structs.replace(output, sealed=output.sealed[len(kept) :])
        return OutputWritten(seq=seq, index=index, output=rest, sealed_from=len(kept))
    return OutputWritten(seq=seq, index=index, output=output)


def without_cells(record: Record, gone: Mapping[int, bool]) -> Record | None:
    """Return what of a record stays when output cells are deleted from the history.

    `gone` are their seqs, and whether each was undone. What a cell did to variables stays: later
    states are made of it. Not if it was undone.
    """
    match record:
        case Heard():
            kept = [without_cells(one, gone) for one in record.records]
            left = [one for one in kept if one is not None]
            resume = {seq: how for seq, how in record.resume.items() if seq not in gone}
            return msgspec.structs.replace(record, records=left, resume=resume)
        case Opened(cell) if cell.seq in gone:
            return Deleted(seq=cell.seq)
        case Began() | OutputWritten() | OutputsCut() | Closed() | Pinned() if record.seq in gone:
            return None
        case GlobalsTold() if gone.get(record.seq, False):
            return None
        case _:
            return record
