"""What can be asked of live states: gone back to, kept, saved and loaded."""

from __future__ import annotations

import asyncio
from pathlib import PurePosixPath

from patina_lab import wire
from patina_lab.clock import now
from patina_lab.document.manifest import wire_report
from patina_lab.model.events import LoadAsked
from patina_lab.problem import (
    conflict,
    forbidden,
)
from patina_lab.rooms.registry import Rooms
from patina_lab.runs.starting import LOAD_SECONDS
from patina_lab.text import gettext as _


class LiveStates:
    """The use cases of live states."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    async def undo(self, run: str) -> wire.Run:
        """Go back to before the last cell, or go on after a crash."""
        runner = self._rooms.runner(run)
        await runner.states.undo()
        return runner.recorder.wire_run

    async def checkpoints(self, run: str) -> list[wire.Checkpoint]:
        """Return the states that a run's kernel keeps, oldest first."""
        runner = self._rooms.runner(run)
        if not runner.run.capabilities or not runner.run.has_kernel:
            return []
        return [
            wire.Checkpoint(seq=one.seq, taken=one.taken, private_bytes=one.private_bytes)
            for one in await runner.states.kept()
            if one.seq is not None
        ]

    async def save(self, run: str) -> wire.SaveReply:
        """Save a run's state to disk."""
        room, runner = self._rooms.by_run(run), self._rooms.runner(run)
        report = await runner.states.save()
        saved = runner.run.saved
        folder = PurePosixPath(f"{room.source.path}.runs") / runner.snapshot().folder.name
        return wire.SaveReply(
            path=str(folder), bytes=saved.bytes if saved else 0, report=wire_report(report)
        )

    async def load(self, run: str, wanted: wire.LoadRun) -> wire.Run:
        """Go on with a saved state in a new kernel."""
        runner = self._rooms.runner(run)
        if runner.run.is_live:
            raise conflict(
                _("%1 has a state in memory", runner.run.title),
                _("The run is %1", runner.run.status.text),
                _("Stop it first: what it has in memory is then gone."),
            )
        if runner.run.saved is None:
            raise conflict(
                _("%1 has no saved state", runner.run.title),
                _("There is no %1 beside the notebook", runner.snapshot().folder.name),
                _("Save the state of a run that is idle."),
            )
        if not wanted.trust and not await asyncio.to_thread(runner.snapshot().is_ours, run):
            raise forbidden(
                _("The saved state is not of this machine"),
                _("Loading it runs its code, and the key of this machine has not signed it"),
                _('If you trust who made it, say so: {"trust": true}.'),
            )
        runner.take(LoadAsked(now()))
        await runner.settled(LOAD_SECONDS)
        return runner.recorder.wire_run
