"""Where a notebook's file is, below the server's root, and what Jupyter's managers know of it."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from jupyter_server.utils import ensure_async

from patina_lab.confined import Roots
from patina_lab.sources import sourcenotices as words
from patina_lab.sources.notices import Notices
from patina_lab.sources.sourcefile import SourceFile, Stamp

log = logging.getLogger(__name__)


class Workspace(NamedTuple):
    """The server's files: where they are, and Jupyter's managers of their content and ids.

    `roots`: the folders that links from there may lead to.
    """

    root: Path
    roots: Roots
    contents: Any
    files: Any


class Place:
    """The place of one file. `path`: below the server's root.

    The document says so, too, but for pages only: whoever may write can have it say anything.
    """

    def __init__(self, path: str, workspace: Workspace, notices: Notices) -> None:
        self.path, self._workspace, self._notices = path, workspace, notices

    @property
    def file(self) -> SourceFile:
        """The file, where it is now."""
        return SourceFile(self._workspace.root / self.path, self._workspace.roots)

    @property
    def is_elsewhere(self) -> bool:
        """Whether another server has the file: nothing is written here then."""
        return "other server" in self._notices

    async def look_at_permissions(self) -> None:
        """Say whether it can be written; tidy up beside it where it can."""
        if self.is_elsewhere:
            return
        if await asyncio.to_thread(self.file.is_writable):
            self._notices.retract("read-only")
            await asyncio.to_thread(self.file.clear_leftovers)
        else:
            self._notices.note(words.read_only(self.path))

    async def moved_to(self, seen: Stamp, notebook: str) -> str | None:
        """Return the name in its folder that a file got which was seen; None where it has none."""
        moved = await asyncio.to_thread(self.file.moved_to, seen)
        if moved is not None:
            with suppress(OSError):
                found = SourceFile(moved, self._workspace.roots)
                if await asyncio.to_thread(found.is_still, seen, notebook):
                    return moved.relative_to(self._workspace.root).as_posix()
        return None

    def move(self, new: str) -> str:
        """Be where the file is now; return where it was."""
        old = self.path
        log.info("%s is %s now", old, new)
        self._workspace.files.move(old, new)
        self.path = new
        return old

    def runs_stay(self, folder: Path) -> None:
        """Say that the runs are not beside the file: there are others."""
        where = folder.relative_to(self._workspace.root).as_posix()
        self._notices.note(words.runs_stay(self.path, where))

    def ask_hooks(self, text: str) -> None:
        """Have the hooks of the contents manager see what is about to be saved; any may raise."""
        model = {"type": "file", "format": "text", "content": text}
        self._workspace.contents.run_pre_save_hooks(model=model, path=self.path)

    async def tell_of_save(self) -> None:
        """Tell those who follow what is saved, as the contents manager does."""
        contents = self._workspace.contents
        with suppress(Exception):
            model = await ensure_async(contents.get(self.path, content=False))
            contents.run_post_save_hooks(model=model, os_path=str(self.file.path))
        contents.emit(data={"action": "save", "path": self.path})
