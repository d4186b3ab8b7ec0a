"""Two people's versions of a text, joined line by line. Pure.

The usual three-way merge (Khanna, Kunal, Pierce: "A Formal Investigation of Diff3", 2007): lines
that all three have are fixed points, and between two of them at most one side may have changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

MOST_LINES = 5_000
"""Longer texts are not joined: difflib's time grows with the square."""


def merged(base: str, ours: str, theirs: str) -> str | None:
    """Return both sides' changes of `base`; None when both changed the same lines."""
    if theirs in (ours, base):
        return ours
    if ours == base:
        return theirs
    versions = [_lines(text) for text in (base, ours, theirs)]
    if max(map(len, versions)) > MOST_LINES:
        return None
    lines: list[str] = []
    for before, mine, others in _regions(*versions):
        if mine not in (before, others) and others != before:
            return None
        lines += others if mine == before else mine
    return _joined(lines)


def _lines(text: str) -> list[str]:
    """Return the lines with their ends; `splitlines` would end them at other characters, too."""
    *ended, last = text.split("\n")
    return [f"{line}\n" for line in ended] + ([last] if last else [])


def _joined(lines: list[str]) -> str:
    """Return the text; a last line without an end that is last no more gets one."""
    ended = [line if line.endswith("\n") else f"{line}\n" for line in lines[:-1]]
    return "".join([*ended, *lines[-1:]])


def _regions(
    base: list[str], ours: list[str], theirs: list[str]
) -> Iterator[tuple[list[str], list[str], list[str]]]:
    """Yield what stands between fixed points, and these, as (base, ours, theirs)."""
    at = mine = others = 0
    for line, in_ours, in_theirs in _fixed_points(base, ours, theirs):
        yield base[at:line], ours[mine:in_ours], theirs[others:in_theirs]
        same = base[line : line + 1]
        yield same, same, same
        at, mine, others = line + 1, in_ours + 1, in_theirs + 1
    yield base[at:], ours[mine:], theirs[others:]


def _fixed_points(
    base: list[str], ours: list[str], theirs: list[str]
) -> Iterator[tuple[int, int, int]]:
    """Yield the places of the lines that all three have, in order."""
    to_ours, to_theirs = _places(base, ours), _places(base, theirs)
    for line in sorted(to_ours.keys() & to_theirs.keys()):
        yield line, to_ours[line], to_theirs[line]


def _places(base: list[str], other: list[str]) -> dict[int, int]:
    blocks = SequenceMatcher(None, base, other, autojunk=False).get_matching_blocks()
    return {block.a + number: block.b + number for block in blocks for number in range(block.size)}
