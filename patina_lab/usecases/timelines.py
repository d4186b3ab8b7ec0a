"""What can be asked of timelines: output cells, pinned and deleted."""

from __future__ import annotations

from dataclasses import dataclass

from patina_lab import wire
from patina_lab.model.cells import CellStatus
from patina_lab.problem import (
    bad_request,
    conflict,
)
from patina_lab.rooms.registry import Rooms
from patina_lab.runs.runner import Runner
from patina_lab.text import gettext as _
from patina_lab.usecases.checks import no_such_cell


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a timeline: seqs from `first` to `last`, both included."""

    first: int = 1
    last: int | None = None

    def holds(self, seq: int) -> bool:
        """Whether an output cell is in this part."""
        return self.first <= seq and (self.last is None or seq <= self.last)


class Timelines:
    """The use cases of timelines."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    def cells(self, run: str, part: Part) -> list[wire.OutputCell]:
        """Return output cells, the first asked for first."""
        return [
            cell for cell in self._rooms.by_run(run).roster.known(run).cells if part.holds(cell.seq)
        ]

    def pin(self, run: str, seq: int, change: wire.ChangeOutputCell) -> wire.OutputCell:
        """Pin an output cell, or no longer."""
        runner = self._rooms.runner(run)
        _refuse_unless_final(runner, seq, whatever_status=True)
        return runner.recorder.pin(seq, pinned=change.pinned)

    async def delete(self, run: str, seq: int) -> None:
        """Delete an output cell from the history."""
        _refuse_unless_final(self._rooms.runner(run), seq, whatever_status=False)
        await self._rooms.by_run(run).forget.outputs(run, (seq,))

    async def clear(self, run: str, *, pinned: bool) -> wire.Cleared:
        """Delete all final output cells from the history; those that are pinned only if asked."""
        cells = self._rooms.runner(run).recorder.cells()
        final = [cell for cell in cells if cell.status not in ("queued", "running")]
        gone = [cell.seq for cell in final if pinned or not cell.pinned]
        if gone:
            await self._rooms.by_run(run).forget.outputs(run, gone)
        return wire.Cleared(deleted=len(gone), kept=len(cells) - len(gone))

    async def free_space(self, run: str, wanted: wire.FreeSpace) -> wire.FreedSpace:
        """Delete all but the latest output cells of a run, and say what that freed."""
        if wanted.keep < 0:
            raise bad_request(
                _("That is no number of output cells"),
                _("%1 is below 0", wanted.keep),
                _("Say how many of the latest are to stay."),
            )
        room = self._rooms.by_run(run)
        deleted, freed, spared = await room.forget.all_but_latest(run, wanted.keep)
        return wire.FreedSpace(deleted=deleted, bytes=freed, spared=spared)


def _refuse_unless_final(runner: Runner, seq: int, *, whatever_status: bool) -> None:
    try:
        cell = runner.recorder.cell(seq)
    except KeyError as error:
        raise no_such_cell(seq) from error
    if cell.status in ("queued", "running") and not whatever_status:
        raise conflict(
            _("That cell is not done yet"),
            _("Output cell %1 is %2", seq, CellStatus(cell.status).text),
            _("Interrupt it."),
        )
