"""What the kernel says while nobody listens, or before who listens has it safe: kept in bounds."""

from __future__ import annotations

import os
import struct
import tempfile
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import IO

from patina_kernel.wire.packet import Frame

MEMORY_BYTES = 16 << 20
FILE_BYTES = 256 << 20
SEGMENT_BYTES = 4 << 20
LENGTH = struct.Struct("<I")
PLACE = struct.Struct("<QI")

Frames = list[bytes]
Entry = tuple[int, Frames]


@dataclass(slots=True)
class Segment:
    """Messages in a row, with their positions: in memory, or in a file without a name."""

    file: IO[bytes] | None = None
    kept: list[Entry] = field(default_factory=list)
    last: int = 0
    size: int = 0
    end: int = 0
    """Of what the file has: behind it may be a part of what it had no room for."""

    def add(self, position: int, frames: Frames, size: int) -> None:
        """Add a message. Raises OSError when the file does not take it: then it is not added."""
        if self.file is None:
            self.kept.append((position, frames))
        else:
            parts = [PLACE.pack(position, len(frames))]
            parts += [part for frame in frames for part in (LENGTH.pack(len(frame)), frame)]
            self._append(self.file.fileno(), memoryview(b"".join(parts)))
        self.last, self.size = position, self.size + size

    def _append(self, handle: int, data: memoryview) -> None:
        at = self.end
        try:
            while data:
                # A disk that is nearly full takes a part, and says so only by its length.
                written = os.pwrite(handle, data, at)
                at, data = at + written, data[written:]
        except OSError:
            with suppress(OSError):
                os.ftruncate(handle, self.end)
            raise
        self.end = at

    def entries(self) -> Iterator[Entry]:
        """Return the messages, in order."""
        if self.file is None:
            yield from self.kept
            return
        data = BytesIO(os.pread(self.file.fileno(), self.end, 0))
        while place := data.read(PLACE.size):
            position, count = PLACE.unpack(place)
            yield (
                position,
                [data.read(LENGTH.unpack(data.read(LENGTH.size))[0]) for _ in range(count)],
            )

    def close(self) -> None:
        """Let it go; the system removes the file."""
        if self.file is not None:
            self.file.close()


class Journal:
    """Messages in order: first in memory, past MEMORY_BYTES in files, past FILE_BYTES not at all.

    Each has a position: 1, 2, 3 and so on. What comes first is kept: a cell's later output is of
    little use without its beginning. That something is missing is seen by the positions.
    """

    def __init__(
        self, directory: Path, memory_bytes: int = MEMORY_BYTES, file_bytes: int = FILE_BYTES
    ) -> None:
        self._directory = directory
        self._segments: deque[Segment] = deque()
        self._memory_left, self._file_left = memory_bytes, file_bytes
        self.position = 0
        self._safe = 0
        self.messages = 0
        self.dropped = 0

    def keep(self, frames: list[Frame]) -> None:
        """Keep a message at the next position, or count it as dropped when there is no room."""
        self.position += 1
        copy = [bytes(frame) for frame in frames]
        size = sum(map(len, copy)) + 64
        # Once one is dropped all later ones are: a gap in the middle would mislead.
        if self.dropped or not self._add(copy, size):
            self.dropped += 1
        else:
            self.messages += 1

    def _add(self, frames: Frames, size: int) -> bool:
        in_memory = size <= self._memory_left
        if not in_memory and size > self._file_left:
            return False
        try:
            self._segment(in_memory=in_memory).add(self.position, frames, size)
        except OSError:
            return False
        if in_memory:
            self._memory_left -= size
        else:
            self._file_left -= size
        return True

    def _segment(self, *, in_memory: bool) -> Segment:
        last = self._segments[-1] if self._segments else None
        if last is None or (last.file is None) != in_memory or last.size > SEGMENT_BYTES:
            last = Segment(None if in_memory else self._new_file())
            self._segments.append(last)
        return last

    def _new_file(self) -> IO[bytes]:
        # No name: the system removes it whatever becomes of us. No buffer: what a full disk does
        # not take would be found out when it is read.
        return tempfile.TemporaryFile(buffering=0, dir=self._directory)

    def after(self, position: int) -> tuple[list[Entry], bool]:
        """Return the first messages after a position, and whether there are more of them."""
        position = max(position, self._safe)
        later = [segment for segment in self._segments if segment.last > position]
        if not later:
            return [], False
        return [entry for entry in later[0].entries() if entry[0] > position], len(later) > 1

    def forget(self, position: int) -> None:
        """Make room: whoever wants the messages up to a position has them safe."""
        self._safe = max(self._safe, position)
        while self._segments and self._segments[0].last <= position:
            self._release(self._segments.popleft())
            self.dropped = 0

    def _release(self, segment: Segment) -> None:
        if segment.file is None:
            self._memory_left += segment.size
        else:
            self._file_left += segment.size
        segment.close()

    def hand_over(self) -> Iterator[Frames]:
        """Return all messages, in order, and forget them."""
        segments, self._segments = self._segments, deque()
        self.messages = self.dropped = 0
        for segment in segments:
            for _, frames in segment.entries():
                yield frames
            self._release(segment)
