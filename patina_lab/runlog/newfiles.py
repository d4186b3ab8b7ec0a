"""A notebook that is written whole, with its runs, or not at all; over another only on demand."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from patina_lab.confined import Located
from patina_lab.runlog.holder import Holder
from patina_lab.runlog.runfolder import SUFFIX, RunFolder

_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK)


class NewFiles:
    """Files under names of their own beside a target, until they take its place.

    Everything goes through a handle of the folder: a link that takes the folder's place meanwhile
    leads nowhere. Blocks.
    """

    def __init__(self, target: Located) -> None:
        self._name = target.path.name
        self._folder = target.folder()
        base = Path(f"/proc/self/fd/{self._folder}")
        self._base = base if base.exists() else target.path.parent
        self._token = secrets.token_hex(4)
        self._file = self._base / f".{self._name}.{self._token}.new"
        self.runs = RunFolder(self._file)
        """The folder of its runs; made by who writes there."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._file.unlink(missing_ok=True)
        shutil.rmtree(self.runs.path, ignore_errors=True)
        os.close(self._folder)

    def write(self, data: bytes, mode: int | None = None) -> None:
        """Write the file, durably, with these permissions where they are given. Raises OSError."""
        with self._file.open("wb") as file:
            if mode is not None:
                os.fchmod(file.fileno(), mode)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())

    def refuse_taken(self, *, with_runs: bool) -> None:
        """Raise FileExistsError when there is a file of this name, or the runs of one."""
        names = [self._name, *([f"{self._name}{SUFFIX}"] if with_runs else ())]
        for name in names:
            if os.path.lexists(self._base / name):
                raise FileExistsError(errno.EEXIST, "It exists already", name)

    def put(self) -> None:
        """Put file and runs in place. FileExistsError when something is there; then none is put."""
        has_runs = self.runs.path.is_dir()
        self.refuse_taken(with_runs=has_runs)
        if has_runs:
            self._rename(self.runs.path.name, f"{self._name}{SUFFIX}")
        try:
            self._link()
        except BaseException:
            if has_runs:
                self._rename(f"{self._name}{SUFFIX}", self.runs.path.name)
            raise
        os.fsync(self._folder)

    def replace(self, *, with_runs: bool) -> None:
        """Put file and runs in place of what is there; `with_runs`: also of the runs there are.

        Raises a problem when a server has those open.
        """
        theirs = self._base / f"{self._name}{SUFFIX}"
        aside = f".{self._name}.{self._token}.old"
        moves: list[Callable[[], None]] = []
        holder = Holder()
        try:
            if with_runs and theirs.is_dir():
                holder.take(theirs)
                self._rename(theirs.name, aside)
                moves.append(lambda: self._rename(aside, theirs.name))
            if self.runs.path.is_dir():
                self._rename(self.runs.path.name, theirs.name)
                moves.append(lambda: self._rename(theirs.name, self.runs.path.name))
            self._rename(self._file.name, self._name)
        except BaseException:
            for undo in reversed(moves):
                undo()
            raise
        finally:
            holder.release()
        os.fsync(self._folder)
        shutil.rmtree(self._base / aside, ignore_errors=True)

    def _link(self) -> None:
        """Give the file its name, if that is free: a rename would take it from another."""
        folder = self._folder
        try:
            os.link(self._file.name, self._name, src_dir_fd=folder, dst_dir_fd=folder)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            # A file system without links: claim the name, then take it.
            flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY
            os.close(os.open(self._name, flags, 0o666, dir_fd=folder))
            self._rename(self._file.name, self._name)
        with suppress(FileNotFoundError):
            self._file.unlink()

    def _rename(self, old: str, new: str) -> None:
        os.rename(old, new, src_dir_fd=self._folder, dst_dir_fd=self._folder)
