"""A process and what it has started, as Linux tells of them; elsewhere nothing is known."""

from __future__ import annotations

import ctypes
import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

PROC = Path("/proc")
_PR_SET_CHILD_SUBREAPER = 36


class Kin(NamedTuple):
    """Where a process belongs."""

    group: int
    session: int


def family(pid: int, most: int) -> list[int]:
    """Return a process and its descendants, at most so many and one more.

    Not the copies of the process that wait, or became kernels of their own: those lead a group of
    their own in its session. What a cell starts is in its group, or in a session of its own.
    """
    own = _kin(pid)
    found: list[int] = []
    waiting = [pid]
    while waiting and own is not None and len(found) <= most:
        one = waiting.pop()
        kin = _kin(one)
        if kin is None or (one != pid and kin == Kin(one, own.session)):
            continue
        found.append(one)
        waiting += _children(one)
    return found


def adopt() -> None:
    """Become the parent of descendants whose own parents end, in place of the system's first.

    Linux: PR_SET_CHILD_SUBREAPER, see prctl(2). Else who forks twice belongs to nobody we know.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def detached(executor: int, most: int) -> list[int]:
    """Return the processes that this one has adopted, and their descendants, as `family` does.

    Those of them that have ended are waited for, so that none stays as a zombie. The executor, and
    the copies of it that wait or became kernels of their own, are left alone.
    """
    own = _kin(executor)
    found: list[int] = []
    for one in _children(os.getpid()):
        kin = _kin(one)
        if one == executor or kin is None or own is None:
            continue
        with suppress(ChildProcessError):
            if os.waitpid(one, os.WNOHANG)[0]:
                continue
        if kin != Kin(one, own.session) and len(found) <= most:
            found += family(one, most)
    return found


def kill(pids: list[int]) -> None:
    """Kill processes, and whatever else is in the groups that they lead."""
    for pid in pids:
        with suppress(ProcessLookupError, PermissionError):
            if (kin := _kin(pid)) is not None and kin.group == pid:
                os.killpg(pid, signal.SIGKILL)
            os.kill(pid, signal.SIGKILL)


def _kin(pid: int) -> Kin | None:
    with suppress(OSError, IndexError, ValueError):
        # The name, second, is in brackets and may hold anything: count from its end.
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
        return Kin(int(fields[2]), int(fields[3]))
    return None


def _children(pid: int) -> Iterator[int]:
    with suppress(OSError):
        for task in (PROC / str(pid) / "task").iterdir():
            with suppress(OSError, ValueError):
                yield from map(int, (task / "children").read_text().split())
