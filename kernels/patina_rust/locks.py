"""The crates of a notebook, as its `[lock]` has them: the lines of a Cargo.lock. Pure.

Cargo drops from a lock what a build does not need. The next cell may need it again, so that of a
lock before is kept whatever cargo has said nothing of.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

KEY = "cargo"
_NAME = re.compile(r'^name = "([^"]*)"', re.MULTILINE)
_PACKAGE = "[[package]]"


def as_table(lock: str) -> dict[str, list[str]]:
    """Return the text of a lock as a notebook keeps it."""
    return {KEY: lock.splitlines()}


def from_table(table: Mapping[str, Any]) -> str:
    """Return the text of the lock in a notebook; empty when it has none. Raises ValueError."""
    lines = table.get(KEY, [])
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        raise ValueError(f"[lock] {KEY} of the notebook is no list of lines: delete it")
    return "".join(f"{line}\n" for line in lines)


def merged(lock: str, before: str) -> str:
    """Return a lock with the packages of the one before that it has in no version."""
    header, packages = _parts(lock)
    if not packages:
        return before
    kept = [one for name, ones in _parts(before)[1].items() if name not in packages for one in ones]
    every = sorted([*(one for ones in packages.values() for one in ones), *kept], key=_order)
    return "\n\n".join([header, *every]) + "\n"


def has_folders(lock: str) -> bool:
    """Return whether there are crates, besides that of the cells, that are of no registry."""
    return lock.count(_PACKAGE) > lock.count("\nsource = ") + 1


def _parts(lock: str) -> tuple[str, dict[str, list[str]]]:
    header, *texts = lock.strip().split(f"\n\n{_PACKAGE}\n")
    packages: dict[str, list[str]] = {}
    for text in texts:
        found = _NAME.search(text)
        packages.setdefault(found[1] if found else "", []).append(f"{_PACKAGE}\n{text.strip()}")
    return header, packages


def _order(package: str) -> str:
    return package.partition("name = ")[2]
