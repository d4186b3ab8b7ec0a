"""Frames of the Y sync protocol that must not come near the document. Pure.

A request for the state is `0 0 <length> <state vector>`, a state vector a count and as many pairs
of variable-length integers (y-protocols, "sync.js"; lib0, "encoding.js"). Five bytes that declare
2^32 pairs made the server reserve hundreds of megabytes.
"""

from __future__ import annotations

from patina_lab.updates.content import MalformedUpdateError

_REQUEST = b"\x00\x00"
_MAX_INTEGER_BYTES = 10
MOST_REQUESTS = 20
REQUEST_SECONDS = 10.0
"""No more requests for the whole state than this in that time: each costs the server work."""


def is_malformed(frame: bytes) -> bool:
    """Whether a frame is a request for the state that says more than it holds."""
    if not frame.startswith(_REQUEST):
        return False
    length, start = _integer(frame, len(_REQUEST))
    pairs, after = _integer(frame, start)
    return length != len(frame) - start or pairs < 0 or pairs * 2 > len(frame) - after


def payload(frame: bytes) -> bytes:
    """Return the update in a frame `0 <kind> <length> <update>`. Raises MalformedUpdateError."""
    length, start = _integer(frame, len(_REQUEST))
    if length != len(frame) - start:
        raise MalformedUpdateError("It is longer or shorter than it says")
    return frame[start:]


class Asking:
    """Counts the requests of one client for the whole state."""

    def __init__(self) -> None:
        self._times: list[float] = []

    def too_often(self, time: float) -> bool:
        """Whether a request at this time, in seconds of any clock, is one too many."""
        self._times = [*(then for then in self._times if time - then < REQUEST_SECONDS), time]
        return len(self._times) > MOST_REQUESTS


def _integer(frame: bytes, at: int) -> tuple[int, int]:
    """Return the variable-length integer at a place, -1 when there is none, and what follows it."""
    value = 0
    for place, byte in enumerate(frame[at : at + _MAX_INTEGER_BYTES]):
        value |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return value, at + place + 1
    return -1, len(frame)
