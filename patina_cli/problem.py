"""What cannot be done, and the exit status that says so."""

from __future__ import annotations

import json
from enum import IntEnum


class Exit(IntEnum):
    """Exit statuses (docs/reference/cli.md)."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    UNREACHED = 3
    REFUSED = 4
    BROKEN = 5
    INTERRUPTED = 130


class Problem(Exception):  # noqa: N818 (as the server's PatinaProblem)
    """An error as people read it: what happened, why, and what to do."""

    def __init__(
        self, message: str, reason: str = "", hint: str = "", status: Exit = Exit.REFUSED
    ) -> None:
        super().__init__(message)
        self.message, self.reason, self.hint, self.status = message, reason, hint, status

    def __str__(self) -> str:
        """Return it as lines: the message, then the reason and the hint where there are some."""
        return "\n".join(filter(None, (self.message, self.reason, self.hint)))

    @property
    def as_json(self) -> str:
        """Return it in the shape of the server's error replies."""
        return json.dumps({"message": self.message, "reason": self.reason, "hint": self.hint})
