"""A notebook whose runs another server drives: they are shown as their logs grow."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import NamedTuple

from patina_lab.document.runs import RunsDocument
from patina_lab.runlog.runfolder import Kept, KnownRun, RunFolder, driven_elsewhere

LOOK_SECONDS = 1.0
MOST_SHARE = 0.1
"""How much of the time may go into reading logs that grow."""


class Stamp(NamedTuple):
    """What differs between two states of a log, found without reading it."""

    name: str
    inode: int
    size: int


class Onlooker:
    """Keeps `runs` and the runs document in step with logs that another server writes."""

    def __init__(
        self, notebook: str, folder: RunFolder, document: RunsDocument, runs: dict[str, KnownRun]
    ) -> None:
        self._notebook, self._folder, self._document = notebook, folder, document
        self._seen: list[Stamp] | None = None
        self._runs = runs

    async def look(self) -> None:
        """Read the logs, if they have changed, and show what is new in them."""
        stamps = await asyncio.to_thread(self._stamps)
        if stamps != self._seen:
            found = await asyncio.to_thread(self._load)
            with self._document.transaction():
                self._show({one.run.id: one for one in found})
            self._seen = stamps

    async def watch(self, is_free: Callable[[], bool]) -> None:
        """Look again and again, until nobody else has the notebook."""
        loop = asyncio.get_running_loop()
        pause = LOOK_SECONDS
        while True:
            await asyncio.sleep(pause)
            if is_free():
                return
            began = loop.time()
            await self.look()
            pause = max(LOOK_SECONDS, (loop.time() - began) / MOST_SHARE)

    def _stamps(self) -> list[Stamp]:
        try:
            with os.scandir(self._folder.path) as entries:
                found = [(one.name, one.stat()) for one in entries if one.name.endswith(".jsonl")]
        except FileNotFoundError:
            return []
        return sorted(Stamp(name, stat.st_ino, stat.st_size) for name, stat in found)

    def _load(self) -> list[KnownRun]:
        found = self._folder.load(self._notebook)
        return [
            driven_elsewhere(one, self._notebook) if isinstance(one, Kept) else one for one in found
        ]

    def _show(self, runs: dict[str, KnownRun]) -> None:
        before = self._runs.copy()
        for gone in before.keys() - runs.keys():
            self._document.remove_run(gone)
        for run, now in runs.items():
            if run in before:
                self._show_changes(before[run], now)
            else:
                self._document.add_run(now.run, now.cells, now.variables.rows())
        self._runs.clear()
        self._runs.update(runs)

    def _show_changes(self, before: KnownRun, now: KnownRun) -> None:
        run = now.run.id
        self._document.put_run(now.run)
        known = {cell.seq: cell for cell in before.cells}
        for cell in now.cells:
            if known.pop(cell.seq, None) != cell:
                self._document.put_cell(run, cell)
        for seq in known:
            self._document.remove_cell(run, seq)
        if before.variables.rows() != (rows := now.variables.rows()):
            self._document.put_globals(run, rows)
