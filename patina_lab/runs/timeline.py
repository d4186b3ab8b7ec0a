"""A run's output cells as they are now, in the shapes of the wire."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import msgspec

from patina_lab import wire
from patina_lab.document.manifest import wire_cell, wire_data
from patina_lab.model.cells import CellStatus, OutputCell
from patina_lab.model.outputs import Display


class Timeline:
    """Holds them; those that grow are put together when they are asked for, not with each message.

    Methods that name an output cell that is not there raise KeyError.
    """

    def __init__(self) -> None:
        self._cells: dict[int, wire.OutputCell] = {}
        self._growing: dict[int, OutputCell] = {}
        """Output cells as the model has them, newer than the others."""
        self._showing: defaultdict[str, set[int]] = defaultdict(set)
        """By the id of a display, the cells that show it: an update must not search them all."""

    def revive(self, cells: dict[int, wire.OutputCell]) -> None:
        """Go on after cells that a log tells of."""
        self._cells = cells
        for cell in cells.values():
            self._index(cell)

    def __contains__(self, seq: object) -> bool:
        """Whether there is an output cell of that number."""
        return seq in self._cells

    def __getitem__(self, seq: int) -> wire.OutputCell:
        """Return an output cell as it is now."""
        growing = self._growing.pop(seq, None)
        if growing is not None:
            there = self._cells[seq]
            self._cells[seq] = msgspec.structs.replace(
                wire_cell(growing),
                globals_changed=there.globals_changed,
                globals_new=there.globals_new,
                globals_gone=there.globals_gone,
                globals_maybe=there.globals_maybe,
                undone=there.undone,
                pinned=there.pinned,
            )
            self._index(self._cells[seq])
        return self._cells[seq]

    def all(self) -> list[wire.OutputCell]:
        """Return all, in order."""
        return [self[seq] for seq in sorted(self._cells)]

    def put(self, cell: wire.OutputCell) -> None:
        """Take a cell as it is given."""
        self._cells[cell.seq] = cell

    def grow(self, cell: OutputCell) -> None:
        """Take what the model has of a cell; what is marked on it stays."""
        self._growing[cell.seq] = cell

    def alter(self, seq: int, **changes: Any) -> None:
        """Change fields of a cell."""
        self._cells[seq] = msgspec.structs.replace(self[seq], **changes)

    def take_out(self, seq: int) -> None:
        """Have a cell no more; it may be put back."""
        del self._cells[seq]

    def forget(self, seqs: Mapping[int, Any]) -> None:
        """Have nothing more of cells that were taken out."""
        for showing in self._showing.values():
            showing.difference_update(seqs)

    def is_queued(self, seq: int) -> bool:
        """Whether a cell has not begun."""
        # Not by `self[seq]`: each message would cost as much as all that the cell has said.
        growing = self._growing.get(seq)
        there = self._cells[seq].status if growing is None else growing.status.value
        return there == CellStatus.QUEUED.value

    def update_display(self, display: Display) -> list[int]:
        """Change the content of a display wherever it is shown; return in which cells that was."""
        data, changed = wire_data(display), []
        for seq in tuple(self._showing.get(display.display_id or "", ())):
            if seq in self._cells:
                before = self[seq]
                self._cells[seq] = _with_display(before, display, data)
                if self._cells[seq].outputs != before.outputs:
                    changed.append(seq)
        return changed

    def _index(self, cell: wire.OutputCell) -> None:
        for output in cell.outputs:
            if output.display_id is not None:
                self._showing[output.display_id].add(cell.seq)


def _with_display(
    cell: wire.OutputCell, display: Display, data: dict[str, wire.MimeValue]
) -> wire.OutputCell:
    outputs = [
        msgspec.structs.replace(output, data=data, metadata=dict(display.metadata))
        if output.display_id == display.display_id
        else output
        for output in cell.outputs
    ]
    return msgspec.structs.replace(cell, outputs=outputs)
