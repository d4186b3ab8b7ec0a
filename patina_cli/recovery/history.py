"""Notebooks in the history of edits, which jupyter-collaboration keeps in an SQLite database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pycrdt import Doc

from patina_lab.document.errors import TsnbError
from patina_lab.document.format import TsnbDocument, read
from patina_lab.document.ytsnb import YTsnb

KIND = ".tsnb:"
"""How the names of our documents begin in the database."""


class NoHistoryError(Exception):
    """There is no database, or it cannot be read: why."""


@dataclass(frozen=True, slots=True)
class Version:
    """A notebook as it was: when that was, in seconds since 1970, and under which path."""

    document: TsnbDocument
    at: float
    path: str


def versions(database: Path, before: float | None = None) -> Iterator[Version]:
    """Yield of every notebook in the history its last state with cells.

    `before`: as they were then. A state in which the file could not be read is none. Raises
    NoHistoryError.
    """
    if not database.is_file():
        raise NoHistoryError(f"There is no file {database}")
    try:
        # Read only: a server may be writing to it.
        with closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)) as opened:
            names = opened.execute(
                "SELECT DISTINCT path FROM yupdates WHERE path LIKE ?", (f"{KIND}%",)
            ).fetchall()
            for (name,) in names:
                if (found := _last(_updates(opened, name, before))) is not None:
                    yield found
    except sqlite3.Error as error:
        raise NoHistoryError(f"{database}: {error}") from error


def _updates(
    opened: sqlite3.Connection, name: str, before: float | None
) -> list[tuple[bytes, float]]:
    return opened.execute(
        "SELECT yupdate, timestamp FROM yupdates WHERE path = ? AND timestamp <= ?"
        " ORDER BY timestamp",
        (name, before if before is not None else float("inf")),
    ).fetchall()


def _last(updates: list[tuple[bytes, float]]) -> Version | None:
    """Return the last state that is a notebook with cells."""
    good = 0
    ydoc: Doc[Any] = Doc()
    document = YTsnb(ydoc)
    for number, (update, _) in enumerate(updates, 1):
        ydoc.apply_update(update)
        if document.id and not document.problem and document.cells:
            good = number
    if good == 0:
        return None
    if good < len(updates):
        ydoc = Doc()
        document = YTsnb(ydoc)
        for update, _ in updates[:good]:
            ydoc.apply_update(update)
    try:
        return Version(read(document.get()), updates[good - 1][1], document.path or "")
    except TsnbError:
        return None
