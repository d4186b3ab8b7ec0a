"""How an output cell goes on growing in another server, where its outputs do not tell."""

from __future__ import annotations

from dataclasses import dataclass, replace

from patina_lab.model.cells import OutputCell
from patina_lab.model.outputs import Stream
from patina_lab.model.terminal import Terminal


@dataclass(frozen=True, slots=True)
class Resume:
    """What is not seen of an output cell; from `window` on, of the terminal of its last output."""

    made: int = 0
    clear_on_next: bool = False
    window: int = 0
    """How many characters at the end of the text can still change."""
    row: int = 0
    column: int | None = None
    style: str = ""
    pending: str = ""


def how_to_resume(cell: OutputCell) -> Resume:
    """Return what another server needs to let a cell grow on."""
    unseen = Resume(cell.made, cell.clear_on_next)
    last = cell.outputs[-1] if cell.outputs else None
    if not isinstance(last, Stream):
        return unseen
    terminal = last.terminal
    return replace(
        unseen,
        window=len(terminal.window),
        row=terminal.row,
        column=terminal.column,
        style=terminal.style,
        pending=terminal.pending,
    )


def resumed(cell: OutputCell, how: Resume) -> OutputCell:
    """Return a cell, of which only the outputs are known, as it was."""
    outputs = cell.outputs
    if outputs and isinstance(last := outputs[-1], Stream):
        start = max(0, len(last.tail) - how.window)
        settled, window = last.tail[:start], last.tail[start:]
        terminal = Terminal(window, how.row, how.column, how.style, how.pending)
        outputs = (*outputs[:-1], replace(last, settled=settled, terminal=terminal))
    return replace(cell, outputs=outputs, made=how.made, clear_on_next=how.clear_on_next)
