"""What is different between two texts, line by line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

MOST_LINES = 2_000
MOST_CHARS = 200_000
"""Longer texts are not compared line by line: difflib's time grows with the square."""
CONTEXT = 3
"""How many lines that are the same are kept around those that are not."""

LineKind = Literal["same", "left", "right", "gap"]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of both texts, of one of them, or (`gap`) the number of lines that are left out."""

    kind: LineKind
    text: str


def line_diff(left: str, right: str) -> list[Line] | None:
    """Return the lines of both texts in one order; None when they are too long for that."""
    if max(len(left), len(right)) > MOST_CHARS:
        return None
    before, after = left.splitlines(), right.splitlines()
    if max(len(before), len(after)) > MOST_LINES:
        return None
    lines: list[Line] = []
    codes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    for at, (tag, begin, end, first, last) in enumerate(codes):
        if tag == "equal":
            lines += _context(before[begin:end], is_first=at == 0, is_last=at == len(codes) - 1)
            continue
        lines += [Line("left", text) for text in before[begin:end]]
        lines += [Line("right", text) for text in after[first:last]]
    return lines


def _context(same: list[str], *, is_first: bool, is_last: bool) -> Iterator[Line]:
    """Yield lines that are the same, those that are far from any other left out."""
    head = 0 if is_first else CONTEXT
    tail = 0 if is_last else CONTEXT
    left_out = len(same) - head - tail
    if left_out <= 1:
        yield from (Line("same", text) for text in same)
        return
    yield from (Line("same", text) for text in same[:head])
    yield Line("gap", str(left_out))
    yield from (Line("same", text) for text in same[len(same) - tail :])
