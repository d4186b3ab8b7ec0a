"""The server's process ends when the server does, whatever pages are still open.

AnyIO ends a worker thread with the task that first used it. jupyter-server-ydoc's WebSocket handler
first uses one in the task that lasts as long as the socket: with a page open, the thread is never
told, and Python waits for it for ever (jupyter-server-ydoc 3.0, AnyIO 4).
"""

from __future__ import annotations

import functools
import threading
from typing import Any, cast

_NAME = "AnyIO worker thread"


@functools.cache
def end_workers_with_main_thread() -> None:
    """Tell AnyIO's worker threads to end once the main thread has: one watch a process."""
    threading.Thread(target=_watch, name="patina-exit", daemon=True).start()


def _watch() -> None:
    threading.main_thread().join()
    for thread in threading.enumerate():
        if thread.name == _NAME:
            cast("Any", thread).stop()
