"""The model's outputs in the shapes of the wire. Pure."""

from __future__ import annotations

from typing import assert_never, cast

from patina_lab import wire
from patina_lab.model.cells import OutputCell
from patina_lab.model.outputs import (
    BlobValue,
    Chunk,
    Display,
    ErrorOutput,
    Inline,
    MimeValue,
    Output,
    Stream,
)
from patina_lab.model.run import Crash, Phase, ReportLine, Run, RunError, SavedState


def wire_cell(cell: OutputCell) -> wire.OutputCell:
    """Return an output cell as documents, logs and replies have it."""
    return wire.OutputCell(
        seq=cell.seq,
        id=cell.id,
        cell=cell.cell,
        source=cell.source,
        source_hash=cell.source_hash,
        status=cell.status.value,
        requested_by=cell.requested_by,
        queued=cell.queued,
        session=cell.session,
        outputs=[manifest(output) for output in cell.outputs],
        execution_count=cell.execution_count,
        started=cell.started,
        ended=cell.ended,
        input_request=_input_request(cell),
    )


def _input_request(cell: OutputCell) -> wire.InputRequest | None:
    question = cell.question
    if question is None:
        return None
    return wire.InputRequest(prompt=question.prompt, password=question.password)


def manifest(output: Output) -> wire.Manifest:
    """Return one output as a manifest."""
    match output:
        case Stream():
            return wire.Manifest(
                id=output.id,
                type="stream",
                name=output.name,
                sealed=[_chunk(chunk) for chunk in output.sealed],
                tail=output.tail,
            )
        case Display():
            return _display(output)
        case ErrorOutput():
            return wire.Manifest(
                id=output.id,
                type="error",
                ename=output.ename,
                evalue=output.evalue,
                traceback=list(output.traceback),
            )
        case _:
            assert_never(output)


def _display(output: Display) -> wire.Manifest:
    return wire.Manifest(
        id=output.id,
        type="execute_result" if output.is_result else "display_data",
        display_id=output.display_id,
        execution_count=output.execution_count,
        data=wire_data(output),
        metadata=dict(output.metadata),
    )


def wire_data(output: Display) -> dict[str, wire.MimeValue]:
    """Return the MIME bundle of a display as a manifest has it."""
    return {mime: _mime_value(value) for mime, value in output.data.items()}


def _mime_value(value: MimeValue) -> wire.MimeValue:
    if isinstance(value, BlobValue):
        return wire.MimeValue(blob=value.blob, bytes=value.bytes)
    assert isinstance(value, Inline)
    return wire.MimeValue(inline=value.value)


def _chunk(chunk: Chunk) -> wire.SealedChunk:
    return wire.SealedChunk(blob=chunk.blob, bytes=chunk.bytes, lines=chunk.lines)


def wire_run(run: Run) -> wire.Run:
    """Return a run's own fields as documents and replies have them."""
    return wire.Run(
        id=run.id,
        notebook=run.notebook,
        title=run.title,
        created=run.created,
        kernel_name=run.kernel_name,
        language=run.language,
        status=run.status.value,
        queue=list(run.queue),
        last_seq=run.last_seq,
        session=run.session,
        kernel_id=run.kernel_id,
        phase=_phase(run.phase),
        error=wire_error(run.error),
        parent=wire.ForkPoint(run=run.parent.run, seq=run.parent.seq) if run.parent else None,
        memory_bytes=run.memory_bytes,
        report=None if run.report is None else wire_report(run.report),
        capabilities=cast("list[wire.Capability]", list(run.capabilities)) or None,
        checkpoints=None if run.checkpoints is None else list(run.checkpoints),
        crash=wire_crash(run.crash),
        saved=_saved(run.saved),
        loaded_seq=run.loaded,
    )


def wire_crash(crash: Crash | None) -> wire.Crash | None:
    """Return how a kernel's process ended, as documents and logs have it."""
    return None if crash is None else wire.Crash(reason=crash.reason, seq=crash.seq)


def wire_report(report: tuple[ReportLine, ...]) -> list[wire.ReportLine]:
    """Return what a fork, a save or a load could not do exactly."""
    return [
        wire.ReportLine(kind=line.kind, name=line.name, what=line.what, advice=line.advice)
        for line in report
    ]


def _saved(saved: SavedState | None) -> wire.SavedState | None:
    if saved is None:
        return None
    return wire.SavedState(at=saved.at, seq=saved.seq, bytes=saved.bytes)


def _phase(phase: Phase | None) -> wire.Phase | None:
    if phase is None:
        return None
    return wire.Phase(name=phase.name, since=phase.since, previous_ms=phase.previous_ms)


def wire_error(error: RunError | None) -> wire.RunError | None:
    """Return why a run is not well, as documents and logs have it."""
    if error is None:
        return None
    return wire.RunError(message=error.message, reason=error.reason, hint=error.hint)
