"""Records that lead from some outputs to others, and what stays of deleted cells'. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from patina_lab import wire
from patina_lab.runlog.records import (
    Began,
    Closed,
    Deleted,
    GlobalsTold,
    Heard,
    Opened,
    OutputsCut,
    OutputWritten,
    Pinned,
    Record,
)


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
