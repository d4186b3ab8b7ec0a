"""Compilers in waiting: one for whoever starts next, and one that has crates.

The second is for notebooks that have crates from their start, and has those that were asked for
last: what such a notebook waits for is that rust-analyzer learns them, and of polars that is half a
minute. It never builds a crate; and a notebook that needs none has another compiler.
"""

from __future__ import annotations

from contextlib import closing, suppress
from pathlib import Path

from patina_rust import places, sharing
from patina_rust.launching import Crates, Kind, begin, guarded, sweep

# A compiler in waiting needs this much, and something must be left.
BYTES, BYTES_WITH_CRATES = 2_000_000_000, 4_000_000_000


def need_any() -> None:
    """Have a compiler, when there is none at all; keep it for others. Raises CompilerError."""
    if not any(places.is_used(folder) for folder in places.existing()):
        need_another()


def need_another() -> None:
    """Have a compiler in waiting, for the next kernel. Raises CompilerError."""
    kind = Kind.of()
    with places.choosing():
        place = _place(kind, BYTES)
        if place is not None:
            place.close()
            sweep(place.folder)
            begin(place.folder, kind)


def need_one_with(crates: Crates) -> None:
    """Have one that takes these crates, which are built, while it waits. Raises CompilerError."""
    kind = Kind.of(crates.cell)
    with places.choosing():
        place = _place(kind, BYTES_WITH_CRATES)
    if place is None:
        return
    with closing(place):
        # Thousands of files: whoever chooses a folder meanwhile does not wait for them.
        sharing.share(place.folder)
    with places.choosing():
        now = _place(kind, BYTES_WITH_CRATES)
        if now is None:
            return
        now.close()
        if now.folder == place.folder:
            sweep(now.folder)
            begin(now.folder, kind, crates)


def _place(kind: Kind, least: float) -> places.Place | None:
    """Return where one of this kind could begin, unless one waits or memory is scarce."""
    there, place = guarded(lambda: places.waiting(kind.key))
    if place is not None and (there or _available() < least):
        place.close()
        return None
    return place


def _available() -> float:
    """Return how much memory there is; where nobody says, enough."""
    with suppress(OSError, ValueError, IndexError):
        text = Path("/proc/meminfo").read_text().partition("MemAvailable:")[2]
        return int(text.split()[0]) * 1024
    return float("inf")
