"""A process and what it has started, as Linux tells of them; elsewhere nothing is known."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

PROC = Path("/proc")


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
