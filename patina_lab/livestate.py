"""What can be asked of live states: fork, undo, inspect, save and load. Part of the service.

Methods raise PatinaProblem for what cannot be done; the state of runs is never half changed.
"""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import PurePosixPath

import msgspec

from patina_lab import wire
from patina_lab.document.manifest import wire_report
from patina_lab.kernel.asking import KernelRefusedError
from patina_lab.kernel.connection import now
from patina_lab.model.effects import ForkKernel
from patina_lab.model.events import Asked, LoadAsked, Submitted
from patina_lab.model.ids import RequestId, Seq
from patina_lab.model.run import ReportLine, Run
from patina_lab.model.undoing import NoWay, Point, point_after, point_now, why_no_fork
from patina_lab.problem import bad_request, conflict, forbidden, impossible, not_found
from patina_lab.rooms.registry import Rooms
from patina_lab.rooms.room import Room
from patina_lab.runs.memory import Holder, memory_now, why_no_memory
from patina_lab.runs.runner import Runner

FORK_SECONDS = 20.0
"""How long a reply waits for a fork; a fork that takes longer is told by the runs document."""
LOAD_SECONDS = 600.0
LOOK_SECONDS = 2.0
PAGE, MOST_PAGE = 100, 1_000
_REMEMBERED_FORKS = 1_000


