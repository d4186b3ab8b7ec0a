"""What a person is told while a cell is compiled: which phase, and for how long."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Tell = Callable[[str], None]
MOST_NAMES = 3


def starting(seconds: float) -> str:
    """Say that the compiler starts."""
    return f"starting the compiler, {seconds:.0f} s"


def building(done: int, total: int, seconds: float) -> str:
    """Say how far the build of the compiler itself has come."""
    return f"building the compiler of Rust, once: {done} of {total} crates, {_time(seconds)}"


def of(told: Mapping[str, Any]) -> str:
    """Return what the compiler is at, as it has told it (`Phase` in compiler/src/protocol.rs)."""
    match told["phase"]:
        case "queued":
            return f"waiting: {_cells(told['before'])} of this notebook first"
        case "waiting":
            return f"waiting: {told['places']} cells of other notebooks are compiled"
        case _:
            return _compiling(told)


def _compiling(told: Mapping[str, Any]) -> str:
    names = [one.partition(" ")[0] for one in told["crates"]]
    what = _few(names) if told["now"] and names else "the cell"
    now = f" (now {_few(told['now'])})" if told["now"] else ""
    before = f", previous {_time(told['previous'])}" if told["previous"] else ""
    return f"compiling {what}{now}, {_time(told['seconds'])}{before}"


def _few(names: list[str]) -> str:
    more = ", …" if len(names) > MOST_NAMES else ""
    return ", ".join(names[:MOST_NAMES]) + more


def _cells(count: int) -> str:
    return "1 cell" if count == 1 else f"{count} cells"


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
