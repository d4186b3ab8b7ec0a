"""An open notebook: its source, its runs, and the runs document."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from patina_lab import wire
from patina_lab.blobs.store import BlobStore
from patina_lab.clients.followers import Followers
from patina_lab.clock import just_after, now
from patina_lab.document.manifest import wire_run
from patina_lab.document.runs import RunsDocument
from patina_lab.kernel.survivors import Survivor
from patina_lab.model.effects import ForkKernel
from patina_lab.model.events import StopAsked
from patina_lab.model.ids import NotebookId, RunId
from patina_lab.model.keeping import superfluous
from patina_lab.model.run import ForkPoint, KernelSettings, Run, RunError, RunStatus
from patina_lab.model.undoing import Point
from patina_lab.problem import conflict, not_found
from patina_lab.rooms.onlooking import Onlooker
from patina_lab.runlog.holder import Holder
from patina_lab.runlog.log import RunLog
from patina_lab.runlog.records import SCHEMA, Folded, Header, add, blobs_named
from patina_lab.runlog.revival import ending, going_on, marks, may_live, revived
from patina_lab.runlog.runfolder import Kept, KnownRun, RunFolder, not_writable
from patina_lab.runs.kernels import Kernels
from patina_lab.runs.publisher import Publisher
from patina_lab.runs.recorder import Recorder
from patina_lab.runs.runner import Runner
from patina_lab.sources.claim import Server
from patina_lab.sources.source import SourceDocument
from patina_lab.sources.sourcefile import is_read_only
from patina_lab.tasks import Tasks
from patina_lab.text import Text, verbatim
from patina_lab.text import gettext as _

log = logging.getLogger("patina_lab.rooms")
ACKNOWLEDGE_SECONDS = 0.25
SourceOpener = Callable[[str], Awaitable[SourceDocument]]


@dataclass(frozen=True, slots=True)
class NewKernel:
    """Which kernel a new run is for."""

    name: str
    language: str


class Room:
    """One notebook with everything that is going on in it."""

    def __init__(
        self, notebook: str, source: SourceDocument, kernels: Kernels, folder: RunFolder, epoch: str
    ) -> None:
        self.id, self.source, self.folder = notebook, source, folder
        self.blobs = BlobStore(folder.blobs)
        self.document = RunsDocument(notebook, epoch)
        self.publisher = Publisher(self.document)
        self.tasks = Tasks()
        self.followers = Followers(self.document.ydoc, self.tasks)
        self.idle_since: float | None = None
        self.on_moved: Callable[[str, str], None] = lambda _old, _new: None
        self.on_free: Callable[[], None] = lambda: None
        self._kernels = kernels
        self._runners: dict[str, Runner] = {}
        self._shown: dict[str, KnownRun] = {}
        self._holder = Holder()
        self._entering = asyncio.Lock()
        self._acknowledging: asyncio.TimerHandle | None = None
        self._enter(source)

    def _enter(self, source: SourceDocument) -> None:
        self.source = source
        self._acknowledge()
        source.durability.on_saved = self._acknowledge_soon
        self._tell_notices()
        source.room.disk.on_moved = self._moved_on_disk
        source.room.notices.on_change = lambda: self.publisher.request(self._tell_notices)

    def _acknowledge_soon(self) -> None:
        """Say what is saved: seldom, since every keystroke is saved, and runs want to be heard."""
        if self._acknowledging is None:
            loop = asyncio.get_running_loop()
            self._acknowledging = loop.call_later(
                ACKNOWLEDGE_SECONDS, self.publisher.request, self._acknowledge
            )

    def _acknowledge(self) -> None:
        self._acknowledging = None
        self.document.set_saved(self.source.durability.saved)

    def _moved_on_disk(self, old: str, new: str) -> None:
        self.on_moved(old, new)

    def _tell_notices(self) -> None:
        self.document.set_notices(self.source.room.notices.all)

    async def load(self, copy_of: str | None = None) -> None:
        """Read what earlier runs left, and let clients in.

        `copy_of`: the notebook of which this one is found to be a copy; so are its runs then.
        """
        if not self.is_elsewhere and not self._holder.is_free(self.folder.path):
            self.source.room.look_on(Server())
        if self.is_elsewhere:
            await self._look_on()
        else:
            await self._take(copy_of)
        await self.followers.start()

    @property
    def is_elsewhere(self) -> bool:
        """Whether another server has the notebook: it is shown here, and nothing is written."""
        return self.source.room.is_elsewhere

    def refuse_elsewhere(self) -> None:
        """Raise a problem where another server has the notebook."""
        if (notice := self.source.room.notices.get("other server")) is not None:
            raise conflict(
                _("Another server has this notebook"), notice.text("reason"), notice.text("hint")
            )

    async def _look_on(self) -> None:
        onlooker = Onlooker(self.id, self.folder, self.document, self._shown)
        await onlooker.look()
        self.tasks.spawn(self._wait_until_free(onlooker))

    async def _wait_until_free(self, onlooker: Onlooker) -> None:
        await onlooker.watch(self._is_free)
        self.on_free()

    def _is_free(self) -> bool:
        return self.source.room.is_free() and self._holder.is_free(self.folder.path)

    async def _take(self, copy_of: str | None) -> None:
        await asyncio.to_thread(self.folder.tidy, self.id, copy_of)
        runs = await asyncio.to_thread(self.folder.load, self.id)
        await self._sweep(runs)
        for found in runs:
            if isinstance(found, KnownRun):
                self._show(found)
            else:
                self._revive(found)

    async def _sweep(self, runs: list[Kept | KnownRun]) -> None:
        """Delete bytes that no run names, which a crash has left: before anything is written."""
        kept = [found for found in runs if isinstance(found, Kept)]
        if len(kept) < len(runs) or not self._holder.holds:
            return  # What a run names that cannot be read is not known.
        named = {name for one in kept for name in blobs_named(one.loaded.folded.cells.values())}
        if swept := await asyncio.to_thread(self.blobs.sweep, named):
            log.info("%s: deleted %d blobs that no run names", self.folder.path, swept)

    def _show(self, shown: KnownRun) -> None:
        """Have a run looked at, and not driven."""
        self._shown[shown.run.id] = shown
        self.document.add_run(shown.run, shown.cells, shown.variables.rows())

    def _revive(self, kept: Kept) -> None:
        try:
            run_log = RunLog(kept.path, good_bytes=kept.loaded.good_bytes)
        except OSError as error:
            if not is_read_only(error):
                raise
            self._show(not_writable(kept, self.id, error))
            return
        folded = kept.loaded.folded
        kernel = self._survivor(folded)
        ended = [] if kernel is not None else [*ending(folded, now())]
        for record in ended:
            add(folded, record)
        run = revived(folded, self.id) if kernel is None else going_on(folded, self.id, now())
        run = replace(run, saved=self.folder.snapshot(folded.header.id).saved())
        runner = self._runner(run, run_log)
        runner.recorder.revive(folded.cells, folded.variables)
        runner.recorder.logbook.position = folded.position
        rows = folded.variables.rows()
        self.document.add_run(runner.recorder.wire_run, list(folded.cells.values()), rows)
        runner.recorder.logbook.conclude(ended)
        if kernel is not None:
            runner.reattach(kernel, marks(folded))

    def _survivor(self, folded: Folded) -> Survivor | None:
        """Return the run's kernel, if it outlived the server that this run was left by."""
        if not may_live(folded):
            return None
        return self._kernels.survivors.find(RunId(folded.header.id), folded.session)

    def _runner(self, run: Run, run_log: RunLog) -> Runner:
        recorder = Recorder(run, self.publisher, run_log, self.blobs, self.tasks)
        self._runners[run.id] = Runner(
            run, recorder, self._kernels, self.tasks, lambda: self.folder.snapshot(run.id)
        )
        return self._runners[run.id]

    @property
    def is_live(self) -> bool:
        """Whether a run has a kernel."""
        return any(runner.run.has_kernel for runner in self._runners.values())

    @property
    def is_waiting(self) -> bool:
        """Whether a disk has refused something that will be tried again: only we have it."""
        runs = any(runner.recorder.is_waiting for runner in self._runners.values())
        return runs or self.source.is_waiting

    @property
    def runs(self) -> list[wire.Run]:
        """All runs, the oldest first."""
        known = [runner.recorder.wire_run for runner in self._runners.values()]
        known += [shown.run for shown in self._shown.values()]
        return sorted(known, key=lambda run: (run.created, run.id))

    def timelines(self) -> Iterator[tuple[str, list[wire.OutputCell]]]:
        """Yield every run's id with its output cells, also of runs that can only be read."""
        for runner in self._runners.values():
            yield runner.run.id, runner.recorder.cells()
        for run, shown in self._shown.items():
            yield run, shown.cells

    def known(self, run: str) -> KnownRun:
        """Return what is known of a run, also of one that can only be read.

        Not of a damaged log: who asks would take what could be read for the whole.
        """
        shown = self._shown.get(run)
        if shown is not None and shown.is_whole:
            return shown
        recorder = self.runner(run).recorder
        return KnownRun(recorder.wire_run, recorder.cells(), recorder.variables)

    def has(self, run: str) -> bool:
        """Whether the run is one of this notebook."""
        return run in self._runners or run in self._shown

    def drives(self, run: str) -> bool:
        """Whether the run is one of this notebook, and can be driven."""
        return run in self._runners

    def has_whole(self, run: str) -> bool:
        """Whether the run is one of this notebook, and all that it ran is known."""
        return run in self._runners or (run in self._shown and self._shown[run].is_whole)

    def runner(self, run: str) -> Runner:
        """Return what a run is driven by; a problem when it cannot be driven."""
        self.refuse_elsewhere()
        if shown := self._shown.get(run):
            error = shown.run.error
            assert error is not None
            raise conflict(error.text("message"), error.text("reason"), error.text("hint"))
        if run not in self._runners:
            raise not_found(
                _("There is no such run"),
                _("The notebook has no run %1", repr(run[:80])),
                _("GET api/patina/notebooks/{id}/runs lists them."),
            )
        return self._runners[run]

    @property
    def runners(self) -> list[Runner]:
        """What the runs that can be driven are driven by."""
        return list(self._runners.values())

    def new_run(
        self, kernel: NewKernel, title: str | None, settings: KernelSettings | None = None
    ) -> Runner:
        """Start a run with a kernel of its own."""
        self.refuse_elsewhere()
        run = Run(
            id=RunId(str(uuid.uuid4())),
            notebook=NotebookId(self.id),
            title=title or self._next_title(),
            created=self._next_created(),
            kernel_name=kernel.name,
            language=kernel.language,
            settings=settings or KernelSettings(),
        )
        runner = self._new_runner(run)
        runner.start()
        return runner

    def fork(self, parent: Runner, point: Point, title: str | None, effect: ForkKernel) -> Runner:
        """Start a run that goes on from another's state."""
        of = parent.run
        run = Run(
            id=RunId(str(uuid.uuid4())),
            notebook=of.notebook,
            title=title or self._next_title(),
            created=self._next_created(),
            kernel_name=of.kernel_name,
            language=of.language,
            status=RunStatus.FORKING,
            settings=of.settings,
            parent=ForkPoint(of.id, point.seq),
            last_seq=point.seq,
            base=point.seq,
        )
        runner = self._new_runner(run)
        known = parent.recorder.variables.after(point.seq, of.session)
        runner.recorder.inherited = {name: row.by for name, row in known.items()}
        runner.fork(effect)
        return runner

    def _new_runner(self, run: Run) -> Runner:
        self.folder.path.mkdir(exist_ok=True)
        self._holder.take(self.folder.path)
        run_log = _begun(self.folder.log_path(run.id), run)
        self.document.add_run(wire_run(run), [])
        return self._runner(run, run_log)

    async def delete_outputs(self, run: str, seqs: Collection[int]) -> int:
        """Delete final output cells from a run's history, with the bytes that only they named.

        Returns how many bytes of the disk are free for it.
        """
        runner = self.runner(run)
        log = self.folder.log_path(runner.run.id)
        before = log.stat().st_size
        names = await runner.recorder.delete(seqs, log)
        freed = before - log.stat().st_size
        if not self._shown:
            freed += self.blobs.discard(names - self._named_blobs())
        return max(0, freed)

    async def keep_latest(self, run: str, keep: int) -> tuple[int, int, int]:
        """Delete all but the latest output cells, sparing what is pinned or inherited by forks.

        Returns how many were deleted, the bytes freed, and how many as old ones were spared.
        """
        self.refuse_elsewhere()
        if self._shown:
            names = ", ".join(self.folder.log_path(run).name for run in self._shown)
            raise conflict(
                _("No output is deleted here"),
                _("What runs that cannot be read have from this one is not known: %1", names),
                _("Delete their logs by hand if you do not need them."),
            )
        parents = [runner.run.parent for runner in self._runners.values()]
        until = {int(fork.seq) for fork in parents if fork is not None and fork.run == run}
        found = superfluous(self.runner(run).recorder.cells(), keep, until)
        freed = await self.delete_outputs(run, found.seqs) if found.seqs else 0
        return len(found.seqs), freed, found.spared

    def _next_created(self) -> str:
        """Return the time, or one after the latest run's: clocks are put back."""
        latest = max((run.created for run in self.runs), default="")
        return max(now(), just_after(latest)) if latest else now()

    def _next_title(self) -> str:
        taken = {run.title for run in self.runs}
        return next(
            title
            for number in range(len(taken) + 1, 2 * len(taken) + 3)
            if (title := f"Run {number}") not in taken
        )

    async def delete_run(self, run: str) -> None:
        """End a run and forget it, with the bytes that only it named."""
        self.refuse_elsewhere()
        if (shown := self._shown.get(run)) is not None:
            error = shown.run.error
            why = error.text("reason") if error else verbatim(shown.run.title)
            raise conflict(
                _("This run cannot be deleted here"),
                why,
                _("Delete %1 by hand if you do not need it.", self.folder.log_path(run).name),
            )
        runner = self.runner(run)
        # At once: who asks for it from now on must not be answered by a run that is going.
        del self._runners[run]
        runner.take(StopAsked(now(), "The run was deleted"))
        await runner.close()
        runner.recorder.forget()
        only_here = runner.recorder.blobs()
        self.document.remove_run(run)
        await asyncio.to_thread(self.folder.log_path(run).unlink, missing_ok=True)
        await asyncio.to_thread(self.folder.snapshot(run).remove)
        if not self._shown:
            self.blobs.discard(only_here - self._named_blobs())

    def _named_blobs(self) -> set[str]:
        return {name for runner in self._runners.values() for name in runner.recorder.blobs()}

    async def live_source(self, sources: SourceOpener) -> SourceDocument:
        """Return the source in the room people edit it in now; that can have been made anew."""
        async with self._entering:
            if not self.source.alive:
                left = self.source
                self._enter(await sources(left.path))
                left.forget()
        return self.source

    async def flush(self) -> RunError | None:
        """Make all runs durable; return what is wrong where the disk does not take them."""
        runners = self._runners.values()
        found = await asyncio.gather(*(runner.recorder.flush() for runner in runners))
        return next(filter(None, found), None)

    async def adopt(self, source: SourceDocument, file: Path) -> None:
        """Go on with the file at another place: it was moved by hand."""
        left = self.source
        self._enter(source)
        await left.release()
        self.moved(file)

    def moved(self, file: Path) -> None:
        """Take the runs along to where the notebook's file is now."""
        if self.is_elsewhere:
            self.folder.path = RunFolder(file).path
        elif not self.folder.move(file):
            self.source.room.disk.runs_stay(self.folder.path)
        self.blobs.folder = self.folder.blobs
        for runner in self._runners.values():
            runner.recorder.moved(self.folder.log_path(runner.run.id))

    async def close(self, why: str) -> None:
        """End all runs, write everything, and let go."""
        for runner in self._runners.values():
            if runner.run.has_kernel:
                runner.take(StopAsked(now(), why))
        await self._close([runner.close() for runner in self._runners.values()])

    async def give_up(self, why: Text) -> None:
        """Close a notebook that was only looked at; its pages reload, and are told why."""
        await self.source.turn_away(why)
        await self.close(why)

    async def leave(self, why: str) -> None:
        """Write everything and let go, but let kernels go on that are to outlive this server."""
        left = [runner for runner in self._runners.values() if runner.can_be_left]
        ending = [runner for runner in self._runners.values() if runner not in left]
        for runner in ending:
            if runner.run.has_kernel:
                runner.take(StopAsked(now(), why))
        closing = [runner.close() for runner in ending]
        await self._close([*closing, *(runner.leave() for runner in left)])

    async def _close(self, closing: list[Coroutine[Any, Any, None]]) -> None:
        for result in await asyncio.gather(*closing, return_exceptions=True):
            if isinstance(result, BaseException):
                log.error("Closing a run failed", exc_info=result)
        if self._acknowledging is not None:
            self._acknowledging.cancel()
        self.publisher.close()
        await self.followers.stop()
        await self.tasks.close()
        self.let_go()
        await self.source.release()

    def let_go(self) -> None:
        """Leave the runs to other servers."""
        self._holder.release()


def _begun(path: Path, run: Run) -> RunLog:
    """Begin a log. Raises OSError; then there is none."""
    run_log = RunLog(path)
    try:
        run_log.append(_header(run))
    except OSError:
        run_log.close()
        path.unlink()
        raise
    return run_log


def _header(run: Run) -> Header:
    return Header(
        schema=SCHEMA,
        id=run.id,
        notebook=run.notebook,
        title=run.title,
        created=run.created,
        kernel_name=run.kernel_name,
        language=run.language,
        parent=wire_run(run).parent,
        settings=None if run.settings == KernelSettings() else run.settings,
    )
