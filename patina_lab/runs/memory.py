"""Whether there is memory for one more fork. Copies share their pages: little is needed at once."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from patina_lab.model.undoing import NoWay
from patina_lab.text import gettext as _

LEAST_BYTES = 256 * 2**20
LEAST_SHARE = 0.05
_GROUPS = Path("/sys/fs/cgroup")
_OWN = Path("/proc/self/cgroup")


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


def why_no_memory(
    memory: Memory, parent: Holder, others: Sequence[Holder], least: int = 0
) -> NoWay | None:
    """Return why a fork would be too much, with figures and what to free; None when it is not.

    `least` bytes must be free, if that is more than what is needed anyhow.
    """
    least = max(LEAST_BYTES, round(LEAST_SHARE * memory.total), least)
    if memory.total == 0 or memory.available >= least:
        return None
    reason = _(
        "%1 of %2 are free, and at least %3 are needed; %4 uses %5",
        shown(memory.available),
        shown(memory.total),
        shown(least),
        parent.title,
        shown(parent.bytes),
    )
    largest = sorted(others, key=lambda holder: -holder.bytes)[:3]
    named = ", ".join(f"{holder.title} ({shown(holder.bytes)})" for holder in largest)
    hint = (
        _("Stop runs that you do not need: %1.", named) if named else _("Delete large variables.")
    )
    return NoWay(_("There is too little memory for a fork"), reason, hint)


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
        return within_groups(Memory(found["MemTotal"], found["MemAvailable"]), _GROUPS, _OWN)
    return Memory(0, 0)


def within_groups(memory: Memory, groups: Path, own: Path) -> Memory:
    """Return the smallest of the machine and of the limits that bind this process (cgroup v2).

    `groups` is where control groups are mounted; `own` says which one is this process's, as
    `/proc/self/cgroup` does: a line `0::/a/b`. A limit of `/a` binds what is in `/a/b`, too. In a
    container the group seems to be the root; then its limit is there.
    """
    with suppress(OSError, StopIteration):
        lines = own.read_text().splitlines()
        path = next(line for line in lines if line.startswith("0::")).removeprefix("0::").strip("/")
        for group in (groups / path, *(groups / path).parents):
            memory = _within(memory, group)
            if group == groups:
                break
    return memory


def _within(memory: Memory, group: Path) -> Memory:
    with suppress(OSError, ValueError, KeyError):
        limit = int((group / "memory.max").read_text())
        used = int((group / "memory.current").read_text())
        stat = dict(line.split() for line in (group / "memory.stat").read_text().splitlines())
        # Cached files are given back when they are in the way.
        free = max(0, limit - used + int(stat["inactive_file"]))
        return Memory(min(limit, memory.total), min(free, memory.available))
    return memory
