"""Times as the server writes them: RFC 3339, UTC. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Any


def seconds_of(cell: dict[str, Any]) -> float | None:
    """Return how long an output cell took; None where it has not run to an end."""
    if not cell.get("started") or not cell.get("ended"):
        return None
    passed = datetime.fromisoformat(cell["ended"]) - datetime.fromisoformat(cell["started"])
    return passed.total_seconds()
