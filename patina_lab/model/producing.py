"""How a cell's outputs grow: the part of the rules that deals with what the kernel says."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from patina_lab.model import events as on
from patina_lab.model.cells import (
    OutputCell,
    Question,
    cleared,
    shows,
    with_display,
    with_last,
    with_output,
)
from patina_lab.model.effects import ChangeCell, KeepBlobs, Result, UpdateClosed
from patina_lab.model.ids import OutputId, Seq
from patina_lab.model.outputs import Blob, Display, ErrorOutput, Stream, bundle, shortened, write
from patina_lab.model.run import Run

MAX_ERROR_CHARS = 8_192
MAX_ERROR_LINES = 100

Production = (
    on.Wrote | on.Displayed | on.DisplayUpdated | on.Raised | on.Cleared | on.InputRequested
)


def produced(run: Run, event: Production) -> Result:
    """Return the run after the kernel said something about its outputs."""
    if isinstance(event, on.DisplayUpdated):
        return _updated(run, event)
    cell = _open_or_recent(run, event.seq)
    if cell is None or (isinstance(event, on.InputRequested) and cell is not run.current):
        return run, ()
    after, blobs = _grown(cell, event)
    return _changed(run, after, blobs)


def _open_or_recent(run: Run, seq: Seq) -> OutputCell | None:
    """Return the cell a message belongs to, unless it is long final."""
    if run.current is not None and run.current.seq == seq:
        return run.current
    return next((cell for cell in run.recent if cell.seq == seq), None)


def _grown(
    cell: OutputCell,
    event: on.Wrote | on.Displayed | on.Raised | on.Cleared | on.InputRequested,
) -> tuple[OutputCell, tuple[Blob, ...]]:
    match event:
        case on.Wrote():
            return _written(cell, event)
        case on.Displayed():
            display, blobs = _display(_next_id(cell), event)
            return with_output(cell, display), blobs
        case on.Raised():
            return with_output(cell, _error(_next_id(cell), event)), ()
        case on.Cleared():
            return (replace(cell, clear_on_next=True) if event.wait else _emptied(cell)), ()
        case on.InputRequested():
            return replace(cell, question=Question(event.prompt, event.password)), ()
        case _:
            assert_never(event)


def _written(cell: OutputCell, event: on.Wrote) -> tuple[OutputCell, tuple[Blob, ...]]:
    """Add text: to the stream that is last, or to a new one."""
    cell = cleared(cell)
    last = cell.outputs[-1] if cell.outputs else None
    if isinstance(last, Stream) and last.name == event.name:
        stream, blobs = write(last, event.text)
        return with_last(cell, stream), blobs
    stream, blobs = write(Stream(_next_id(cell), event.name), event.text)
    return with_output(cell, stream), blobs


def _display(output: OutputId, event: on.Displayed) -> tuple[Display, tuple[Blob, ...]]:
    data, blobs = bundle(event.data)
    display = Display(
        output, data, event.metadata, event.display_id, event.execution_count, event.is_result
    )
    return display, blobs


def _error(output: OutputId, event: on.Raised) -> ErrorOutput:
    """Return an error that documents can hold: what a program says in one can be of any length."""
    lines = tuple(shortened(line, MAX_ERROR_CHARS) for line in event.traceback[-MAX_ERROR_LINES:])
    return ErrorOutput(
        output,
        shortened(event.ename, MAX_ERROR_CHARS),
        shortened(event.evalue, MAX_ERROR_CHARS),
        lines,
    )


def _updated(run: Run, event: on.DisplayUpdated) -> Result:
    data, blobs = bundle(event.data)
    display = Display(OutputId(""), data, event.metadata, event.display_id)
    after = replace(
        run,
        current=with_display(run.current, display) if run.current else None,
        recent=tuple(with_display(cell, display) for cell in run.recent),
    )
    keep = (KeepBlobs(blobs),) if blobs else ()
    may_grow = (*after.recent, *((after.current,) if after.current else ()))
    changes = tuple(ChangeCell(cell) for cell in may_grow if shows(cell, event.display_id))
    return after, (*keep, *changes, UpdateClosed(display))


def echo(run: Run, cell: OutputCell, value: str) -> Result:
    """Show a question and its answer in the output, as a terminal would; not a password."""
    question = cell.question
    assert question is not None
    shown = "········" if question.password else value
    text = f"{question.prompt}{shown}\n"
    answered = replace(cell, question=None)
    after, blobs = _written(answered, on.Wrote(cell.seq, "stdout", text))
    return _changed(run, after, blobs)


def _changed(run: Run, cell: OutputCell, blobs: tuple[Blob, ...]) -> Result:
    keep = (KeepBlobs(blobs),) if blobs else ()
    effects = (*keep, ChangeCell(cell))
    if run.current is not None and run.current.seq == cell.seq:
        return replace(run, current=cell), effects
    recent = tuple(cell if old.seq == cell.seq else old for old in run.recent)
    return replace(run, recent=recent), effects


def _emptied(cell: OutputCell) -> OutputCell:
    return replace(cell, outputs=(), clear_on_next=False)


def _next_id(cell: OutputCell) -> OutputId:
    """Name the next output: stable, and never the name of one that was cleared."""
    return OutputId(f"{cell.id}-{cell.made}")
