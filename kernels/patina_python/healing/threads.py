"""Python's threads: their names, whether a copy has them, and their numbers in it."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from types import CodeType, FrameType

from patina_kernel.forking import renumbered

_plain_copy = 0


def _note_plain_fork() -> None:
    """Python runs this in a plain copy only: a copy with its threads is made without its hooks."""
    global _plain_copy  # noqa: PLW0603 - about the process, of which there is one
    _plain_copy = os.getpid()


os.register_at_fork(after_in_child=_note_plain_fork)


def are_gone() -> bool:
    """Return whether this is a copy that only the forking thread came into."""
    return _plain_copy == os.getpid()


def names() -> dict[int, str]:
    """Return the name of each thread of Python's but the main one, by its number."""
    main = threading.main_thread()
    found = (thread for thread in threading.enumerate() if thread is not main)
    return {thread.native_id: thread.name for thread in found if thread.native_id is not None}


def renumber() -> None:
    """Give each thread object the number that its thread has in this copy."""
    now = renumbered()
    for thread in threading.enumerate():
        if thread is threading.current_thread():
            _set_number(thread, threading.get_native_id())
        elif thread.native_id in now:
            _set_number(thread, now[thread.native_id])


def _set_number(thread: threading.Thread, number: int) -> None:
    # Where a later Python keeps it elsewhere the number is only stale, and the audit says less.
    if hasattr(thread, "_native_id"):
        thread._native_id = number


def frames_running(code: CodeType) -> Iterator[tuple[threading.Thread, FrameType]]:
    """Yield the threads that are inside this function, with its frame."""
    frames = sys._current_frames()
    for thread in threading.enumerate():
        frame = frames.get(thread.ident or 0)
        while frame is not None and frame.f_code is not code:
            frame = frame.f_back
        if frame is not None:
            yield thread, frame
