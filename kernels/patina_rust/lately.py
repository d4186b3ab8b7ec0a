"""The crates that notebooks had from their start lately, and their versions: a file beside builds.

A compiler in waiting has them, and a notebook that has no versions yet takes these: what is built
is built for them, and of many crates some have a newer version every day. What a notebook has kept
of old is for that notebook only.
"""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from patina_rust import locks, places
from patina_rust.launching import Crates, Kind

DAYS = 30
MOST = 4


@dataclass(frozen=True, slots=True)
class Record:
    """What was taken, and by which kind of compiler.

    `when` it came to these versions, and when they were last `used`: seconds since 1970.
    """

    cell: str
    lock: str
    key: str
    when: float
    used: float

    @property
    def makes_sense(self) -> bool:
        """Whether it has what is said above; it was read from a file."""
        texts, times = (self.cell, self.lock, self.key), (self.when, self.used)
        return all(isinstance(one, str) for one in texts) and all(
            isinstance(one, int | float) for one in times
        )


def note(crates: Crates, *, own: bool) -> None:
    """Remember what a notebook has taken, except at versions that are its `own`.

    Crates that are folders are of that notebook only.
    """
    if not crates.lock or locks.has_folders(crates.lock):
        return
    now = time.time()
    taken = Record(crates.cell, crates.lock, Kind.of(crates.cell).key, now, now)
    others = _records()
    same = [one for one in others if replace(one, when=now, used=now) == taken]
    if own and not same:
        return
    if same:  # They are not newer for being used.
        taken = replace(taken, when=same[0].when)
    _write([taken, *(one for one in others if one.cell != crates.cell)][:MOST])


def _write(records: list[Record]) -> None:
    text = json.dumps([asdict(record) for record in records])
    partly = _file().with_suffix(f".{os.getpid()}")
    with suppress(OSError):  # Then no compiler waits, which is no reason to refuse a cell.
        partly.write_text(text)
        partly.replace(_file())


def latest() -> Crates | None:
    """Return what was taken last, of what a compiler for this environment can have."""
    since = _since()
    return next((_crates(one) for one in _usable() if one.used > since), None)


def known(cell: str) -> Crates | None:
    """Return these crates at the versions that they came to lately."""
    since = _since()
    found = (one for one in _usable() if one.cell == cell and one.when > since)
    return next(map(_crates, found), None)


def _since() -> float:
    return time.time() - DAYS * 86_400


def _crates(record: Record) -> Crates:
    return Crates(record.cell, record.lock)


def _usable() -> list[Record]:
    return [record for record in _records() if record.key == Kind.of(record.cell).key]


def _records() -> list[Record]:
    with suppress(OSError, ValueError, TypeError):
        records = [Record(**one) for one in json.loads(_file().read_text())]
        return [record for record in records if record.makes_sense]
    return []


def _file() -> Path:
    return places.root() / "lately.json"
