"""How much memory and how many processes a kernel may have: the machine is others', too."""

from __future__ import annotations

import os
import resource
import sys
from contextlib import suppress
from dataclasses import dataclass

MEMORY, PROCESSES = "PATINA_MEMORY_LIMIT", "PATINA_PROCESS_LIMIT"
MOST_PROCESSES = 1000
MOST_SHARE = 0.9
"""Of the machine's memory: who takes more has the system kill something, and it may be us."""


@dataclass(frozen=True, slots=True)
class Limits:
    """`memory` in bytes."""

    memory: int
    processes: int


def from_environment() -> Limits:
    """Return what PATINA_MEMORY_LIMIT (bytes) and PATINA_PROCESS_LIMIT say; 0 is as if unset."""
    return Limits(
        _number(MEMORY) or round(MOST_SHARE * _total_bytes()),
        _number(PROCESSES) or MOST_PROCESSES,
    )


def confine() -> None:
    """Have the system refuse this process more memory than it may have: cells get a MemoryError.

    The relay watches the rest: what processes have together, and how many there are.
    """
    limit = from_environment().memory
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    if not limit or sys.platform != "linux":
        return
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (limit if most < 0 else min(limit, most), most))


def _number(name: str) -> int:
    text = os.environ.get(name, "")
    return int(text) if text.isdigit() else 0


def _total_bytes() -> int:
    with suppress(OSError, ValueError):
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return 0
