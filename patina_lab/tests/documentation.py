"""The documentation, for tests that compare it with the code."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@cache
def doc(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def section(text: str, heading: str) -> str:
    """Return what stands under a heading, up to the next one of its level or above."""
    level = len(heading.split(maxsplit=1)[0])
    start = text.index(f"\n{heading}\n")
    plain = re.sub(r"```.*?```", lambda block: " " * len(block[0]), text, flags=re.DOTALL)
    end = re.compile(rf"^#{{1,{level}}} ", re.MULTILINE).search(plain, start + len(heading) + 2)
    return text[start : end.start() if end else None]


def rows(text: str) -> list[list[str]]:
    """Return the cells of every row of every table, without heads and lines."""
    found = []
    lines = text.splitlines()
    for at, line in enumerate(lines):
        is_head = at + 1 < len(lines) and lines[at + 1].startswith("|---")
        if line.startswith("|") and not line.startswith("|---") and not is_head:
            found.append([cell.strip() for cell in line.strip("|").split("|")])
    return found


def code(text: str) -> str:
    """Return what is in a cell's backticks."""
    return text.strip("`[] ")
