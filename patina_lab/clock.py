"""Times as the wire has them: UTC, RFC 3339, milliseconds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def now() -> str:
    """Return the time."""
    return _on_the_wire(datetime.now(UTC))


def just_after(time: str) -> str:
    """Return the time a millisecond after another."""
    try:
        return _on_the_wire(datetime.fromisoformat(time) + timedelta(milliseconds=1))
    except ValueError:
        return ""  # It is of a log that says something else; then it has no order.


def _on_the_wire(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
