"""What in this process a fork would not carry: read from /proc in about a tenth of a millisecond.

It knows no language. Where there is no /proc (macOS), only the number of descriptors can be
read, and `complete` is False.
"""

from __future__ import annotations

import functools
import os
import signal
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from patina_kernel.forking import native, sockets

DescriptorKind = Literal[
    "socket", "gpu", "io_uring", "inotify", "signalfd", "sqlite", "shared-memory", "file"
]
GPU = ("/dev/nvidia", "/dev/kfd", "/dev/dri/render")
SHARED = ("/dev/shm/", "/memfd:")  # noqa: S108 - compared with, never written to
ANONYMOUS: dict[str, DescriptorKind] = {
    "anon_inode:[io_uring]": "io_uring",
    "anon_inode:inotify": "inotify",
    "anon_inode:[signalfd]": "signalfd",
}
# Libraries that have threads, or are known to live through a fork, by a part of their file's name.
NOTED = ("libgomp", "openblas", "libarrow", "polars", "duckdb", "libzmq", "grpc", "libcuda")
SQLITE = b"SQLite format 3\0"
# The signals that could stop a thread, as a mask; macOS has no real-time signals, nor /proc.
STOPPERS = sum(1 << number - 1 for number in range(getattr(signal, "SIGRTMIN", 63) + 1, 64))
ALWAYS_MASKED = ("jemalloc_bg", "ZMQbg")
STARTING_TRIES = 30
STARTING_SECONDS = 0.001


@dataclass(frozen=True, slots=True)
class Thread:
    """A thread other than the caller's. `masked`: it blocks all signals we could stop it with."""

    tid: int
    name: str
    masked: bool


@dataclass(frozen=True, slots=True)
class Descriptor:
    """An open descriptor that matters to a fork, and what it leads to."""

    fd: int
    kind: DescriptorKind
    target: str


@dataclass(frozen=True, slots=True)
class Child:
    """A child process. `forked`: it is a fork of this one, a worker and not another program."""

    pid: int
    name: str
    forked: bool


@dataclass(frozen=True, slots=True)
class Audit:
    """A process as a fork sees it. Not `complete`: this system does not tell."""

    threads: tuple[Thread, ...] = ()
    descriptors: tuple[Descriptor, ...] = ()
    children: tuple[Child, ...] = ()
    libraries: frozenset[str] = frozenset()
    complete: bool = True
    ms: float = 0.0


def audit() -> Audit:
    """Return what this process has now. Takes no lock and runs nobody's code."""
    started = time.perf_counter()
    if not Path("/proc/self/task").is_dir():
        return Audit(complete=False)
    self = threading.get_native_id()
    threads = tuple(filter(None, map(_settled, (one for one in _threads() if one.tid != self))))
    descriptors = tuple(_descriptors())
    children = tuple(_children((self, *(thread.tid for thread in threads))))
    libraries = _libraries() if threads else frozenset()
    ms = (time.perf_counter() - started) * 1000
    return Audit(threads, descriptors, children, libraries, ms=ms)


def _read(path: str, bytes_: int = 4096) -> bytes:
    """Return the start of a file of /proc; empty when what it tells of is gone."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        return os.read(fd, bytes_)
    except OSError:
        return b""
    finally:
        os.close(fd)


def _threads() -> Iterable[Thread]:
    library = native.load()
    if library is None:
        tids = os.listdir("/proc/self/task")  # noqa: PTH208 - twice as fast
        return filter(None, map(_thread, map(int, tids)))
    return (Thread(tid, name, _is_masked(mask)) for tid, mask, name in library.threads())


def _is_masked(blocked: int) -> bool:
    return blocked & STOPPERS == STOPPERS


def _settled(seen: Thread) -> Thread | None:
    """Look again at a thread that blocks signals, unless it is known to do so for good.

    While it starts, ends, or starts another, every thread does.
    """
    thread: Thread | None = seen
    for _ in range(STARTING_TRIES):
        if thread is None or not thread.masked or thread.name.startswith(ALWAYS_MASKED):
            break
        time.sleep(STARTING_SECONDS)
        thread = _thread(seen.tid)
    return thread


def _thread(tid: int) -> Thread | None:
    status = _read(f"/proc/self/task/{tid}/status")
    if not status:
        return None
    name = status.split(b"\n", 1)[0].partition(b"\t")[2]
    blocked = int(status.partition(b"SigBlk:\t")[2][:16] or b"0", 16)
    return Thread(tid, os.fsdecode(name), _is_masked(blocked))


def _descriptors() -> Iterator[Descriptor]:
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208 - twice as fast
        try:
            target = os.readlink(f"/proc/self/fd/{name}")  # noqa: PTH115 - as fast as can be
        except OSError:
            continue
        fd, kind = int(name), _kind(int(name), target)
        end = sockets.peer(fd) if kind == "socket" else target
        if kind is not None and end is not None:
            yield Descriptor(fd, kind, end)


def _kind(fd: int, target: str) -> DescriptorKind | None:
    if target.startswith("socket:"):
        return "socket"
    if target.startswith(GPU):
        return "gpu"
    if target.startswith(SHARED):
        return "shared-memory"
    if target.startswith("/") and not target.startswith(("/dev/", "/proc/", "/sys/")):
        return "sqlite" if _is_sqlite(fd) else "file"
    return ANONYMOUS.get(target)


def _is_sqlite(fd: int) -> bool:
    try:
        return os.pread(fd, len(SQLITE), 0) == SQLITE
    except OSError:  # a directory, a fifo, or not open for reading
        return False


def _has_children() -> bool:
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def _children(tids: Iterable[int]) -> Iterator[Child]:
    for tid in tids if _has_children() else ():
        for pid in map(int, _read(f"/proc/self/task/{tid}/children", 1 << 16).split()):
            yield Child(pid, os.fsdecode(_read(f"/proc/{pid}/comm").strip()), _is_fork(pid))


def _is_fork(pid: int) -> bool:
    """Return whether it has our command line; a process that has ended has none."""
    return _read(f"/proc/{pid}/cmdline") == _read("/proc/self/cmdline")


def _paths() -> tuple[str, ...]:
    library = native.load()
    return library.libraries() if library else _mapped()


def _libraries() -> frozenset[str]:
    return _noted(_paths())


@functools.lru_cache(maxsize=1)
def _noted(paths: tuple[str, ...]) -> frozenset[str]:
    names = [path.rpartition("/")[2] for path in paths]
    return frozenset(noted for noted in NOTED if any(noted in name for name in names))


def libraries_like(part: str) -> tuple[str, ...]:
    """Return the paths of the loaded libraries with this in their file's name."""
    return _like(part, _paths())


@functools.lru_cache(maxsize=4)
def _like(part: str, paths: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(path for path in paths if part in path.rpartition("/")[2])


def _mapped() -> tuple[str, ...]:
    """Read it the slow way, in milliseconds when much is loaded, for want of the C library."""
    try:
        lines = Path("/proc/self/maps").read_text(encoding="utf-8", errors="replace").split("\n")
    except FileNotFoundError:
        return ()
    return tuple({"/" + line.partition("/")[2] for line in lines if "/" in line})
