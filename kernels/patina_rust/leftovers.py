"""Ends builds that nobody waits for: cargo goes on when the compiler that started it has ended."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path


def end_builds(folder: Path) -> None:
    """End cargo in this folder, and what it has started."""
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (entry / "comm").read_text() == "cargo\n" and (entry / "cwd").samefile(folder):
                for pid in [*_descendants(int(entry.name)), int(entry.name)]:
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)


def _descendants(pid: int) -> list[int]:
    found = []
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in map(int, children.read_text().split()):
                found += [*_descendants(child), child]
    return found
