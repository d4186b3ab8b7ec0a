"""Where compilers build, and who uses them: locks that the copies of a kernel hold with it.

A folder has a `lock`, which its compiler holds, and `family`, which the kernels hold that use this
compiler. Beside the folders, `users` is held by every kernel and template of Rust, and `choosing`
for the moments in which a folder is chosen. A lock (flock) is free when the last of those that hold
it has ended, however it ended; and it is on folders, whose descriptors copies share. What ends a
compiler is in `compiler/src/lifetime.rs`.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

MOST_FOLDERS = 16
# A compiler looks for a moment whether the lock of its family is free.
TRIES, TRY_SECONDS = 3, 0.002
# Crates are optimised whatever the cells are: they are compiled once, and run often.
CARGO = '[profile.dev.package."*"]\nopt-level = 2\n'


class UnwritableError(OSError):
    """The folder for builds cannot be written: which, and why."""


@dataclass(frozen=True, slots=True)
class Place:
    """A folder to build in, which this kernel and its copies have for themselves."""

    folder: Path
    family: int
    """A descriptor: its lock is theirs."""

    def close(self) -> None:
        """Leave it; the others of the family still have it."""
        os.close(self.family)


def root() -> Path:
    """Return the folder of all builds of this user."""
    named = os.environ.get("PATINA_TARGET_DIR")
    return Path(named).absolute() if named else Path.home() / ".patina" / "evcxr" / "rust"


def use() -> int:
    """Return a descriptor that says: compilers are needed. To be held, and shared by copies."""
    descriptor = _opened(_made(root()) / "users", os.O_DIRECTORY)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    return descriptor


@contextmanager
def choosing() -> Iterator[None]:
    """For the length of a block, nobody else chooses a folder."""
    descriptor = _opened(_made(root()) / "choosing", os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def choose(*keys: str) -> Place:
    """Return a folder of one's own: that of the compiler in waiting whose key comes first here."""
    with choosing():
        free = _free(*keys)
        return _left(free, _best(free, keys) or _unused(free)) or _temporary()


def better(key: str) -> Place | None:
    """Return the folder of the compiler in waiting with this key, to have it; None without one."""
    with choosing():
        claimed = [_claimed(folder, key) for folder in existing() if key_of(folder) == key]
        free = [place for place in claimed if place]
        return _left(free, _best(free, (key,)))


def _left(free: list[Place], chosen: Place | None) -> Place | None:
    for place in free:
        if place is not chosen:
            place.close()
    return chosen


def _best(free: list[Place], keys: Sequence[str]) -> Place | None:
    used = [place for place in free if is_used(place.folder)]
    ranked = sorted(
        used, key=lambda place: (keys.index(key_of(place.folder)), _prepares(place.folder))
    )
    return next(iter(ranked), None)


def _prepares(folder: Path) -> bool:
    """Return whether a compiler there is not ready yet (see `Mark` in compiler/src/taken.rs)."""
    return (folder / "only-built").exists() or not (folder / "socket").exists()


def _unused(free: list[Place]) -> Place | None:
    return next((place for place in free if not is_used(place.folder)), None)


def waiting(key: str) -> tuple[bool, Place | None]:
    """Return whether a compiler waits for a kernel, and a folder of one's own for one to begin.

    To be called while `choosing`.
    """
    free = _free(key)
    there = any(is_used(place.folder) for place in free)
    return there, _left(free, _unused(free))


def _free(*keys: str) -> list[Place]:
    """Return the folders that could be had: those that there are, and one more only if need be."""
    found: list[Place] = []
    for folder in _numbered():
        if not folder.is_dir() and any(not is_used(place.folder) for place in found):
            break
        place = _claimed(folder, *keys)
        found += [place] if place else []
    return found


def is_used(folder: Path) -> bool:
    """Return whether a compiler holds the lock of the folder."""
    lock = locked(folder)
    if lock is not None:
        os.close(lock)
    return lock is None


def locked(folder: Path) -> int | None:
    """Return the lock of a folder, for its compiler to be given; None when one has it."""
    descriptor = _opened(folder / "lock", os.O_RDWR | os.O_CREAT)
    return descriptor if _try(descriptor) else None


def _numbered() -> list[Path]:
    return [root() / str(number) for number in range(MOST_FOLDERS)]


def existing() -> list[Path]:
    """Return the folders that there are."""
    return [folder for folder in _numbered() if (folder / "family").is_dir()]


def _claimed(folder: Path, *keys: str) -> Place | None:
    """Return a folder unless a family has it, or a compiler that is not as ours would be."""
    _prepared(folder)
    family = _opened(folder / "family", os.O_DIRECTORY)
    for _ in range(TRIES):
        if _try(family, close=False):
            if is_used(folder) and key_of(folder) not in keys:
                break
            return Place(folder, family)
        time.sleep(TRY_SECONDS)
    os.close(family)
    return None


def key_of(folder: Path) -> str:
    """Return what the compiler of a folder is like; empty when none was there."""
    try:
        return (folder / "key").read_text()
    except OSError:
        return ""


def _temporary() -> Place:
    folder = _prepared(Path(tempfile.mkdtemp(prefix="patina-rust-", dir=root())))
    family = _opened(folder / "family", os.O_DIRECTORY)
    fcntl.flock(family, fcntl.LOCK_EX)
    return Place(folder, family)


def _made(folder: Path) -> Path:
    """Make the folder of all builds, once."""
    config = folder / ".cargo" / "config.toml"
    try:
        (folder / "users").mkdir(parents=True, exist_ok=True, mode=0o700)
        if not config.exists():
            config.parent.mkdir(exist_ok=True)
            config.write_text(CARGO)
    except OSError as error:
        raise _unwritable(folder, error) from error
    return folder


def _prepared(folder: Path) -> Path:
    try:
        (folder / "family").mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise _unwritable(folder, error) from error
    return folder


def _opened(path: Path, flags: int) -> int:
    try:
        return os.open(path, flags | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise _unwritable(path.parent, error) from error


def _unwritable(folder: Path, error: OSError) -> UnwritableError:
    return UnwritableError(
        f"{folder} cannot be written ({error.strerror}): make room, or name another folder in "
        "PATINA_TARGET_DIR"
    )


def _try(descriptor: int, *, close: bool = True) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        if close:
            os.close(descriptor)
        return False
    return True
