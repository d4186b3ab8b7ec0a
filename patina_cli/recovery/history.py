"""Notebooks in the histories of edits, an SQLite database each (`patina_lab.sources.history`)."""

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


@dataclass(frozen=True, slots=True)
class Version:
    """A notebook as it was, when it was edited last (seconds since 1970), and its path."""

    document: TsnbDocument
    at: float
    path: str


def versions(folder: Path) -> Iterator[Version]:
    """Yield of every notebook that has a history its last state with cells.

    A state in which the file could not be read is none. A history that cannot be read is passed
    over: it is one of many.
    """
    for database in sorted(folder.glob("*.db")):
        try:
            # Read only: a server may be writing to it.
            with closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)) as it:
                edits = [edit for (edit,) in it.execute("SELECT edit FROM edits ORDER BY number")]
            found = _last(edits, database.stat().st_mtime)
        except (sqlite3.Error, OSError):
            continue
        if found is not None:
            yield found


def _last(edits: list[bytes], at: float) -> Version | None:
    """Return the last state that is a notebook with cells."""
    good = 0
    document, ydoc = _empty()
    for number, edit in enumerate(edits, 1):
        ydoc.apply_update(edit)
        if document.id and not document.problem and document.cells:
            good = number
    if good == 0:
        return None
    if good < len(edits):
        document, ydoc = _empty()
        for edit in edits[:good]:
            ydoc.apply_update(edit)
    try:
        return Version(read(document.get()), at, document.path or "")
    except TsnbError:
        return None


def _empty() -> tuple[YTsnb, Doc[Any]]:
    ydoc: Doc[Any] = Doc()
    return YTsnb(ydoc), ydoc
