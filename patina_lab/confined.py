"""Files that are where they seem to be: not through links, not outside a folder.

A folder of notebooks may come from strangers, links included. What is opened here is opened folder
by folder, so that a link that takes a folder's place meanwhile is not followed either.
"""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
PART = ".new-"
"""How files begin that are being written; a crash may leave some."""
Opener = Callable[[str, int], int]


def open_folder(path: Path, levels: int) -> int:
    """Return a handle of a folder; neither it nor those above it, so many in all, are links.

    Raises OSError, also for a link (ELOOP or ENOTDIR).
    """
    return _walk(path, levels, _open_inner)


def make_folder(path: Path, levels: int) -> int:
    """As `open_folder`; what of these folders is missing is made, but the outermost."""
    return _walk(path, levels, _make_inner)


def _walk(path: Path, levels: int, step: Callable[[str, int], int]) -> int:
    folder = os.open(path.parents[levels - 1], os.O_RDONLY | os.O_DIRECTORY)
    for at, name in enumerate(path.parts[-levels:]):
        try:
            inner = (step if at else _open_inner)(name, folder)
        finally:
            os.close(folder)
        folder = inner
    return folder


def _open_inner(name: str, folder: int) -> int:
    return os.open(name, _FOLDER, dir_fd=folder)


def _make_inner(name: str, folder: int) -> int:
    with suppress(FileExistsError):
        os.mkdir(name, dir_fd=folder)
    return _open_inner(name, folder)


def through_no_link(levels: int = 1) -> Opener:
    """Return an `opener` for `open`: neither the file is a link nor so many folders above it."""

    def opener(path: str, flags: int) -> int:
        whole = Path(path)
        folder = open_folder(whole.parent, levels)
        try:
            return os.open(whole.name, flags | os.O_NOFOLLOW, 0o666, dir_fd=folder)
        finally:
            os.close(folder)

    return opener


@contextmanager
def replacing(path: Path, levels: int = 1) -> Iterator[BinaryIO]:
    """Write a file that then takes the place of `path`, whole and durably, or not at all.

    Through no link, as `open_folder`. Until then it has a name that nobody can foresee: under one
    that is known a link may lie, and what that leads to would be written. Raises OSError.
    """
    folder = open_folder(path.parent, levels)
    fresh = f"{PART}{secrets.token_hex(8)}"
    try:
        handle = os.open(fresh, _NEW, 0o666, dir_fd=folder)
        try:
            with os.fdopen(handle, "wb") as file:
                yield file
                file.flush()
                os.fsync(handle)
            os.replace(fresh, path.name, src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:
            with suppress(OSError):
                os.unlink(fresh, dir_fd=folder)
            raise
    finally:
        os.close(folder)


@dataclass(frozen=True, slots=True)
class Located:
    """A file without links on its way, so many folders below a root."""

    path: Path
    levels: int

    def folder(self) -> int:
        """Return a handle of its folder. Raises OSError, also where a link now leads there."""
        if self.levels == 0:
            return os.open(self.path.parent, os.O_RDONLY | os.O_DIRECTORY)
        return open_folder(self.path.parent, self.levels)

    def read(self) -> BinaryIO:
        """Open it for reading. Raises OSError, also for what is a link by now."""

        def opener(path: str, flags: int) -> int:
            folder = self.folder()
            try:
                return os.open(Path(path).name, flags | os.O_NOFOLLOW, dir_fd=folder)
            finally:
                os.close(folder)

        return open(self.path, "rb", opener=opener)


class Roots:
    """Folders that files must be in, wherever links lead to."""

    def __init__(self, root: Path, others: Iterable[str] = ()) -> None:
        self._roots = [root.resolve(), *(Path(other).resolve() for other in others)]

    def locate(self, path: Path) -> Located:
        """Return where a file really is. Raises PermissionError when that is in none of them."""
        real = path.resolve()
        for root in self._roots:
            if real.is_relative_to(root) and real != root:
                return Located(real, len(real.relative_to(root).parts) - 1)
        raise PermissionError(errno.EACCES, "It is outside of the folders that are open", str(path))

    def hold(self, path: Path) -> bool:
        """Whether a file is in one of them; it need not be there yet."""
        try:
            real = path.resolve()
        except (OSError, RuntimeError):  # links in a circle
            return False
        return any(real.is_relative_to(root) for root in self._roots)
