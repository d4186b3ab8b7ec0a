"""Reads what a cell writes to descriptor 1 while it runs; there is no thread before or after."""

from __future__ import annotations

import codecs
import os
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

READ_BYTES = 65_536


@contextmanager
def stdout(take: Callable[[str], None]) -> Iterator[None]:
    """Hand text over as it comes, from another thread, until the block's end."""
    reading, writing = os.pipe()
    before = os.dup(1)
    # Not the pipe's end: a process that the cell started may have it open for long.
    end = secrets.token_bytes(16)
    thread = threading.Thread(target=_read, args=(reading, end, take), name="patina-rust-stdout")
    os.dup2(writing, 1)
    thread.start()
    try:
        yield
    finally:
        os.dup2(before, 1)
        os.close(before)
        os.write(writing, end)
        os.close(writing)
        thread.join()
        os.close(reading)


def _read(reading: int, end: bytes, take: Callable[[str], None]) -> None:
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    held = b""
    while True:
        held += os.read(reading, READ_BYTES)
        text, mark, _ = held.partition(end)
        if mark:
            take(decoder.decode(text, final=True))
            return
        keep = _may_begin(held, end)
        take(decoder.decode(held[: len(held) - keep]))
        held = held[len(held) - keep :]


def _may_begin(held: bytes, end: bytes) -> int:
    """Return how many of the last bytes may be the beginning of the end mark."""
    lengths = range(min(len(held), len(end) - 1), 0, -1)
    return next((length for length in lengths if held.endswith(end[:length])), 0)
