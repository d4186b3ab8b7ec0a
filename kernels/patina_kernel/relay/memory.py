"""How much memory processes use, and how much is free (Linux; elsewhere nothing is known)."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

KB = 1024


def private_bytes(pid: int) -> int:
    """Return what only this process holds: what would be free without it. 0 when unknown."""
    return _sum(Path(f"/proc/{pid}/smaps_rollup"), ("Private_Clean:", "Private_Dirty:"))


def held_bytes(copies: list[int], live: int) -> int:
    """Return what would be free without the copies of a process that lives on. 0 when unknown.

    The proportional memory of all of them together is each page once; without what the living one
    maps anyway. Only anonymous pages: those of files cost nothing more.
    """
    together = sum(_anonymous_share(pid) for pid in (*copies, live))
    alone = _sum(Path(f"/proc/{live}/status"), ("RssAnon:",))
    return max(together - alone, sum(map(private_bytes, copies)))


def resident_bytes(pid: int) -> int:
    """Return all its resident memory. 0 when unknown."""
    return _sum(Path(f"/proc/{pid}/status"), ("VmRSS:",))


def shared_out_bytes(pid: int) -> int:
    """Return its share of what it maps: a page that two have counts half. 0 when unknown."""
    return _sum(Path(f"/proc/{pid}/smaps_rollup"), ("Pss:",))


def free_bytes() -> int:
    """Return what can be had without swapping. 0 when unknown."""
    return _sum(Path("/proc/meminfo"), ("MemAvailable:",))


def threads(pid: int) -> int:
    """Return how many threads it runs. 0 when unknown."""
    return _sum(Path(f"/proc/{pid}/status"), ("Threads:",)) // KB


def _anonymous_share(pid: int) -> int:
    return _sum(Path(f"/proc/{pid}/smaps_rollup"), ("Pss_Anon:",))


def _sum(path: Path, names: tuple[str, ...]) -> int:
    total = 0
    with suppress(OSError, ValueError, IndexError):
        for line in path.read_text().splitlines():
            if line.startswith(names):
                total += int(line.split()[1]) * KB
    return total
