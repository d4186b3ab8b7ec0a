"""How fast a client may speak: what is faster waits, nothing is lost. Pure."""

from __future__ import annotations

FRAMES_PER_SECOND, MOST_FRAMES = 500.0, 20_000.0
"""Replacing a word in ten thousand cells is as many frames at once."""
BYTES_PER_SECOND, MOST_BYTES = 4.0 * 2**20, 32.0 * 2**20
LONGEST_SECONDS = 1.0


class Pace:
    """Two token buckets, of frames and of bytes. `time` is in seconds, from any clock."""

    def __init__(self, time: float) -> None:
        self._frames, self._bytes, self._filled = MOST_FRAMES, MOST_BYTES, time

    def wait(self, size: int, time: float) -> float:
        """Return for how many seconds not to listen after a frame of so many bytes."""
        passed, self._filled = max(0.0, time - self._filled), time
        self._frames = min(MOST_FRAMES, self._frames + passed * FRAMES_PER_SECOND) - 1
        self._bytes = min(MOST_BYTES, self._bytes + passed * BYTES_PER_SECOND) - size
        late = max(-self._frames / FRAMES_PER_SECOND, -self._bytes / BYTES_PER_SECOND)
        return min(LONGEST_SECONDS, max(0.0, late))
