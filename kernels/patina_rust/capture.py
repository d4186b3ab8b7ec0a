"""The descriptors 0 and 1 of a cell while it runs; there is no thread before or after.

Rust's stdin is descriptor 0 itself. That somebody reads from it is seen from outside: the kernel
(Linux) says of a thread in which call it waits.
"""

from __future__ import annotations

import codecs
import fcntl
import os
import platform
import secrets
import select
import struct
import termios
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

READ_BYTES = 65_536
# So often it is seen whether a cell waits for input; less often the longer it says nothing.
LOOK_MS, MOST_LOOK_MS = 20, 250
READ = {"x86_64": "0 0x0 ", "aarch64": "63 0x0 "}.get(platform.machine(), "")


class Input:
    """What a cell reads: lines that a person gives, or its end."""

    def __init__(self, question: Callable[[], str]) -> None:
        self._reading, self._writing = os.pipe()
        self._question = question
        self._ended = False

    @property
    def descriptor(self) -> int:
        """The end for the cell."""
        return self._reading

    def look(self) -> None:
        """Ask for a line when somebody waits for one."""
        if not self._ended and _is_read() and not self._has_data():
            try:
                self.give(self._question())
            except Exception:  # noqa: BLE001 - whatever keeps us from asking, nothing will come
                self.end()

    def give(self, line: str) -> None:
        """Give a line."""
        os.write(self._writing, line.encode() + b"\n")

    def end(self) -> None:
        """Give nothing more: who reads finds the end."""
        if not self._ended:
            self._ended = True
            os.close(self._writing)

    def close(self) -> None:
        """Be done with the cell."""
        self.end()
        os.close(self._reading)

    def _has_data(self) -> bool:
        answer = fcntl.ioctl(self._reading, termios.FIONREAD, struct.pack("i", 0))
        return bool(struct.unpack("i", answer)[0])


@contextmanager
def stdio(take: Callable[[str], None], given: Input) -> Iterator[None]:
    """Hand text over as it comes, from another thread, until the block's end."""
    reading, writing = os.pipe()
    before = {number: os.dup(number) for number in (0, 1)}
    # Not the pipe's end: a process that the cell started may have it open for long.
    end = secrets.token_bytes(16)
    thread = threading.Thread(
        target=_read, args=(reading, end, take, given), name="patina-rust-stdout"
    )
    os.dup2(given.descriptor, 0)
    os.dup2(writing, 1)
    thread.start()
    try:
        yield
    finally:
        for number, kept in before.items():
            os.dup2(kept, number)
            os.close(kept)
        os.write(writing, end)
        os.close(writing)
        thread.join()
        os.close(reading)
        given.close()


def _read(reading: int, end: bytes, take: Callable[[str], None], given: Input) -> None:
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    poller, patience = select.poll(), LOOK_MS
    poller.register(reading, select.POLLIN)
    held = b""
    while True:
        if not poller.poll(patience):
            given.look()
            patience = min(2 * patience, MOST_LOOK_MS)
            continue
        patience = LOOK_MS
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


def _is_read() -> bool:
    """Return whether a thread of this process waits in read(0, …)."""
    for thread in Path("/proc/self/task").iterdir() if READ else ():
        with suppress(OSError):
            if (thread / "syscall").read_text().startswith(READ):
                return True
    return False
