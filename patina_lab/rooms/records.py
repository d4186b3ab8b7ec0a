"""The records of a run log, and what they add up to. Pure.

Format: one JSON object a line, `record` names its kind (docs/reference/format.md, "Run log").
An output is written again when it has grown; of a stream only what is new is written: the chunks
from `sealed_from` on, and the tail.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import msgspec
from msgspec import Struct

from patina_lab import wire

SCHEMA = 1


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


class Opened(Struct, tag="opened", tag_field="record", frozen=True):
    """An output cell was asked for."""

    cell: wire.OutputCell


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


class Retitled(Struct, tag="renamed", tag_field="record", frozen=True, kw_only=True):
    """The run has another title."""

    title: str


Record = (
    Header | Opened | OutputWritten | OutputsCut | Closed | KernelStarted | KernelEnded | Retitled
)

_encoder = msgspec.json.Encoder()
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


class LogOrderError(ValueError):
    """A record that cannot stand where it stands."""


def fold(header: Header, records: Iterable[Record]) -> Folded:
    """Add records up, in order. Raises LogOrderError at one that makes no sense there."""
    folded = Folded(header, header.title)
    for record in records:
        add(folded, record)
    return folded


def add(folded: Folded, record: Record) -> None:
    """Take one more record into account."""
    match record:
        case Opened(cell):
            folded.cells[cell.seq] = cell
        case OutputWritten() | OutputsCut() | Closed():
            there = folded.cells.get(record.seq)
            if there is None:
                raise LogOrderError(f"output cell {record.seq} was never opened")
            folded.cells[record.seq] = _changed(there, record)
        case KernelStarted():
            folded.session, folded.status, folded.error = record.session, "idle", None
        case KernelEnded():
            folded.status, folded.error = record.status, record.error
        case Retitled(title=title):
            folded.title = title
        case Header():
            raise LogOrderError("a second header")


def _changed(cell: wire.OutputCell, record: OutputWritten | OutputsCut | Closed) -> wire.OutputCell:
    match record:
        case OutputWritten():
            return _replace(cell, outputs=_with_output(cell.outputs, record))
        case OutputsCut():
            return _replace(cell, outputs=cell.outputs[: record.count])
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
