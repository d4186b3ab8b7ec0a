"""The cells that this kernel ran: a copy has them, a new kernel has none."""

from __future__ import annotations

import fnmatch
from typing import Any

MOST = 10_000


class History:
    """Entries are (session, line, source), as the protocol has them; there is one session."""

    def __init__(self) -> None:
        self._entries: list[tuple[int, int, str]] = []

    def add(self, count: int, source: str) -> None:
        """Remember a cell."""
        self._entries.append((0, count, source))
        del self._entries[:-MOST]

    def find(self, access: Any, output: Any = False, **how: Any) -> list[Any]:
        """Return entries: the last `n`, those of a range, or those that match a pattern."""
        found = list(self._entries)
        if access == "range":
            start, stop = int(how.get("start") or 0), how.get("stop")
            found = [one for one in found if one[1] >= start and (stop is None or one[1] < stop)]
        if access == "search":
            pattern = str(how.get("pattern") or "*")
            found = [one for one in found if fnmatch.fnmatchcase(one[2], pattern)]
            if how.get("unique"):
                found = list({one[2]: one for one in found}.values())
        count = how.get("n")
        found = found[-int(count) :] if count and access != "range" else found
        return [(one[0], one[1], (one[2], None)) if output else one for one in found]
