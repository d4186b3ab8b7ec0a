"""The server's log, read as it grows: it is a file of JSON lines (`patina_lab/serverlog.py`)."""

from __future__ import annotations

import json
import os
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

LEVELS = ("debug", "info", "warning", "error", "critical")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines are wanted: what has this level or a worse one, and is about all that is named.

    `run` is how a run's id begins. What has no field of its own may stand in the text.
    """

    level: str = "debug"
    notebook: str = ""
    run: str = ""

    def takes(self, line: dict[str, Any]) -> bool:
        """Whether a line is wanted."""
        level = line.get("level", "")
        if level in LEVELS and LEVELS.index(level) < LEVELS.index(self.level):
            return False
        return _about(line, "notebook", self.notebook) and _about(line, "run", self.run)


def _about(line: dict[str, Any], field: str, wanted: str) -> bool:
    told = line.get(field)
    if not wanted:
        return True
    if isinstance(told, str):
        return told == wanted or (field == "run" and told.startswith(wanted))
    return wanted in f"{line.get('message', '')}\n{line.get('error', '')}"


def read(line: str) -> dict[str, Any]:
    """Return what a line says. One that is no JSON, as a full disk leaves it, is its message."""
    try:
        told = json.loads(line)
    except ValueError:
        told = None
    return told if isinstance(told, dict) else {"message": line.rstrip("\n")}


def lines(log: Path) -> Generator[str | None]:
    """Yield every line there is, the oldest first, and then those that come, without an end.

    Yields None whenever all is read. Files that were put aside are read, too, and where the log is
    put aside meanwhile, it goes on in the new one.
    """
    file = _open(log)  # before the others are looked for: what is put aside now is still this one
    torn = ""
    try:
        yield from _of_others(log, file)
        while True:
            for piece in file or ():
                torn += piece
                if torn.endswith("\n"):
                    yield torn
                    torn = ""
            later = _open(log) if file is None or not _is(file, log) else None
            if later is None:
                yield None
                continue
            if file is not None:
                with file:  # what was written between the last look and the change
                    yield from file
            file, torn = later, ""
    finally:
        if file is not None:
            file.close()


def _of_others(log: Path, current: IO[str] | None) -> Iterator[str]:
    """Yield the lines of the files that were put aside."""
    for path in sorted(log.parent.glob(f"{log.name}.*"), key=_number, reverse=True):
        file = None if current is not None and _is(current, path) else _open(path)
        if file is not None:
            with file:
                yield from file


def _number(file: Path) -> int:
    number = file.suffix.removeprefix(".")
    return int(number) if number.isdecimal() else 0


def _open(log: Path) -> IO[str] | None:
    try:
        return log.open(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return None


def _is(file: IO[str], path: Path) -> bool:
    """Whether an open file is the one at a path; a path where nothing is counts as the same."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except OSError:
        return True
