"""Has a file go on with what it left behind under a name that it has no longer.

Nothing is moved that another server has, nor where it is not known whose something is.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from patina_lab.document.ytsnb import YTsnb
from patina_lab.runlog.holder import Holder
from patina_lab.runlog.runfolder import RunFolder
from patina_lab.sources.backups import Backups
from patina_lab.sources.claim import Claim, Server
from patina_lab.sources.history import History
from patina_lab.sources.missedmoves import Left, is_of_other, moved_from
from patina_lab.sources.place import Workspace
from patina_lab.sources.refuge import Refuge
from patina_lab.sources.sourcefile import SourceFile

log = logging.getLogger(__name__)


class Histories(NamedTuple):
    """The histories of edits, by the ids of files; `me`: what other servers are told."""

    folder: Path
    me: Callable[[], Server]

    def database(self, file_id: str) -> Path:
        """Return where one is."""
        return self.folder / f"{file_id}.db"

    def claim(self, file_id: str) -> Claim:
        """Return this server's claim to one, not taken yet."""
        return Claim(self.folder / f"{file_id}.lock", self.me)


class Following:
    """Follows one file at a time. `is_open`: whether a file is being edited as a notebook."""

    def __init__(self, is_open: Callable[[str], bool]) -> None:
        self._is_open = is_open
        self.on_moved: Callable[[str, str], None] = lambda _old, _new: None
        """Told of a file that was followed: its old and its new name."""
        self._turn = asyncio.Lock()
        self._stayed: dict[str, Path] = {}

    async def follow(self, path: str, workspace: Workspace, histories: Histories) -> None:
        """Have a file keep its history, if that is under another name and nobody has it."""
        known = workspace.files.get_id(path)
        if self._is_open(path) or not await _is_astray(workspace.root / path, known, histories):
            return
        async with self._turn:
            left = await self._left(path, workspace, histories)
            if left is not None:
                await self._go_on_with(left, path, workspace, histories)

    def stayed(self, file_id: str) -> Path | None:
        """Return where the runs of a file stayed that was followed; None if they did not. Once."""
        return self._stayed.pop(file_id, None)

    async def _left(self, path: str, workspace: Workspace, histories: Histories) -> Left | None:
        """Return the history that the notebook in a file has left behind, if any."""
        databases = await asyncio.to_thread(lambda: [*histories.folder.glob("*.db")])
        known = [
            Left(database.stem, workspace.root / old, database)
            for database in databases
            if (old := workspace.files.get_path(database.stem)) not in (None, path)
            and not self._is_open(old)
        ]
        return await asyncio.to_thread(moved_from, known, workspace.root / path)

    async def _go_on_with(
        self, left: Left, path: str, workspace: Workspace, histories: Histories
    ) -> None:
        files, old = workspace.files, left.path.relative_to(workspace.root).as_posix()
        replaced = files.get_id(path)
        claims = [histories.claim(one) for one in (left.file_id, replaced) if one is not None]
        try:
            if not all(claim.take() is None for claim in claims):
                log.info("%s was %s, which another server has", path, old)
                return
            if replaced is not None:
                await _keep_unsaved(
                    SourceFile(workspace.root / path, workspace.roots), histories.database(replaced)
                )
            # Once more: others may have seen to it meanwhile.
            expected = (files.get_path(left.file_id), files.get_id(path), self._is_open(path))
            if expected == (old, replaced, False) and _is_free(RunFolder(left.path).path):
                self._move(left, path, workspace, replaced)
        except OSError as error:
            log.warning("%s does not go on with what it was as %s: %s", path, old, error)
        finally:
            for claim in claims:
                claim.release()

    def _move(self, left: Left, path: str, workspace: Workspace, replaced: str | None) -> None:
        old, new = left.path.relative_to(workspace.root).as_posix(), workspace.root / path
        log.info("%s was %s when its edits were kept last", path, old)
        if replaced is not None:
            # No file has that name: the other notebook is found there, should it turn up elsewhere.
            workspace.files.move(path, f"{path}.{replaced}")
        workspace.files.move(old, path)
        if _is_gone(left.path, new):
            _take_refuge_along(
                Refuge(SourceFile(left.path, workspace.roots)),
                Refuge(SourceFile(new, workspace.roots)),
            )
            self._take_runs_along(left, old, path, RunFolder(new).path)

    def _take_runs_along(self, left: Left, old: str, path: str, there: Path) -> None:
        try:
            self.on_moved(old, path)
        except OSError as error:
            log.warning("The runs of %s stay where they were: %s", old, error)
        runs = RunFolder(left.path).path
        if runs.is_dir() and there.exists() and not runs.samefile(there):
            self._stayed[left.file_id] = runs


async def _is_astray(file: Path, known: str | None, histories: Histories) -> bool:
    """Whether a file has no history of its own: none, or that of another notebook."""
    if known is None or not histories.database(known).exists():
        return True
    return await asyncio.to_thread(is_of_other, histories.database(known), file)


async def _keep_unsaved(file: SourceFile, database: Path) -> None:
    """Keep beside a file what it never had of the notebook that it was before. Raises OSError."""
    if await asyncio.to_thread(Refuge(file).read) is not None:
        raise OSError(f"{Refuge(file).path} has edits of another notebook")
    if not await asyncio.to_thread(database.exists):
        return
    history, document = History(database), YTsnb()
    try:
        has_edits = await history.apply_to(document.ydoc)
        if has_edits and (text := await document.aget()) not in await history.agreed():
            await Backups().keep(file, text, "kept")
    finally:
        await history.stop()


def _take_refuge_along(old: Refuge, new: Refuge) -> None:
    """Take edits along that the history did not take; those of another notebook stay."""
    try:
        if not os.path.lexists(new.path):
            old.path.rename(new.path)
    except FileNotFoundError:
        pass  # There are none, as a rule.
    except OSError as error:
        log.warning("%s stays where it was: %s", old.path, error)


def _is_gone(old: Path, new: Path) -> bool:
    """Whether nothing has the old name but the file itself."""
    try:
        return old.samefile(new)
    except (FileNotFoundError, NotADirectoryError):
        return True


def _is_free(runs: Path) -> bool:
    """Whether no server has a folder of runs; one that cannot be looked at may be had."""
    holder = Holder()
    try:
        return holder.is_free(runs)
    except OSError:
        return False
    finally:
        holder.release()
