"""Texts from a notebook, as a terminal may show them: nothing in them can steer it. Pure."""

from __future__ import annotations

import re

_COLOUR = r"\x1b\[[0-9;:]*m"
_COLOURS = re.compile(_COLOUR)
# Sequences whole, then whatever control character is left; CSI, OSC and the others (ECMA-48).
_STEERS = re.compile(
    rf"(?P<colour>{_COLOUR})"
    r"|\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_].*?(?:\x07|\x1b\\|$)|\x1b[ -/]*[0-~]"
    r"|[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]",
    re.DOTALL,
)


def plain(text: str) -> str:
    """Return a text without anything that steers a terminal, colours included."""
    return _STEERS.sub("", text)


def coloured(text: str) -> str:
    """Return a text in which colours are all that is left of what steers a terminal."""
    return _STEERS.sub(lambda found: found["colour"] or "", text)


def one_line(text: str, most: int = 80) -> str:
    """Return a text as one line of at most that many characters."""
    line = " ".join(plain(text).split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def sentences(*texts: str) -> str:
    """Return texts behind each other as sentences, each with one end; without empty ones."""
    first, *others = [text.strip() for text in texts if text.strip()] or [""]
    for text in others:
        first += f" {text}" if first.endswith((".", "!", "?", "…")) else f". {text}"
    return first


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, in the plural where it is not one."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def size(count: int | None) -> str:
    """Return a number of bytes for people; empty when it is not known."""
    if count is None:
        return ""
    amount = float(count)
    for unit in ("B", "KB", "MB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}"
        amount /= 1000
    return f"{amount:.1f} GB"


def duration(seconds: float) -> str:
    """Return a time span for people: `0.4 s`, `2 min 5 s`, `3 h 2 min`."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"
