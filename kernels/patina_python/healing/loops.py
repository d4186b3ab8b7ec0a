"""asyncio loops that run in threads: a plain copy has the loop, but nobody runs it."""

from __future__ import annotations

import asyncio
import threading
import weakref
from asyncio import base_events, events
from collections.abc import Iterator
from typing import Any

from patina_kernel.forking import Claim
from patina_kernel.language import ReportLine
from patina_kernel.text import gettext as _

from patina_python.healing.threads import frames_running

STEP = "event loops"
_running: weakref.WeakSet[asyncio.AbstractEventLoop] = weakref.WeakSet()


def _in_threads() -> Iterator[tuple[threading.Thread, asyncio.AbstractEventLoop]]:
    for thread, frame in frames_running(base_events.BaseEventLoop.run_forever.__code__):
        loop = frame.f_locals.get("self")
        if thread is not threading.current_thread() and isinstance(loop, base_events.BaseEventLoop):
            yield thread, loop


def claims() -> tuple[Claim, ...]:
    """Return a claim for each loop that another thread runs, and note the loop for `heal`."""
    found = list(_in_threads())
    _running.clear()
    _running.update(loop for _thread, loop in found)
    return tuple(_claim(thread) for thread, _loop in found)


def _claim(thread: threading.Thread) -> Claim:
    what = _("the copy's loop is closed, as the thread that ran it is not in the copy")
    line = ReportLine("event loop", thread.name, what, _("Start a loop again in the copy."))
    return Claim(STEP, line, threads=frozenset({thread.native_id or 0}))


def announce() -> None:
    """In a copy with its threads: tell each thread that it runs its loop.

    asyncio remembers that together with the process's id, so in the copy it holds no longer. This
    goes before what the loop was about to do.
    """
    for _thread, running in _in_threads():
        loop: Any = running
        loop._ready.appendleft(asyncio.Handle(events._set_running_loop, (loop,), loop))
        loop._write_to_self()


def heal() -> tuple[ReportLine, ...]:
    """In a plain copy: make these loops refuse work, rather than take it and never do it.

    `close()` would not do: it takes the loop's sockets out of an epoll that the parent still uses.
    """
    for loop in list(_running):
        closed: Any = loop
        closed._closed = True
        closed._thread_id = None
    _running.clear()
    return ()
