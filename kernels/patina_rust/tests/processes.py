"""The compiler processes of a test's own builds."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path

from patina_rust import artifacts, places


def compilers() -> list[int]:
    """Return the compilers that build below `places.root()`."""
    root = str(places.root())
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = (entry / "cmdline").read_bytes().decode().split("\0")
            if artifacts.BINARY in words[0] and words[1] == "serve" and words[2].startswith(root):
                found[int(entry.name)] = _parent(entry)
    # What one has just started has its words until it is another program.
    return sorted(pid for pid, parent in found.items() if parent not in found)


def _parent(process: Path) -> int:
    return int((process / "stat").read_text().rpartition(") ")[2].split()[1])


def of(pid: int) -> list[int]:
    """Return the compiler that a kernel's process holds the family's lock for."""
    held = set()
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):  # It was closed meanwhile.
            held.add(str(entry.readlink()))
    return [one for one in compilers() if f"{_folder(one)}/family" in held]


def nobody_holds(folder: Path) -> bool:
    """Whether the lock of a folder is free, or the folder gone."""
    try:
        descriptor = os.open(folder, os.O_DIRECTORY)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True


def doing(pid: int) -> list[str]:
    """Return what its threads are at: state (R: wants a processor), name, and where it waits."""
    found = []
    for thread in Path(f"/proc/{pid}/task").glob("*"):
        with suppress(OSError):
            state = (thread / "stat").read_text().rpartition(") ")[2][:1]
            names = (thread / "comm", thread / "wchan")
            found.append(" ".join([state, *(path.read_text().strip() for path in names)]))
    return found


def _folder(compiler: int) -> str:
    return Path(f"/proc/{compiler}/cmdline").read_text().split("\0")[2]
