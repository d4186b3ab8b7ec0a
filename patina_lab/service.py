"""What can be asked of Patina Lab: one method a use case, the same for every front door.

Methods raise PatinaProblem for what cannot be done; the state of runs is never half changed.
"""

from __future__ import annotations

import asyncio
import base64
import uuid
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any

import msgspec
from jupyter_core.utils import ensure_async
from jupyter_server.serverapp import ServerApp
from tornado.web import HTTPError

from patina_lab import wire
from patina_lab._version import __version__
from patina_lab.blobs.store import BlobDamagedError, BlobMissingError
from patina_lab.comparison import Comparisons
from patina_lab.converting.server import Conversions
from patina_lab.document.errors import TsnbError
from patina_lab.document.format import Cell, TsnbDocument, tags_of, write
from patina_lab.document.refusals import refuse_gigantic
from patina_lab.historysearch import HistorySearch
from patina_lab.kernel.connection import now
from patina_lab.kernel.process import install_hint
from patina_lab.livestate import MOST_PAGE, LiveState, page_of
from patina_lab.model.events import (
    Asked,
    InputAnswered,
    InterruptAsked,
    Renamed,
    RestartAsked,
    StopAsked,
    Submitted,
)
from patina_lab.model.ids import CellId, RequestId, Seq
from patina_lab.model.outputs import shortened
from patina_lab.model.parameters import INJECTED, PARAMETERS, ParameterError, assignments
from patina_lab.model.run import KernelSettings
from patina_lab.problem import PatinaProblem, bad_request, conflict, not_found
from patina_lab.rooms.registry import Rooms
from patina_lab.rooms.room import NewKernel, Room
from patina_lab.runs.plainkernels import PlainKernels
from patina_lab.runs.runner import Runner
from patina_lab.sources.diskside import NotSavedError
from patina_lab.sources.source import hash_of

EXTENSION = ".tsnb"
_NEW_CELL_ID_DIGITS = 8
_SHOWN_CHARS = 200
MOST_CELLS = 20_000
"""So many cells one request may ask for: each is waited for."""
MOST_CHECKPOINTS = 100
MOST_GLOBALS_MS = 10_000


