"""What the chaos happens to: a server, three people who edit, runs, and a disk."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

from tornado.httpclient import HTTPError
from tornado.websocket import WebSocketClosedError

from patina_lab.document.format import Cell, TsnbDocument, read, write
from patina_lab.tests.editors import Editor
from patina_lab.tests.followers import Follower
from patina_lab.tests.server import ServerProcess
from patina_lab.tests.user import Refused, User, text_of
from tests.chaos.checker import Log, verdict
from tests.promises.mounts import fill

PEOPLE = 3
MOST_RUNS = 4
LOOK_SECONDS = 0.2
HEALING_SECONDS = 60.0
PRINTS = "import uuid\nprint(uuid.uuid4().hex)"
KILLS = "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"
SLOW = f"import time\n{PRINTS}\ntime.sleep(0.5)"
CELLS = ("edited 1", "edited 2", "edited 3")
_FAILURES = (Refused, OSError, HTTPError, WebSocketClosedError, TimeoutError, asyncio.TimeoutError)


def text() -> str:
    """Return the notebook that it begins with."""
    edited = tuple(Cell(name, "markdown", "begin\n") for name in CELLS)
    code = (
        Cell("prints", "code", PRINTS),
        Cell("slow", "code", SLOW),
        Cell("kills", "code", KILLS),
    )
    disk = (Cell("disk", "markdown", "from disk:\n"),)
    return write(TsnbDocument("n1", "patina-python", "python", (*edited, *code, *disk)))


class World:
    """Everything that acts, and the log of it."""

    def __init__(self, folder: Path, seed: int, *, fills_disk: bool) -> None:
        self.log, self.counts = Log(), dict.fromkeys(OPERATIONS, 0)
        self.dice = random.Random(seed)
        self._server = ServerProcess(folder)
        self._fills_disk = fills_disk
        self._waiting: dict[str, tuple[Editor, bytes]] = {}
        self._by_hand: set[str] = set()
        self._editors: list[Editor] = []
        self._online: set[Editor] = set()
        self._follower: Follower | None = None
        self._runs: list[str] = []
        self._filler: Path | None = None
        self._user: User | None = None

    async def begin(self) -> None:
        """Start the server, and have people come."""
        (self._server.root / "analysis.tsnb").write_text(text())
        await self._start()
        user = self._there
        self._editors = [await user.edit() for _ in range(PEOPLE)]
        self._online = set(self._editors)
        self._runs = [await user.start("n1")]

    @property
    def _there(self) -> User:
        assert self._user is not None
        return self._user

    async def _start(self) -> None:
        self._user = await self._server.start()
        await self._open()

    async def _open(self) -> None:
        """Open the notebook; with a full disk that may fail, and is tried again later."""
        await self._there.open("analysis.tsnb")
        self._follower = await self._there.follow("n1")

    async def act(self) -> str:
        """Do one of the operations; return which. Its failure is no news."""
        name = self.dice.choices([*OPERATIONS], weights=[one[1] for one in OPERATIONS.values()])[0]
        self.counts[name] += 1
        with contextlib.suppress(*_FAILURES):
            await OPERATIONS[name][0](self)
        self._look()
        return name

    def _look(self) -> None:
        """Take note of what is acknowledged, and of outputs that have ended."""
        if self._follower is None or self._follower.closed.is_set():
            self._follower = None
            return
        saved = self._follower.meta.get("saved")
        for token, (editor, state) in list(self._waiting.items()):
            if saved is not None and editor.is_acknowledged(saved, state):
                self.log.acknowledged.add(token)
                del self._waiting[token]
        # What people have seen of the file stays.
        seen = " ".join(self._editors[0].sources()).split() if self._by_hand else []
        self.log.acknowledged.update(token for token in seen if token in self._by_hand)
        for run, fields in (self._follower.runs.to_py() or {}).items():
            # A run whose history is not being kept says so: what it shows is not acknowledged.
            cells = {} if "error" in fields else fields["cells"]
            for seq, cell in cells.items():
                if cell["status"] == "succeeded" and text_of(cell):
                    self.log.outputs[run, int(seq)] = text_of(cell)

    # What people do.

    async def edit(self) -> None:
        """Type a word of its own, online or not."""
        editor = self.dice.choice(self._editors)
        token = f"e{len(self.log.intended)}"
        self.log.intended.add(token)
        ytext = editor.text(self.dice.randrange(len(CELLS)))
        lines = str(ytext).split("\n")
        at = len("\n".join(["", *lines[: self.dice.randrange(len(lines))]]).encode())
        ytext.insert(max(0, at - 1) if at else 0, f" {token} ")
        self._waiting[token] = (editor, editor.state())

    async def remove(self) -> None:
        """Take a word away that was typed."""
        editor = self.dice.choice(self._editors)
        known = sorted(self.log.acknowledged - self.log.removed)
        if known:
            token = self.dice.choice(known)
            for cell in range(len(CELLS)):
                ytext = editor.text(cell)
                at = str(ytext).find(f" {token} ")
                if at >= 0:
                    self.log.removed.add(token)
                    del ytext[at : at + len(token) + 2]

    async def leave(self) -> None:
        """Lose a connection, or come back."""
        editor = self.dice.choice(self._editors)
        if editor in self._online:
            self._online.discard(editor)
            await editor.go_offline()
        else:
            await self._come_back(editor)

    async def _come_back(self, editor: Editor) -> None:
        editor.move_to(self._there.fetch, self._there.connect)
        await editor.go_online()
        self._online.add(editor)

    async def write_file(self) -> None:
        """Write the file as git or an editor does: only if nobody has since it was read."""
        path = self._there.file()
        token = f"e{len(self.log.intended)}"
        seen = path.stat()
        document = read(path.read_text())
        cells = tuple(
            replace(cell, source=f"{cell.source}{token}\n") if cell.id == "disk" else cell
            for cell in document.cells
        )
        aside = path.with_name("by-hand")
        aside.write_text(write(replace(document, cells=cells)))
        if path.stat()[:9] == seen[:9]:
            self.log.intended.add(token)
            aside.replace(path)
            self._by_hand.add(token)

    # What runs do.

    async def run(self) -> None:
        """Run some cells."""
        run = self.dice.choice(self._runs)
        cells = [self.dice.choice(("prints", "slow")) for _ in range(self.dice.randint(1, 3))]
        await self._there.execute(run, *cells)

    async def fork(self) -> None:
        """Fork a run, or begin another where there are many."""
        if len(self._runs) < MOST_RUNS:
            run = self.dice.choice(self._runs)
            self._runs.append((await self._there.ask("POST", f"runs/{run}/fork", {}))["id"])

    async def undo(self) -> None:
        """Undo the last cell of a run."""
        await self._there.ask("POST", f"runs/{self.dice.choice(self._runs)}/undo")

    async def restart(self) -> None:
        """Give the runs that have none a new kernel."""
        for run in await self._there.ask("GET", "notebooks/n1/runs"):
            if run["status"] in ("failed", "lost", "stopped"):
                await self._there.ask("POST", f"runs/{run['id']}/restart")

    # What goes wrong.

    async def kill_kernel(self) -> None:
        """Have a kernel kill itself: it is the system's SIGKILL."""
        run = self.dice.choice(self._runs)
        await self._there.execute(run, "kills")

    async def kill_server(self) -> None:
        """Kill the server, and start it again. Who was online comes back."""
        self._server.kill()
        for editor in self._editors:
            await editor.go_offline()
        await self._there.leave()
        self._follower = None
        if self.dice.random() < 0.5:
            await self.edit()
        await self._start()
        for editor in sorted(self._online, key=self._editors.index):
            await self._come_back(editor)

    async def fill_disk(self) -> None:
        """Fill the disk, or free it."""
        if self._filler is not None:
            self._free()
        elif self._fills_disk:
            self._filler = await asyncio.to_thread(fill, self._server.root)

    def _free(self) -> None:
        if self._filler is not None:
            self._filler.unlink(missing_ok=True)
            self._filler = None

    # In the end.

    async def heal(self) -> None:
        """Let everything be well again, and wait until nothing changes any more."""
        self._free()
        if self._follower is None:
            await self._open()
        for editor in self._editors:
            if editor not in self._online:
                await self._come_back(editor)
        deadline = asyncio.get_running_loop().time() + HEALING_SECONDS
        while asyncio.get_running_loop().time() < deadline:
            self._look()
            replicas = self._replicas()
            if not self._waiting and all(one == replicas["file"] for one in replicas.values()):
                return
            await asyncio.sleep(LOOK_SECONDS)

    def _replicas(self) -> dict[str, list[str]]:
        replicas = {f"person {n}": one.sources() for n, one in enumerate(self._editors)}
        file = read(self._there.file().read_text())
        return {**replicas, "file": [cell.source for cell in file.cells]}

    async def verdict(self) -> list[str]:
        """Return what is wrong."""
        timelines = {}
        refused = []
        for run in self._runs:
            try:
                cells = await self._there.timeline(run)
            except Refused as error:
                refused.append(f"the timeline of {run} cannot be read: {error}")
                continue
            ended = [cell for cell in cells if cell["status"] == "succeeded"]
            timelines[run] = [(cell["seq"], text_of(cell)) for cell in ended]
        wrong = verdict(self.log, self._replicas(), timelines)
        waiting = [f"{token} was never acknowledged" for token in self._waiting]
        return [*wrong, *waiting, *refused]

    @property
    def memory_bytes(self) -> int:
        """How much memory the server has."""
        return self._server.memory_bytes

    async def end(self) -> None:
        """Stop everything."""
        self._free()
        for editor in self._editors:
            await editor.go_offline()
        if self._user is not None:
            await self._user.leave()
        self._server.kill()


Operation = Callable[[World], Awaitable[None]]
OPERATIONS: dict[str, tuple[Operation, int]] = {
    "edit": (World.edit, 40),
    "remove": (World.remove, 4),
    "leave": (World.leave, 8),
    "write file": (World.write_file, 4),
    "run": (World.run, 16),
    "fork": (World.fork, 3),
    "undo": (World.undo, 3),
    "restart": (World.restart, 5),
    "kill kernel": (World.kill_kernel, 2),
    "kill server": (World.kill_server, 1),
    "fill disk": (World.fill_disk, 2),
}
