"""Ends builds that nobody waits for: they go on when the compiler that started them has ended."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path

# cargo, and what stands in its place (see compiler/src/shortcut.rs).
NAMES = ("cargo\n", "mold\n")
# One that was started before its cell (see compiler/src/early.rs).
EARLY, STDIN = "rustc\n", b"@/dev/stdin"


def end_builds(folder: Path) -> None:
    """End them in this folder, with what they have started."""
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if _builds(entry) and (entry / "cwd").samefile(folder):
                for pid in [*_descendants(int(entry.name)), int(entry.name)]:
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)


def _builds(process: Path) -> bool:
    name = (process / "comm").read_text()
    return name in NAMES or (name == EARLY and STDIN in (process / "cmdline").read_bytes())


def _descendants(pid: int) -> list[int]:
    found = []
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in map(int, children.read_text().split()):
                found += [*_descendants(child), child]
    return found