class Service:
    """The use cases."""

    def __init__(self, serverapp: ServerApp, rooms: Rooms, memory_for_forks: int = 0) -> None:
        self._serverapp, self._rooms = serverapp, rooms
        self.states = LiveState(rooms, memory_for_forks)
        self.comparisons = Comparisons(rooms)
        self.search = HistorySearch(rooms)
        self.conversions = Conversions(rooms, self._specs, self._is_hidden)
        self._plain = PlainKernels(rooms.kernels)

    async def _specs(self) -> dict[str, Any]:
        manager: Any = self._serverapp.kernel_spec_manager
        specs: dict[str, Any] = await ensure_async(manager.get_all_specs())
        return specs

    @property
    def _contents(self) -> Any:
        return self._serverapp.contents_manager

    async def _is_hidden(self, path: str) -> bool:
        contents = self._contents
        return not contents.allow_hidden and bool(await ensure_async(contents.is_hidden(path)))

    async def info(self) -> wire.Info:
        """Say who we are, and which kernels there are."""
        specs = await self._specs()
        kernels = [
            wire.KernelChoice(
                name=name,
                display_name=spec["spec"]["display_name"],
                language=spec["spec"]["language"],
            )
            for name, spec in sorted(specs.items())
        ]
        root = self._serverapp.root_dir
        return wire.Info(
            version=__version__, protocol=wire.PROTOCOL, notebooks_root=root, kernels=kernels
        )

    def notebooks(self) -> list[wire.Notebook]:
        """List the open notebooks."""
        return [_notebook(room) for room in self._rooms]

    async def notebook_at(self, path: str) -> wire.Notebook:
        """Open the notebook at a path below the server's root."""
        path = _checked(path)
        self._rooms.refuse_outside(path)
        if not await ensure_async(self._contents.file_exists(path)):
            raise not_found("There is no such notebook", f"No file {path} below the server's root")
        try:
            refuse_gigantic(await self._size(path))
            return _notebook(await self._rooms.open(path))
        except TsnbError as error:
            raise _not_opened(path, str(error)) from error
        except HTTPError as error:
            reason = await self._where_no_text(path) or str(error.log_message or error.reason)
            raise _not_opened(path, reason) from error

    async def _size(self, path: str) -> int:
        model = await ensure_async(self._contents.get(path, content=False))
        return int(model.get("size") or 0)

    async def _where_no_text(self, path: str) -> str:
        """Say in which line a file stops being text; empty when it is text."""
        model = await ensure_async(self._contents.get(path, type="file", format="base64"))
        data = base64.b64decode(model["content"])
        try:
            data.decode()
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            return f"Line {line}: the file is binary (0x{data[error.start]:02x} is no UTF-8)"
        return ""

    async def create_notebook(self, wanted: wire.CreateNotebook) -> wire.Notebook:
        """Create a notebook with one empty cell, for a kernel."""
        path = _checked(wanted.path)
        self._rooms.refuse_outside(path)
        kernel = await self._kernel(wanted.kernel)
        if await ensure_async(self._contents.file_exists(path)):
            raise conflict(f"{path} exists already", "It is never overwritten", "Choose a name.")
        folder = path.rpartition("/")[0]
        if folder and not await ensure_async(self._contents.dir_exists(folder)):
            reason = f"There is no folder {folder} below the server's root"
            raise bad_request(f"{path} cannot be created", reason, "Create the folder first.")
        cell = Cell(uuid.uuid4().hex[:_NEW_CELL_ID_DIGITS], "code", "")
        text = write(TsnbDocument(str(uuid.uuid4()), kernel.name, kernel.language, (cell,)))
        model = {"type": "file", "format": "text", "content": text}
        try:
            await ensure_async(self._contents.save(model, path))
        except HTTPError as error:
            reason = str(error.log_message or error.reason)
            raise bad_request(f"{path} cannot be created", reason) from error
        return _notebook(await self._rooms.open(path))

    async def write_over(self, notebook: str) -> wire.Notebook:
        """Write a notebook's file, whatever is there now; that is kept beside."""
        room = self._rooms.by_id(notebook)
        room.refuse_elsewhere()
        try:
            await (await self._rooms.live_source(room)).room.disk.write_over()
        except NotSavedError as error:
            raise conflict("The file could not be written", str(error)) from error
        return _notebook(room)

    async def _kernel(self, name: str) -> NewKernel:
        specs = await self._specs()
        if name not in specs:
            raise bad_request(
                f"There is no kernel named {name[:80]}",
                f"This server has {', '.join(sorted(specs)) or 'no kernels'}",
                install_hint(name),
            )
        return NewKernel(name, specs[name]["spec"]["language"])

    async def cells(self, notebook: str) -> list[wire.SourceCell]:
        """List the cells of the source, as the server's copy has them now."""
        source = await self._rooms.live_source(self._rooms.by_id(notebook))
        return [
            wire.SourceCell(
                id=cell.id,
                type=cell.type,
                source=cell.source,
                source_hash=hash_of(cell.source),
                tags=tags_of(cell),
            )
            for cell in source.document.cells
        ]

    async def flush(self, notebook: str) -> wire.Flushed:
        """Save the source and the runs to disk now. A problem when the disk does not take them."""
        room = self._rooms.by_id(notebook)
        room.refuse_elsewhere()
        source = await self._rooms.live_source(room)
        if not await source.save():
            raise conflict(
                f"{source.path} was not saved",
                "The file has another text than the notebook",
                "Is the disk full, or the file read-only? The server's log has the reason.",
            )
        if (trouble := await room.flush()) is not None:
            raise conflict(trouble.message, trouble.reason, trouble.hint)
        return wire.Flushed(path=source.path, runs=len(room.runners))

    def runs(self, notebook: str) -> list[wire.Run]:
        """List the runs of a notebook, the oldest first."""
        return self._rooms.by_id(notebook).runs

    async def new_run(self, notebook: str, wanted: wire.NewRun) -> wire.Run:
        """Start a run; its kernel is the notebook's unless another is named."""
        room = self._rooms.by_id(notebook)
        kernel = await self._kernel(wanted.kernel or room.source.document.kernel)
        title = None if wanted.title is None else _title(wanted.title)
        settings = KernelSettings(
            _checkpoints(wanted.checkpoints),
            wanted.on_crash,
            wanted.on_server_stop,
            _globals_ms(wanted.globals_timeout_ms),
        )
        return room.new_run(kernel, title, settings).recorder.wire_run

    async def execute(self, run: str, wanted: wire.Execute, user: str) -> list[wire.OutputCell]:
        """Queue cells, as the document has them now; return their output cells.

        The same `request_id` queues nothing twice. Nothing is queued when one of the cells
        cannot be.
        """
        room = self._rooms.by_run(run)
        runner = room.runner(run)
        request = RequestId(wanted.request_id)
        if request not in runner.run.requests:
            asked = await self._asked(room, wanted.cells)
            if wanted.parameters:
                asked = _with_parameters(asked, room, runner.run.language, wanted.parameters)
            _refuse_without_kernel(runner)
            runner.take(Submitted(request, asked, user, now()))
        seqs, recorder = runner.run.requests[request], runner.recorder
        # Those of a request that is repeated late may have been deleted from the history.
        return [recorder.cell(seq) for seq in seqs if recorder.has(seq)]

    async def _asked(self, room: Room, cells: list[wire.CellReference]) -> tuple[Asked, ...]:
        if len(cells) > MOST_CELLS:
            raise bad_request("That is too much at once", f"More than {MOST_CELLS:,} cells")
        source = await self._rooms.live_source(room)
        found = await asyncio.gather(
            *(source.wait_for(cell.id, cell.source_hash) for cell in cells)
        )
        asked: list[Asked] = []
        for cell, (text, fresh) in zip(cells, found, strict=True):
            if text is None:
                raise conflict(
                    "A cell to run is not in the document",
                    f"The server's copy has no code cell {cell.id[:80]!r}",
                    "It may not have arrived yet, or was deleted: try again.",
                )
            if not fresh:
                raise conflict(
                    "Your latest edit has not arrived yet",
                    f"The server has another source of cell {cell.id[:80]!r}: {_shown(text)}",
                    "Wait until the document is in step, then run again.",
                )
            asked.append(Asked(CellId(cell.id), text, hash_of(text)))
        return tuple(asked)

    async def fork(self, run: str, wanted: wire.ForkRun, user: str) -> wire.Run:
        """Make a run that starts with another's state, and queue cells in it.

        The same `request_id` forks nothing twice. Nothing is made when one of the cells cannot be
        queued.
        """
        room = self._rooms.by_run(run)
        parent = room.runner(run)
        if (made := self.states.forked(run, wanted)) is not None:
            return made.recorder.wire_run
        if wanted.title is not None:
            wanted = msgspec.structs.replace(wanted, title=_title(wanted.title))
        asked = await self._asked(room, wanted.cells) if wanted.cells else ()
        return await self.states.fork(room, parent, wanted, asked, user)

    def _run_of(self, kernel: str) -> str | None:
        """Return the run that a kernel belongs to, if it is one of ours."""
        for room in self._rooms:
            for runner in room.runners:
                if runner.run.kernel_id == kernel:
                    return runner.run.id
        return None

    def fork_kernel(self, kernel: str, wanted: wire.ForkKernel) -> Awaitable[wire.ForkedKernel]:
        """Start a kernel that is a fork of another."""
        return self._plain.fork(kernel, wanted)

    async def undo_kernel(self, kernel: str) -> wire.UndoneKernel:
        """Go back to before the last cell of a kernel; of a run of ours, as that run's undo."""
        run = self._run_of(kernel)
        if run is None:
            return await self._plain.undo(kernel)
        await self.states.undo(run)
        return wire.UndoneKernel(left=len(self._runner(run).run.executed))

    async def kernel_variables(self, kernel: str) -> list[wire.Global]:
        """Return the variables of a kernel."""
        if (run := self._run_of(kernel)) is not None:
            return self.states.variables(run, None)
        return await self._plain.variables(kernel)

    async def kernel_variable(
        self, kernel: str, name: str, path: list[str], offset: int, limit: int
    ) -> wire.GlobalPage:
        """Return a variable of a kernel, or a part of it, and some of what is in it."""
        if (run := self._run_of(kernel)) is not None:
            return await self.states.variable(run, name, path, offset, limit)
        limit = max(1, min(limit, MOST_PAGE))
        content = {"name": name, "path": path, "offset": offset, "limit": limit}
        return page_of(await self._plain.variable(kernel, content))

    def answer_input(self, run: str, answer: wire.Input) -> None:
        """Answer the question a running cell asks."""
        runner = self._runner(run)
        current = runner.run.current
        if current is None or current.seq != answer.output_cell or current.question is None:
            raise conflict(
                "Nobody asks that any more",
                f"Output cell {answer.output_cell} waits for no input",
                "Somebody else may have answered.",
            )
        runner.take(InputAnswered(Seq(answer.output_cell), answer.value))

    def interrupt(self, run: str) -> wire.Run:
        """Interrupt the running cell."""
        runner = self._runner(run)
        _refuse_without_kernel(runner)
        runner.take(InterruptAsked())
        return runner.recorder.wire_run

    def restart(self, run: str) -> wire.Run:
        """Give the run a new kernel: its history stays, its state is lost."""
        runner = self._runner(run)
        runner.take(RestartAsked(now()))
        return runner.recorder.wire_run

    def stop(self, run: str) -> wire.Run:
        """End the run's kernel; its history stays."""
        runner = self._runner(run)
        if runner.run.has_kernel:
            runner.take(StopAsked(now()))
        return runner.recorder.wire_run

    def rename(self, run: str, wanted: wire.RenameRun) -> wire.Run:
        """Give a run another title."""
        runner = self._runner(run)
        runner.take(Renamed(_title(wanted.title)))
        return runner.recorder.wire_run

    async def delete_run(self, run: str) -> None:
        """Forget a run and its history."""
        await self._rooms.by_run(run).delete_run(run)

    def timeline(self, run: str, part: Part) -> list[wire.OutputCell]:
        """Return output cells, the first asked for first."""
        return [cell for cell in self._rooms.by_run(run).known(run).cells if part.holds(cell.seq)]

    async def blob(self, notebook: str, name: str) -> bytes:
        """Return the bytes of an output of the notebook."""
        blobs = self._rooms.by_id(notebook).blobs
        try:
            return await asyncio.to_thread(blobs.get, name)
        except BlobMissingError as error:
            raise not_found("There is no such output", str(error)) from error
        except BlobDamagedError as error:
            raise not_found(
                "This output is damaged", str(error), "Run the cell again, or restore the file."
            ) from error

    def room(self, notebook: str) -> Room:
        """Return an open notebook, to follow its runs document."""
        return self._rooms.by_id(notebook)

    def _runner(self, run: str) -> Runner:
        return self._rooms.by_run(run).runner(run)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a timeline: seqs from `first` to `last`, both included."""

    first: int = 1
    last: int | None = None

    def holds(self, seq: int) -> bool:
        """Whether an output cell is in this part."""
        return self.first <= seq and (self.last is None or seq <= self.last)


def _notebook(room: Room) -> wire.Notebook:
    document = room.source.document
    return wire.Notebook(
        id=room.id,
        path=room.source.path,
        kernel=document.kernel,
        language=document.language,
        runs=room.runs,
    )


def _with_parameters(
    asked: tuple[Asked, ...], room: Room, language: str, values: dict[str, Any]
) -> tuple[Asked, ...]:
    """Return the cells with one more, which assigns values: behind their defaults, or first."""
    try:
        source = assignments(language, values)
    except ParameterError as error:
        raise bad_request(str(error), error.reason, error.hint) from error
    tagged = {cell.id for cell in room.source.document.cells if PARAMETERS in tags_of(cell)}
    at = next((at + 1 for at, one in enumerate(asked) if one.cell in tagged), 0)
    return (*asked[:at], Asked(CellId(INJECTED), source, hash_of(source)), *asked[at:])


def _checked(path: str) -> str:
    path = path.strip("/")
    if not path.endswith(EXTENSION) or path == EXTENSION:
        raise bad_request(
            f"{path[:80]!r} is no notebook of Patina Lab", f"Its name does not end in {EXTENSION}"
        )
    # One file, one name: by another the same notebook would be opened a second time.
    if any(part in ("", ".", "..") for part in path.split("/")) or "\0" in path:
        reason = "It has an empty part, `.` or `..`, or leaves the server's root"
        raise bad_request(f"{path[:80]!r} is no path", reason, "Name the file as it is listed.")
    return path


def _not_opened(path: str, reason: str) -> PatinaProblem:
    return bad_request(
        f"{path} cannot be opened as a notebook", reason, "The file is left as it is."
    )


def _shown(source: str) -> str:
    """Return a source in short, and the hash that names it."""
    begin = shortened(source, _SHOWN_CHARS)
    return f"SHA-256 {hash_of(source)}, {begin!r}"


def _title(text: str) -> str:
    if not text.strip() or len(text) > wire.MAX_TITLE:
        raise bad_request(
            "That is no title", f"A title has 1 to {wire.MAX_TITLE} characters, not only spaces"
        )
    return text.strip()


def _checkpoints(wanted: int | str) -> int | str:
    if isinstance(wanted, int) and not 0 <= wanted <= MOST_CHECKPOINTS:
        raise bad_request(
            "That is no number of checkpoints", f"{wanted} is not 0 to {MOST_CHECKPOINTS}"
        )
    return wanted


def _globals_ms(wanted: int) -> int:
    if not 0 <= wanted <= MOST_GLOBALS_MS:
        raise bad_request(
            "That is no time for the variables", f"{wanted} is not 0 to {MOST_GLOBALS_MS} ms"
        )
    return wanted


def _refuse_without_kernel(runner: Runner) -> None:
    run = runner.run
    if not run.is_live:
        reason = run.error.message if run.error else f"The run is {run.status.value}"
        raise conflict(f"{run.title} has no kernel", reason, "Restart the run, or start a new one.")
