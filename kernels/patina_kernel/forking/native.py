"""The C library as Python sees it. Without it everything else still works: `load()` is None."""

from __future__ import annotations

import ctypes
import functools
import os
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from patina_kernel.forking import build

MAX_THREADS = 1024
NAME_BYTES = 16
PARK_MS = 500


class Stage(IntEnum):
    """How far a copy with threads got before it failed (`enum patina_stage`)."""

    NONE = 0
    PREPARE = 1
    PARK = 2
    MASKED = 3
    BUSY = 4
    RENEW = 5
    CLONE = 6
    REVIVE = 7


class CarryError(Exception):
    """The process was not copied with its threads, and is as it was.

    How far it got, who stood in the way (a thread's id, or 0), and the error number.
    """

    def __init__(self, stage: Stage, tid: int, number: int) -> None:
        super().__init__(f"{stage.name.lower()}: {os.strerror(number)} (thread {tid})")
        self.stage = stage
        self.tid = tid
        self.number = number


class ImageError(Exception):
    """An image was not written: the error number, and what stood in the way."""

    def __init__(self, number: int, what: str) -> None:
        super().__init__(f"{what}: {os.strerror(number)}")
        self.number = number
        self.what = what


@dataclass(frozen=True, slots=True)
class Carried:
    """The copy's process id (0 in the copy), and how many threads came along."""

    pid: int
    threads: int


class _Request(ctypes.Structure):
    _fields_ = [
        ("timeout_ms", ctypes.c_int),
        ("hold", ctypes.c_int),
        ("n_leave", ctypes.c_int),
        ("leave", ctypes.POINTER(ctypes.c_int)),
        ("n_keep", ctypes.c_int),
        ("keep", ctypes.POINTER(ctypes.c_int)),
        ("fail_at", ctypes.c_int),
    ]


class _Outcome(ctypes.Structure):
    _fields_ = [("stage", ctypes.c_int), ("tid", ctypes.c_int), ("carried", ctypes.c_int)]


class Library:
    """forkall.so. Its calls keep the interpreter's lock: the copy must start out with it."""

    def __init__(self, path: str) -> None:
        self._lib = ctypes.PyDLL(path)
        for name in ("patina_forkall", "patina_forkall_again", "patina_loads"):
            self._lib[name].restype = ctypes.c_long
        self._lib.patina_image_why.restype = ctypes.c_char_p
        self.fail_at = Stage.NONE
        self._loads = -1
        self._libraries: tuple[str, ...] = ()
        self._tids = (ctypes.c_int * MAX_THREADS)()
        self._blocked = (ctypes.c_uint64 * MAX_THREADS)()
        self._names = (ctypes.c_char * NAME_BYTES * MAX_THREADS)()

    def supported(self) -> bool:
        """Return whether this kernel and processor have what it takes."""
        return int(self._lib.patina_supported()) == 0

    def fork(self, keep: Iterable[int], leave: Iterable[int]) -> Carried:
        """Copy the process with all threads but `leave`; they run. Raises CarryError."""
        return self._copy("patina_forkall", keep, leave, hold=0)

    def fork_held(self, keep: Iterable[int], leave: Iterable[int]) -> Carried:
        """Do the same, the copy's threads stopped until `release`. BUSY: a thread computed."""
        return self._copy("patina_forkall", keep, leave, hold=1)

    def fork_again(self, keep: Iterable[int]) -> Carried:
        """Copy a copy whose threads are held; they are held in the new one. Raises CarryError."""
        return self._copy("patina_forkall_again", keep, (), hold=1)

    def _copy(self, name: str, keep: Iterable[int], leave: Iterable[int], hold: int) -> Carried:
        keeps, leaves = _numbers(keep), _numbers(leave)
        request = _Request(PARK_MS, hold, len(leaves), leaves, len(keeps), keeps, self.fail_at)
        outcome = _Outcome()
        pid = int(self._lib[name](ctypes.byref(request), ctypes.byref(outcome)))
        if pid < 0:
            raise CarryError(Stage(outcome.stage), outcome.tid, -pid)
        return Carried(pid, outcome.carried)

    def release(self) -> None:
        """Let held threads go on."""
        self._lib.patina_release()

    def held(self) -> bool:
        """Return whether this is a copy whose threads are held."""
        return bool(self._lib.patina_held())

    def renumbered(self) -> dict[int, int]:
        """In a copy: thread ids in the parent, and now."""
        was, now = (ctypes.c_int * MAX_THREADS)(), (ctypes.c_int * MAX_THREADS)()
        n = int(self._lib.patina_renumbered(was, now, MAX_THREADS))
        return dict(zip(was[:n], now[:n], strict=True))

    def write_image(self, fd: int, channel: int, where: str, folders: Iterable[str]) -> bool:
        """Write an image of this process, its threads held; return whether it was just thawed.

        `channel`: the descriptor that leads, then, to whoever thaws it; `where`: on what machine
        it can be; `folders`: whose files may be gone by then. Raises ImageError.
        """
        embed = "\n".join(folders).encode()
        done = int(self._lib.patina_image_write(fd, channel, where.encode(), embed))
        if done < 0:
            raise ImageError(-done, os.fsdecode(self._lib.patina_image_why()))
        return bool(done)

    def threads(self) -> list[tuple[int, int, str]]:
        """Return each thread's id, its mask of blocked signals, and its name."""
        n = int(self._lib.patina_threads(self._tids, self._blocked, self._names, MAX_THREADS))
        return [
            (self._tids[i], self._blocked[i], os.fsdecode(self._names[i].value))
            for i in range(max(n, 0))
        ]

    def libraries(self) -> tuple[str, ...]:
        """Return the paths of the loaded libraries; read again only when one was loaded."""
        loads = int(self._lib.patina_loads())
        if loads != self._loads:
            text = ctypes.create_string_buffer(int(self._lib.patina_libraries(None, 0)) + 4096)
            self._lib.patina_libraries(text, len(text))
            self._libraries = tuple(os.fsdecode(text.value).split("\n"))
            self._loads = loads
        return self._libraries


def _numbers(numbers: Iterable[int]) -> ctypes.Array[ctypes.c_int]:
    values = tuple(numbers)
    return (ctypes.c_int * len(values))(*values)


@functools.cache
def load() -> Library | None:
    """Return the library, built first where it can be; None where it cannot be had."""
    try:
        library = Library(str(build.ensure()))
    except (build.BuildError, OSError):
        return None
    return library if library.supported() else None
