"""What a person may set: checkpoints, their memory, what to do after a crash."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import Any, Literal

from patina_kernel.text import gettext as _

Crash = Literal["ask", "continue"]
AUTO_CHECKPOINTS = 10
MOST_CHECKPOINTS = 100
# Checkpoints may use this share of the memory that is free; more cannot be asked for.
MEMORY_SHARE = 0.25
INTERRUPT_SECONDS = 10.0
LONGEST_KEPT = 366 * 86_400.0
# What is left to look at after so many milliseconds waits until nothing else is to be done.
GLOBALS_MS = 10.0
MOST_GLOBALS_MS = 10_000.0


class BadSettingError(ValueError):
    """A setting that is not there, or a value it does not take."""


@dataclass(frozen=True, slots=True)
class Settings:
    """`checkpoints`: how many are kept. `interrupt_seconds`: when a cell counts as stuck.

    `globals_ms`: how long the variables may be looked at after a cell, in one piece.
    """

    checkpoints: int = AUTO_CHECKPOINTS
    on_crash: Crash = "continue"
    memory_share: float = MEMORY_SHARE
    interrupt_seconds: float = INTERRUPT_SECONDS
    # Clients that validate every message know only those of the protocol.
    publish_globals: bool = True
    # How long a kernel that outlives its server waits, at rest, for somebody; None is for ever.
    keep_seconds: float | None = None
    globals_ms: float = GLOBALS_MS

    def changed(self, content: dict[str, Any]) -> Settings:
        """Return the settings with some changed. Raises BadSettingError."""
        made = self
        for name, value in content.items():
            match name:
                case "checkpoints":
                    made = replace(made, checkpoints=_checkpoints(value))
                case "on_crash":
                    made = replace(made, on_crash=_on_crash(value))
                case "memory_share":
                    made = replace(made, memory_share=_number(name, value, MEMORY_SHARE))
                case "interrupt_seconds":
                    made = replace(made, interrupt_seconds=_number(name, value, 3600.0))
                case "globals_ms":
                    made = replace(made, globals_ms=_number(name, value, MOST_GLOBALS_MS))
                case "globals":
                    made = replace(made, publish_globals=_on_or_off(name, value))
                case "keep_seconds":
                    made = replace(made, keep_seconds=_number(name, value, LONGEST_KEPT))
                case _:
                    raise BadSettingError(_("there is no setting %1", repr(name)))
        return made


def from_environment() -> Settings:
    """Return the defaults, with PATINA_CHECKPOINTS, PATINA_ON_CRASH and the like."""
    names = ("checkpoints", "on_crash", "globals")
    found: dict[str, Any] = {name: os.environ.get(f"PATINA_{name.upper()}") for name in names}
    for name in ("interrupt_seconds", "keep_seconds"):
        if seconds := os.environ.get(f"PATINA_{name.upper()}"):
            found[name] = _seconds(seconds)
    return Settings().changed({name: value for name, value in found.items() if value})


def _seconds(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text  # refused by its name


def _checkpoints(value: object) -> int:
    if value in ("auto", "off"):
        return AUTO_CHECKPOINTS if value == "auto" else 0
    count = int(value) if isinstance(value, int | str) and str(value).isdigit() else -1
    if not 0 <= count <= MOST_CHECKPOINTS:
        raise BadSettingError(
            _("checkpoints: %1 is none of auto, off, 0 to %2", repr(value), MOST_CHECKPOINTS)
        )
    return count


def _on_crash(value: object) -> Crash:
    if value == "ask":
        return "ask"
    if value == "continue":
        return "continue"
    raise BadSettingError(_("on_crash: %1 is neither ask nor continue", repr(value)))


def _on_or_off(name: str, value: object) -> bool:
    if value in ("on", "off"):
        return value == "on"
    raise BadSettingError(_("%1: %2 is neither on nor off", name, repr(value)))


def _number(name: str, value: object, most: float) -> float:
    if isinstance(value, int | float) and 0 <= value <= most:
        return float(value)
    what = _("%1: %2 is not a number from 0 to %3", name, repr(value), f"{most:g}")
    raise BadSettingError(what)