class LiveState:
    """The use cases of live states."""

    def __init__(self, rooms: Rooms, memory_for_forks: int = 0) -> None:
        """`memory_for_forks`: how many bytes must be free for a fork, if more than is needed."""
        self._rooms, self._memory_for_forks = rooms, memory_for_forks
        self._forks: dict[str, str] = {}
        self._seen: dict[tuple[str, int, str, str, int, int], wire.GlobalPage] = {}

    def forked(self, run: str, wanted: wire.ForkRun) -> Runner | None:
        """Return what an earlier request of the same id has made."""
        found = self._forks.get(f"{run} {wanted.request_id}") if wanted.request_id else None
        room = self._rooms.by_run(run)
        return room.runner(found) if found is not None and room.has(found) else None

    async def fork(
        self, room: Room, parent: Runner, wanted: wire.ForkRun, asked: tuple[Asked, ...], user: str
    ) -> wire.Run:
        """Make a run that goes on from another's state; it is there at once, `forking`."""
        _refuse(why_no_fork(parent.run))
        self._refuse_for_memory(parent)
        point = await _point(parent, wanted.after_seq)
        # Another one may have come while we asked the kernel.
        fork = self.forked(parent.run.id, wanted)
        if fork is None:
            _refuse(why_no_fork(parent.run))
            fork = room.fork(parent, point, wanted.title, _effect(parent.run, point, wanted))
            self._remember(parent.run, wanted, fork.run)
            if asked:
                request = RequestId(wanted.request_id or f"fork {fork.run.id}")
                fork.take(Submitted(request, asked, user, now()))
        await fork.settled(FORK_SECONDS)
        return fork.recorder.wire_run

    def _remember(self, parent: Run, wanted: wire.ForkRun, fork: Run) -> None:
        if wanted.request_id:
            self._forks[f"{parent.id} {wanted.request_id}"] = fork.id
            if len(self._forks) > _REMEMBERED_FORKS:
                del self._forks[next(iter(self._forks))]

    def _refuse_for_memory(self, parent: Runner) -> None:
        others = [
            Holder(runner.run.title, runner.run.memory_bytes or 0)
            for room in self._rooms
            for runner in room.runners
            if runner.run.has_kernel and runner is not parent
        ]
        holder = Holder(parent.run.title, parent.run.memory_bytes or 0)
        _refuse(why_no_memory(memory_now(), holder, others, self._memory_for_forks))

    async def undo(self, run: str) -> wire.Run:
        """Go back to before the last cell, or go on after a crash."""
        runner = self._runner(run)
        await runner.undo()
        return runner.recorder.wire_run

    async def checkpoints(self, run: str) -> list[wire.Checkpoint]:
        """Return the states that a run's kernel keeps, oldest first."""
        runner = self._runner(run)
        if not runner.run.capabilities or not runner.run.has_kernel:
            return []
        return [
            wire.Checkpoint(seq=one.seq, taken=one.taken, private_bytes=one.private_bytes)
            for one in await runner.kept()
            if one.seq is not None
        ]

    async def save(self, run: str) -> wire.SaveReply:
        """Save a run's state to disk."""
        room, runner = self._rooms.by_run(run), self._runner(run)
        report = await runner.save()
        saved = runner.run.saved
        folder = PurePosixPath(f"{room.source.path}.runs") / runner.snapshot().folder.name
        return wire.SaveReply(
            path=str(folder), bytes=saved.bytes if saved else 0, report=wire_report(report)
        )

    async def load(self, run: str, wanted: wire.LoadRun) -> wire.Run:
        """Go on with a saved state in a new kernel."""
        runner = self._runner(run)
        if runner.run.is_live:
            raise conflict(
                f"{runner.run.title} has a state in memory",
                f"The run is {runner.run.status.value}",
                "Stop it first: what it has in memory is then gone.",
            )
        if runner.run.saved is None:
            raise conflict(
                f"{runner.run.title} has no saved state",
                f"There is no {runner.snapshot().folder.name} beside the notebook",
                "Save the state of a run that is idle.",
            )
        if not wanted.trust and not await asyncio.to_thread(runner.snapshot().is_ours, run):
            raise forbidden(
                "The saved state is not of this machine",
                "Loading it runs its code, and the key of this machine has not signed it",
                'If you trust who made it, say so: {"trust": true}.',
            )
        runner.take(LoadAsked(now()))
        await runner.settled(LOAD_SECONDS)
        return runner.recorder.wire_run

    def variables(self, run: str, after: int | None) -> list[wire.Global]:
        """Return the variables as they are now, or as they were after an output cell."""
        room, seen = self._rooms.by_run(run), {run}
        known = room.known(run)
        if after is None:
            return known.variables.rows()
        while (parent := known.run.parent) is not None and after <= parent.seq:
            # A log that was changed by hand can name itself as what it is a fork of.
            if after == parent.seq or not room.has(parent.run) or parent.run in seen:
                return _sorted(known.variables.after(after, 1))
            seen.add(parent.run)
            known = room.known(parent.run)
        cell = next((cell for cell in known.cells if cell.seq == after), None)
        if cell is None:
            raise not_found("There is no such output cell", f"No {after} in this run")
        if cell.status in ("queued", "running"):
            raise conflict(
                "That cell is not done yet", f"Output cell {after} is {cell.status}", "Wait for it."
            )
        return _sorted(known.variables.after(after, cell.session))

    async def variable(
        self, run: str, name: str, path: list[str], offset: int, limit: int
    ) -> wire.GlobalPage:
        """Return a variable, or a part of it, and some of what is in it."""
        runner = self._runner(run)
        limit = max(1, min(limit, MOST_PAGE))
        key = (run, runner.run.session, name, msgspec.json.encode(path).decode(), offset, limit)
        content = {"name": name, "path": path, "offset": offset, "limit": limit}
        if not runner.run.has_kernel or "globals" not in runner.run.capabilities:
            return self._last_seen(runner, key, "The run has no kernel that tells of variables")
        try:
            reply = await runner.connection.ask("globals", content, LOOK_SECONDS)
        except KernelRefusedError as error:
            if error.name == "NoSuchGlobal":
                raise not_found("There is no such variable", str(error), error.hint) from error
            return self._last_seen(runner, key, str(error))
        page = page_of(reply)
        self._seen[key] = page
        if len(self._seen) > _REMEMBERED_FORKS:
            del self._seen[next(iter(self._seen))]
        return page

    def _last_seen(
        self, runner: Runner, key: tuple[str, int, str, str, int, int], why: str
    ) -> wire.GlobalPage:
        """Return what was seen of a variable before, marked so."""
        if key in self._seen:
            return msgspec.structs.replace(self._seen[key], stale=True)
        row = runner.recorder.variables.now.get(key[2])
        if row is not None and key[3] == "[]":
            return wire.GlobalPage(value=row, children=[], total=row.length or 0, stale=True)
        raise conflict("The variable cannot be opened now", why, "Try again when the run is idle.")

    def pin(self, run: str, seq: int, change: wire.ChangeOutputCell) -> wire.OutputCell:
        """Pin an output cell, or no longer."""
        runner = self._runner(run)
        self._final(runner, seq, whatever_status=True)
        return runner.recorder.pin(seq, pinned=change.pinned)

    async def delete_output(self, run: str, seq: int) -> None:
        """Delete an output cell from the history."""
        self._final(self._runner(run), seq, whatever_status=False)
        await self._rooms.by_run(run).delete_outputs(run, (seq,))

    async def clear(self, run: str, *, pinned: bool) -> wire.Cleared:
        """Delete all final output cells from the history; those that are pinned only if asked."""
        cells = self._runner(run).recorder.cells()
        final = [cell for cell in cells if cell.status not in ("queued", "running")]
        gone = [cell.seq for cell in final if pinned or not cell.pinned]
        if gone:
            await self._rooms.by_run(run).delete_outputs(run, gone)
        return wire.Cleared(deleted=len(gone), kept=len(cells) - len(gone))

    async def free_space(self, run: str, wanted: wire.FreeSpace) -> wire.FreedSpace:
        """Delete all but the latest output cells of a run, and say what that freed."""
        if wanted.keep < 0:
            raise bad_request("That is no number of output cells", f"{wanted.keep} is below 0")
        room = self._rooms.by_run(run)
        deleted, freed, spared = await room.keep_latest(run, wanted.keep)
        return wire.FreedSpace(deleted=deleted, bytes=freed, spared=spared)

    @staticmethod
    def _final(runner: Runner, seq: int, *, whatever_status: bool) -> None:
        try:
            cell = runner.recorder.cell(seq)
        except KeyError as error:
            raise not_found("There is no such output cell", f"No {seq} in this run") from error
        if cell.status in ("queued", "running") and not whatever_status:
            raise conflict(
                "That cell is not done yet", f"Output cell {seq} is {cell.status}", "Interrupt it."
            )

    def _runner(self, run: str) -> Runner:
        return self._rooms.by_run(run).runner(run)


PAGE_FIELDS = ("global", "children", "total", "stale", "picture")


def page_of(reply: dict[str, object]) -> wire.GlobalPage:
    """Return a kernel's reply about one variable as the wire has it."""
    content: dict[str, object] = {name: reply[name] for name in PAGE_FIELDS if name in reply}
    with contextlib.suppress(msgspec.ValidationError):
        return msgspec.convert(content, wire.GlobalPage)
    raise conflict("The variable cannot be shown", "The kernel's answer makes no sense")


def _sorted(table: dict[str, wire.Global]) -> list[wire.Global]:
    return sorted(table.values(), key=lambda row: row.name)


def _refuse(no: NoWay | None) -> None:
    if no is not None:
        raise impossible(no)


async def _point(parent: Runner, after: int | None) -> Point:
    run = parent.run
    if run.current is None and after in (None, run.position):
        return Point(run.position, None)
    kept = await parent.kept()
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
        what = f"was running in {parent.title}: the fork has the state from before it"
        report = (ReportLine("busy", name, what, "Run the cell in the fork, or fork again later."),)
    return ForkKernel(parent.kernel_id, point.checkpoint, wanted.reseed, report)
