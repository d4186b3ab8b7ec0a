"""Whether there is memory for one more fork. Copies share their pages: little is needed at once."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from patina_lab.model.undoing import NoWay

LEAST_BYTES = 256 * 2**20
LEAST_SHARE = 0.05
_GROUP = Path("/sys/fs/cgroup")


@dataclass(frozen=True, slots=True)
class Memory:
    """What the machine (or the container) has, and what of it can be had without swapping."""

    total: int
    available: int


@dataclass(frozen=True, slots=True)
class Holder:
    """A run with a kernel, and what that uses."""

    title: str
    bytes: int


def why_no_memory(memory: Memory, parent: Holder, others: Sequence[Holder]) -> NoWay | None:
    """Return why a fork would be too much, with figures and what to free; None when it is not."""
    least = max(LEAST_BYTES, round(LEAST_SHARE * memory.total))
    if memory.total == 0 or memory.available >= least:
        return None
    reason = (
        f"{shown(memory.available)} of {shown(memory.total)} are free, and at least {shown(least)} "
        f"are needed; {parent.title} uses {shown(parent.bytes)}"
    )
    largest = sorted(others, key=lambda holder: -holder.bytes)[:3]
    named = ", ".join(f"{holder.title} ({shown(holder.bytes)})" for holder in largest)
    hint = f"Stop runs that you do not need: {named}." if named else "Delete large variables."
    return NoWay("There is too little memory for a fork", reason, hint)


def shown(count: int) -> str:
    """Return a number of bytes as people read it."""
    if count >= 2**30:
        return f"{count / 2**30:.1f} GB"
    return f"{round(count / 2**20)} MB"


def memory_now() -> Memory:
    """Return what there is now; nothing where the system does not tell (not Linux)."""
    with suppress(OSError, ValueError, IndexError):
        found = {
            line.split(":")[0]: int(line.split()[1]) * 1024
            for line in Path("/proc/meminfo").read_text().splitlines()
            if line.startswith(("MemTotal:", "MemAvailable:"))
        }
        return _within_group(Memory(found["MemTotal"], found["MemAvailable"]))
    return Memory(0, 0)


def _within_group(memory: Memory) -> Memory:
    """Return the smaller one of the machine and of the container's limit (cgroup v2)."""
    with suppress(OSError, ValueError, KeyError):
        limit = int((_GROUP / "memory.max").read_text())
        used = int((_GROUP / "memory.current").read_text())
        stat = dict(line.split() for line in (_GROUP / "memory.stat").read_text().splitlines())
        # Cached files are given back when they are in the way.
        free = max(0, limit - used + int(stat["inactive_file"]))
        return Memory(min(limit, memory.total), min(free, memory.available))
    return memory
