"""Thread pools: a plain copy has their objects but not their threads, and waits for them."""

from __future__ import annotations

import queue
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import thread as implementation
from typing import Any

from patina_kernel.forking import Claim
from patina_kernel.language import ReportLine
from patina_kernel.text import gettext as _

from patina_python.healing.threads import frames_running

STEP = "thread pools"
LOST = "it was running in a thread that this copy does not have; submit it again"
_running: list[Future[Any]] = []


class LostWorkError(RuntimeError):
    """What a future says in a copy when the thread or process at work on it stayed behind."""


def fail(future: Future[Any]) -> None:
    """Make whoever waits for it go on, with LostWorkError."""
    future._condition = threading.Condition()  # the old one may be held by a thread that is gone
    if not future.done():
        future.set_exception(LostWorkError(LOST))


def executors() -> dict[ThreadPoolExecutor, frozenset[int]]:
    """Return the pools that have threads, and which."""
    found: dict[ThreadPoolExecutor, set[int]] = {}
    for thread in list(implementation._threads_queues):
        reference = (getattr(thread, "_args", None) or (None,))[0]
        executor = reference() if callable(reference) else None
        if isinstance(executor, ThreadPoolExecutor):
            found.setdefault(executor, set()).add(thread.native_id or 0)
    return {executor: frozenset(tids) for executor, tids in found.items()}


def claims() -> tuple[Claim, ...]:
    """Return a claim for each pool. What its threads work on is noted: `heal` lets it fail."""
    _running[:] = _at_work()
    return tuple(
        Claim(STEP, _line(executor), threads=tids) for executor, tids in executors().items()
    )


def _at_work() -> list[Future[Any]]:
    items = (
        frame.f_locals.get("work_item")
        for _thread, frame in frames_running(implementation._worker.__code__)
    )
    return [item.future for item in items if item is not None]


def _line(executor: ThreadPoolExecutor) -> ReportLine:
    name = executor._thread_name_prefix or "ThreadPoolExecutor"
    what = _("the copy has new threads for it")
    if _running:
        what = _(
            "the copy has new threads for it; running tasks that fail in it: %1", len(_running)
        )
    return ReportLine("thread pool", name, what, _("Submit those again."))


def heal() -> tuple[ReportLine, ...]:
    """In a plain copy: new threads for each pool; what waits in its queue is done by them."""
    for future in _running:
        fail(future)
    _running.clear()
    for executor in executors():
        _renew(executor)
    return ()


def _renew(executor: ThreadPoolExecutor) -> None:
    waiting, executor._work_queue = executor._work_queue, queue.SimpleQueue()
    executor._threads = set()
    executor._idle_semaphore = threading.Semaphore(0)
    executor._shutdown_lock = threading.Lock()
    for item in _drain(waiting):
        executor._work_queue.put(item)
        executor._adjust_thread_count()


def _drain(waiting: queue.SimpleQueue[Any]) -> list[Any]:
    items: list[Any] = []
    while True:
        try:
            item = waiting.get_nowait()
        except queue.Empty:
            return items
        if item is not None:  # a sentinel for a thread that is gone
            items.append(item)
