"""What the chaos happens to: a server, people who edit, pages that follow, runs, and disks."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from patina_lab.tests.editors import Editor, reset
from patina_lab.tests.followers import Follower
from patina_lab.tests.server import ServerProcess
from patina_lab.tests.user import User
from tests.chaos import notebook
from tests.chaos.checker import FINAL, Log, Output
from tests.chaos.clock import Clock
from tests.chaos.memory import Memory, Sample

PEOPLE = 3
PAGES = 2
REST_SECONDS = 20.0
"""How long after a notebook was closed the memory that is left is looked at."""
_OPTIONS = ("--FileContentsManager.delete_to_trash=False",)


@dataclass(slots=True)
class Means:
    """What this machine allows: disks that can be full, and a clock that can be set."""

    disks: tuple[Path, ...] = ()
    clock: Clock | None = None


@dataclass(slots=True)
class World:
    """Everything that acts, and the log of it."""

    folder: Path
    seed: int
    means: Means
    log: Log = field(default_factory=Log)
    dice: random.Random = field(init=False)
    server: ServerProcess = field(init=False)
    memory: Memory = field(init=False)
    user: User = field(init=False)
    editors: list[Editor] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)
    fillers: dict[Path, Path] = field(default_factory=dict)
    by_hand: set[str] = field(default_factory=set)
    """What was put into the file, and not yet seen by people."""
    closed: Counter[str] = field(default_factory=Counter)
    """Why the server has closed connections of people, who had done nothing wrong."""
    checked: int = 0
    """Output cells that were looked at before their run was deleted;"""
    looked_at: int = 0
    """and in the end."""
    wrong: list[str] = field(default_factory=list)
    """What was wrong with outputs before their run was deleted."""
    left: list[Sample] = field(default_factory=list)
    """What of memory was left after each notebook that was closed and deleted."""
    past: list[Log] = field(default_factory=list)
    """What was meant and acknowledged in those."""
    _waiting: dict[str, tuple[Editor, bytes]] = field(default_factory=dict)
    _pages: list[Follower] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        environment = self.means.clock.environment if self.means.clock else {}
        self.server = ServerProcess(self.folder, "keep", environment, _OPTIONS)
        self.memory = Memory(lambda: (self.server.pid, self.server.own_memory_bytes))

    async def begin(self) -> None:
        """Start the server, and have people come."""
        await self.start_server()
        await self.enter()

    async def enter(self) -> None:
        """Have people come to a new notebook."""
        (self.server.root / notebook.PATH).write_text(notebook.text())
        await self.open()
        self.editors = [await self.user.edit() for _ in range(PEOPLE)]
        self.runs = [await self.user.start(notebook.ID)]

    async def finish(self) -> None:
        """Have people leave the notebook, and delete it; take note of the memory that is left."""
        await self.lose_server()
        for run in self.runs:
            await self.user.ask("DELETE", f"runs/{run}")
        await self.user.fetch("api", "contents", notebook.PATH, method="DELETE")
        self.past.append(self.log)
        self.log, self.checked, self.looked_at = Log(), self.checked + self.looked_at, 0
        self.by_hand.clear()
        self._waiting.clear()
        await asyncio.sleep(REST_SECONDS)
        self.left.append(self.memory.now())

    async def start_server(self) -> None:
        """Start the server."""
        self.user = await self.server.start()
        self.memory.begin()

    async def open(self) -> None:
        """Open the notebook on the pages that do not follow it."""
        self._pages = [page for page in self._pages if not page.closed.is_set()]
        if len(self._pages) < PAGES:
            await self.user.open(notebook.PATH)
        while len(self._pages) < PAGES:
            self._pages.append(await self.user.follow(notebook.ID))

    async def cut_pages(self) -> None:
        """Have the pages lose their connections."""
        for page in self._pages:
            reset(page.socket)
            await page.close()
        self._pages.clear()

    async def lose_server(self) -> None:
        """Have everybody lose it; it was killed, or will be."""
        for editor in self.editors:
            await editor.go_offline()
        await self.cut_pages()

    def typed(self, token: str, editor: Editor) -> None:
        """Take note of what somebody has typed."""
        self.log.intended.add(token)
        self._waiting[token] = (editor, editor.state())

    def new_token(self) -> str:
        """Return a word that nobody has written."""
        return f"e{len(self.log.intended)}"

    def look(self) -> None:
        """Take note of what is acknowledged, and of outputs that have ended."""
        for page in self._pages:
            if not page.closed.is_set():
                self._look_at(page)
        for editor in self.editors:
            if editor.close_code not in (None, 1000):
                self.closed[f"{editor.close_code} {editor.close_reason}"] += 1
                editor.close_code = None

    def _look_at(self, page: Follower) -> None:
        saved = page.meta.get("saved")
        for token, (editor, state) in list(self._waiting.items()):
            if saved is not None and editor.is_acknowledged(saved, state):
                self.log.acknowledged.add(token)
                del self._waiting[token]
        # What people have seen of the file stays.
        seen = self.by_hand & {*" ".join(self.editors[0].sources()).split()} if self.editors else ()
        self.log.acknowledged.update(seen)
        self.by_hand.difference_update(seen)
        for run, fields in (page.runs.to_py() or {}).items():
            # A run whose history is not being kept says so: what it shows is not acknowledged.
            cells = fields["cells"] if run in self.runs and "error" not in fields else {}
            for seq, cell in cells.items():
                self.log.asked.add((run, int(seq)))
                if cell["status"] in FINAL:
                    self.log.outputs[run, int(seq)] = output_of(cell).text

    @property
    def is_settled(self) -> bool:
        """Whether everything that was typed is acknowledged."""
        return not self._waiting and not self.by_hand

    @property
    def unsettled(self) -> list[str]:
        """What was never acknowledged."""
        return [*self._waiting, *self.by_hand]

    @property
    def pages(self) -> list[dict[str, Any]]:
        """What each page shows of the runs."""
        return [page.runs.to_py() or {} for page in self._pages]

    async def timeline(self, run: str) -> list[Output]:
        """Return the output cells of a run, as the server has them."""
        cells = await self.user.timeline(run)
        return [*map(output_of, cells)]

    def note(self, what: str) -> None:
        """Take note of what happened, and when, for who has to find out why something is wrong."""
        full = "".join(f", {disk.name} is full" for disk in self.fillers)
        with (self.folder / "acts.log").open("a") as file:
            file.write(f"{datetime.now(UTC):%H:%M:%S.%f} {what}{full}\n")

    def free(self) -> None:
        """Free the disks."""
        for filler in self.fillers.values():
            filler.unlink(missing_ok=True)
        self.fillers.clear()

    async def end(self) -> None:
        """Stop everything."""
        self.memory.end()
        self.free()
        await self.lose_server()
        self.server.kill()


def output_of(cell: dict[str, Any]) -> Output:
    """Return an output cell with what it has printed."""
    printed = (one for one in cell["outputs"] if one.get("name") == "stdout")
    text = "".join(one["tail"] for one in printed)
    return Output(int(cell["seq"]), cell["status"], text)
