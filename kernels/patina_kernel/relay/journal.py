"""What the kernel says while nobody listens: kept in bounds, handed over once."""

from __future__ import annotations

import os
import struct
import tempfile
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from patina_kernel.wire.packet import Frame

MEMORY_BYTES = 16 << 20
FILE_BYTES = 256 << 20
LENGTH = struct.Struct("<I")

Frames = list[bytes]


class Journal:
    """Messages in order: first in memory, past MEMORY_BYTES in a file, past FILE_BYTES not at all.

    What comes first is kept: a cell's later output is of little use without its beginning.
    """

    def __init__(
        self, directory: Path, memory_bytes: int = MEMORY_BYTES, file_bytes: int = FILE_BYTES
    ) -> None:
        self._directory = directory
        self._memory: deque[Frames] = deque()
        self._memory_left, self._file_left = memory_bytes, file_bytes
        self._bounds = (memory_bytes, file_bytes)
        self._file: IO[bytes] | None = None
        self.messages = 0
        self.dropped = 0

    def keep(self, frames: list[Frame]) -> None:
        """Keep a message, or count it as dropped when there is no room."""
        copy = [bytes(frame) for frame in frames]
        size = sum(map(len, copy)) + 64
        if self._file is None and size <= self._memory_left:
            self._memory_left -= size
            self._memory.append(copy)
        elif self.dropped or size > self._file_left or not self._write(copy):
            # Once one is dropped all later ones are: a gap in the middle would mislead.
            self.dropped += 1
            return
        else:
            self._file_left -= size
        self.messages += 1

    def hand_over(self) -> Iterator[Frames]:
        """Return all messages, in order, and forget them."""
        memory, file = self._memory, self._file
        self._memory, self._file = deque(), None
        self._memory_left, self._file_left = self._bounds
        self.messages = self.dropped = 0
        yield from memory
        if file is not None:
            with file:
                file.seek(0)
                yield from _read(file)

    def _write(self, frames: Frames) -> bool:
        try:
            if self._file is None:
                # No name: the system removes it whatever becomes of us.
                self._file = tempfile.TemporaryFile(dir=self._directory)  # noqa: SIM115
            parts = [LENGTH.pack(len(frames))]
            parts += [part for frame in frames for part in (LENGTH.pack(len(frame)), frame)]
            self._file.write(b"".join(parts))
        except OSError:
            return False
        return True


def _read(file: IO[bytes]) -> Iterator[Frames]:
    size = os.fstat(file.fileno()).st_size
    while file.tell() < size:
        (count,) = LENGTH.unpack(file.read(LENGTH.size))
        yield [file.read(LENGTH.unpack(file.read(LENGTH.size))[0]) for _ in range(count)]
