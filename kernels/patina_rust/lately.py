"""The crates that notebooks had from their start lately, and their versions: a file beside builds.

A compiler in waiting has them, and a notebook that has no versions yet takes these: what is built
is built for them, and of many crates some have a newer version every day.
"""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from patina_rust import locks, places
from patina_rust.launching import Crates, Kind

DAYS = 30
MOST = 4


@dataclass(frozen=True, slots=True)
class Record:
    """What was taken, when (seconds since 1970), and by which kind of compiler."""

    cell: str
    lock: str
    key: str
    when: float


def note(crates: Crates) -> None:
    """Remember what a notebook has taken. Crates that are folders are of that notebook only."""
    if not crates.lock or locks.has_folders(crates.lock):
        return
    others = [record for record in _records() if record.cell != crates.cell]
    now = Record(crates.cell, crates.lock, Kind.of(crates.cell).key, time.time())
    text = json.dumps([asdict(record) for record in [now, *others][:MOST]])
    partly = _file().with_suffix(f".{os.getpid()}")
    with suppress(OSError):  # Then no compiler waits, which is no reason to refuse a cell.
        partly.write_text(text)
        partly.replace(_file())


def latest() -> Crates | None:
    """Return what was taken last, of what a compiler for this environment can have."""
    return next(iter(_usable()), None)


def known(cell: str) -> Crates | None:
    """Return these crates as they were taken lately."""
    return next((crates for crates in _usable() if crates.cell == cell), None)


def _usable() -> list[Crates]:
    since = time.time() - DAYS * 86_400
    return [
        Crates(record.cell, record.lock)
        for record in _records()
        if record.when > since and record.key == Kind.of(record.cell).key
    ]


def _records() -> list[Record]:
    with suppress(OSError, ValueError, TypeError):
        return [Record(**one) for one in json.loads(_file().read_text())]
    return []


def _file() -> Path:
    return places.root() / "lately.json"
