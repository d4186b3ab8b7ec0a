"""Output cells of the wire as the model has them: to go on with one after a restart. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from patina_lab import wire
from patina_lab.model.cells import CellStatus, OutputCell
from patina_lab.model.ids import BlobHash, CellId, OutputId, RequestId, Seq
from patina_lab.model.outputs import (
    BlobValue,
    Chunk,
    Display,
    ErrorOutput,
    Inline,
    MimeValue,
    Output,
    Stream,
    StreamName,
)
from patina_lab.model.resuming import Resume, resumed


def model_cell(cell: wire.OutputCell, how: Resume | None, request: str = "") -> OutputCell:
    """Return an output cell that can grow on; without `how`, as if its last text had just ended."""
    outputs = tuple(_output(output) for output in cell.outputs)
    seen = OutputCell(
        seq=Seq(cell.seq),
        id=cell.id,
        cell=CellId(cell.cell),
        source=cell.source,
        source_hash=cell.source_hash,
        requested_by=cell.requested_by,
        queued=cell.queued,
        session=cell.session,
        request=RequestId(request),
        status=CellStatus(cell.status),
        outputs=outputs,
        execution_count=cell.execution_count,
        started=cell.started,
        ended=cell.ended,
        made=len(outputs),
    )
    return seen if how is None else resumed(seen, how)


def _output(output: wire.Manifest) -> Output:
    match output.type:
        case "stream":
            sealed = tuple(
                Chunk(BlobHash(chunk.blob), chunk.bytes, chunk.lines)
                for chunk in output.sealed or ()
            )
            name: StreamName = "stderr" if output.name == "stderr" else "stdout"
            return Stream(OutputId(output.id), name, sealed, output.tail or "")
        case "error":
            return ErrorOutput(
                OutputId(output.id),
                output.ename or "",
                output.evalue or "",
                tuple(output.traceback or ()),
            )
        case "display_data" | "execute_result":
            return Display(
                OutputId(output.id),
                _data(output.data or {}),
                output.metadata or {},
                output.display_id,
                output.execution_count,
                is_result=output.type == "execute_result",
            )


def _data(data: Mapping[str, wire.MimeValue]) -> dict[str, MimeValue]:
    return {mime: _value(value) for mime, value in data.items()}


def _value(value: wire.MimeValue) -> MimeValue:
    if value.blob is not None:
        return BlobValue(BlobHash(value.blob), value.bytes or 0)
    inline: Any = value.inline
    return Inline(inline)
