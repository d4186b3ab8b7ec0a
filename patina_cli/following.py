"""Follows the output cells of a run to their end, by asking again and again.

The answer to each question holds only what is not final yet.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, Protocol

from patina_cli.lab import Json, Lab

FINAL = ("succeeded", "failed", "interrupted", "not run")
SHORTEST, LONGEST = 0.05, 0.5
"""Seconds between two questions: fewer questions where nothing happens."""


class Watcher(Protocol):
    """Who wants to know what becomes of cells."""

    def changed(self, cell: Json) -> None:
        """Hear that a cell has begun, printed, or come to its end."""

    def asks(self, cell: Json) -> str | None:
        """Return the line of input a cell waits for; None when nobody can give it one."""


class OutOfTimeError(Exception):
    """The cells were not done in time."""


def follow(
    lab: Lab,
    run: str,
    seqs: Sequence[int],
    watcher: Watcher,
    seconds: float | None = None,
) -> list[Json]:
    """Return the output cells once all are final. Raises OutOfTimeError."""
    ended: dict[int, Json] = {}
    seen: dict[int, Json] = {}
    deadline = None if seconds is None else time.monotonic() + seconds
    pause = SHORTEST
    while True:
        first = min(seq for seq in seqs if seq not in ended)
        query: dict[str, Any] = {"from": first, "to": seqs[-1]}
        news = False
        for cell in lab.ask("GET", f"runs/{run}/timeline", **query):
            seq = cell["seq"]
            if seq in ended or seq not in seqs or seen.get(seq) == cell:
                continue
            news, seen[seq] = True, cell
            watcher.changed(cell)
            if cell["status"] in FINAL:
                ended[seq] = cell
            elif cell.get("input_request"):
                _answer(lab, run, cell, watcher)
        if len(ended) == len(seqs):
            return [ended[seq] for seq in seqs]
        if deadline is not None and time.monotonic() > deadline:
            raise OutOfTimeError
        pause = SHORTEST if news else min(LONGEST, pause * 1.5)
        time.sleep(pause)


def _answer(lab: Lab, run: str, cell: Json, watcher: Watcher) -> None:
    line = watcher.asks(cell)
    if line is None:
        lab.ask("POST", f"runs/{run}/interrupt")
    else:
        lab.ask("POST", f"runs/{run}/input", {"output_cell": cell["seq"], "value": line})
