"""Runs that go on from the state of another."""

from __future__ import annotations

import msgspec

from patina_lab import wire
from patina_lab.clock import now
from patina_lab.model.effects import ForkKernel
from patina_lab.model.events import (
    Asked,
    Submitted,
)
from patina_lab.model.ids import RequestId, Seq
from patina_lab.model.run import ReportLine, Run
from patina_lab.model.undoing import NoWay, Point, point_after, point_now, why_no_fork
from patina_lab.problem import impossible
from patina_lab.rooms.registry import Rooms
from patina_lab.rooms.room import Room
from patina_lab.runs.memory import Holder, memory_now, why_no_memory
from patina_lab.runs.runner import Runner
from patina_lab.text import gettext as _
from patina_lab.usecases.asking import asked_cells
from patina_lab.usecases.checks import checked_title

FORK_SECONDS = 20.0
"""How long a reply waits for a fork; a fork that takes longer is told by the runs document."""
_REMEMBERED = 1_000


class Forks:
    """Makes them, each that was asked for once."""

    def __init__(self, rooms: Rooms, memory_for_forks: int = 0) -> None:
        """`memory_for_forks`: how many bytes must be free for a fork, if more than is needed."""
        self._rooms, self._memory_for_forks = rooms, memory_for_forks
        self._made: dict[str, str] = {}

    async def fork(self, run: str, wanted: wire.ForkRun, user: str) -> wire.Run:
        """Make a run that starts with another's state, and queue cells in it.

        The same `request_id` forks nothing twice. Nothing is made when one of the cells cannot be
        queued.
        """
        room = self._rooms.by_run(run)
        parent = room.roster.runner(run)
        if (made := self._made_before(run, wanted)) is not None:
            return made.recorder.wire_run
        if wanted.title is not None:
            wanted = msgspec.structs.replace(wanted, title=checked_title(wanted.title))
        asked = await asked_cells(self._rooms, room, wanted.cells) if wanted.cells else ()
        return await self._fork(room, parent, wanted, asked, user)

    async def _fork(
        self, room: Room, parent: Runner, wanted: wire.ForkRun, asked: tuple[Asked, ...], user: str
    ) -> wire.Run:
        _refuse(why_no_fork(parent.run))
        self._refuse_for_memory(parent)
        point = await _point(parent, wanted.after_seq)
        # Another one may have come while we asked the kernel.
        fork = self._made_before(parent.run.id, wanted)
        if fork is None:
            _refuse(why_no_fork(parent.run))
            fork = room.new_runs.fork(
                parent, point, wanted.title, _effect(parent.run, point, wanted)
            )
            self._remember(parent.run, wanted, fork.run)
            if asked:
                request = RequestId(wanted.request_id or f"fork {fork.run.id}")
                fork.take(Submitted(request, asked, user, now()))
        await fork.settled(FORK_SECONDS)
        return fork.recorder.wire_run

    def _made_before(self, run: str, wanted: wire.ForkRun) -> Runner | None:
        """Return what an earlier request of the same id has made."""
        found = self._made.get(f"{run} {wanted.request_id}") if wanted.request_id else None
        room = self._rooms.by_run(run)
        return room.roster.runner(found) if found is not None and room.roster.has(found) else None

    def _remember(self, parent: Run, wanted: wire.ForkRun, fork: Run) -> None:
        if wanted.request_id:
            self._made[f"{parent.id} {wanted.request_id}"] = fork.id
            if len(self._made) > _REMEMBERED:
                del self._made[next(iter(self._made))]

    def _refuse_for_memory(self, parent: Runner) -> None:
        others = [
            Holder(runner.run.title, runner.run.memory_bytes or 0)
            for room in self._rooms
            for runner in room.roster.runners
            if runner.run.has_kernel and runner is not parent
        ]
        holder = Holder(parent.run.title, parent.run.memory_bytes or 0)
        _refuse(why_no_memory(memory_now(), holder, others, self._memory_for_forks))


def _refuse(no: NoWay | None) -> None:
    if no is not None:
        raise impossible(no)


async def _point(parent: Runner, after: int | None) -> Point:
    run = parent.run
    if run.current is None and after in (None, run.position):
        return Point(run.position, None)
    kept = await parent.states.kept()
    found = (
        point_now(parent.run, kept) if after is None else point_after(parent.run, Seq(after), kept)
    )
    if isinstance(found, NoWay):
        raise impossible(found)
    return found


def _effect(parent: Run, point: Point, wanted: wire.ForkRun) -> ForkKernel:
    assert parent.kernel_id is not None
    report: tuple[ReportLine, ...] = ()
    if point.beside is not None:
        name = f"#{point.beside}"
        what = _("was running in %1: the fork has the state from before it", parent.title)
        report = (
            ReportLine("busy", name, what, _("Run the cell in the fork, or fork again later.")),
        )
    return ForkKernel(parent.kernel_id, point.checkpoint, wanted.reseed, report)
