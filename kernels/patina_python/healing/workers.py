"""Worker processes: they belong to the first kernel, so a copy must have others."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import pool as implementation
from multiprocessing import util
from typing import Any

from patina_kernel.forking import Claim
from patina_kernel.language import ReportLine
from patina_kernel.text import gettext as _

from patina_python.healing.pools import LOST, LostWorkError, fail

STEP = "worker processes"
# Modules with a table of the manager threads of their executors; joblib brings its own.
EXECUTORS = ("concurrent.futures.process", "joblib.externals.loky.process_executor")
HANDLERS = ("_worker_handler", "_task_handler", "_result_handler")


def pools() -> list[implementation.Pool]:
    """Return multiprocessing's pools that take work, of processes or of threads."""
    ends = (end._weakref() for end in list(util._finalizer_registry.values()) if end._weakref)  # type: ignore[attr-defined]
    return [one for one in ends if isinstance(one, implementation.Pool) and _takes_work(one)]


def _takes_work(pool: Any) -> bool:
    return bool(pool._state == implementation.RUN)


def _has_threads(pool: object) -> bool:
    return isinstance(pool, implementation.ThreadPool)


def executors() -> list[tuple[threading.Thread, Any]]:
    """Return executors with processes, and the thread that manages each."""
    tables = (getattr(sys.modules.get(name), "_threads_wakeups", {}) for name in EXECUTORS)
    threads = [thread for table in tables for thread in list(table)]
    found = ((thread, thread.executor_reference()) for thread in threads)
    return [(thread, executor) for thread, executor in found if executor is not None]


def claims() -> tuple[Claim, ...]:
    """Return a claim for each pool and executor: its processes, and the threads that feed it."""
    return (*map(_claim_pool, pools()), *(_claim_executor(*one) for one in executors()))


def _claim_pool(pool: Any) -> Claim:
    crew = frozenset(getattr(pool, name).native_id or 0 for name in HANDLERS)
    if _has_threads(pool):
        crew |= {worker.native_id or 0 for worker in pool._pool}
        return Claim(STEP, _line("thread pool", len(pool._cache)), threads=crew)
    pids = frozenset(worker.pid for worker in pool._pool if worker.pid)
    return Claim(STEP, _line("process pool", len(pool._cache)), threads=crew, children=pids)


def _claim_executor(thread: threading.Thread, executor: Any) -> Claim:
    crew = {thread.native_id or 0} | set(_feeders(executor))
    pids = frozenset(executor._processes or ())
    line = _line("process pool", len(executor._pending_work_items))
    return Claim(STEP, line, threads=frozenset(crew), children=pids)


def _feeders(executor: Any) -> Iterator[int]:
    feeder = getattr(executor._call_queue, "_thread", None)
    if feeder is not None and feeder.native_id:
        yield feeder.native_id


def _line(kind: str, pending: int) -> ReportLine:
    what = _("the copy has new workers for it")
    if pending:
        what = _("the copy has new workers for it; unfinished tasks that fail in it: %1", pending)
    return ReportLine(kind, "", what, _("Submit those again."))


def heal() -> tuple[ReportLine, ...]:
    """In a plain copy: give each pool workers of its own; what was unfinished fails."""
    for pool in pools():
        _renew_pool(pool)
    for _module, executor in executors():
        _renew_executor(executor)
    return ()


def _renew_pool(pool: Any) -> None:
    unfinished = list(pool._cache.values())
    _close_pipes(pool)
    if _has_threads(pool):
        pool.__init__(pool._processes, pool._initializer, pool._initargs)
    else:
        pool.__init__(
            pool._processes,
            pool._initializer,
            pool._initargs,
            pool._maxtasksperchild,
            context=pool._ctx,
        )
    for result in unfinished:
        _fail_result(result)


def _close_pipes(pool: Any) -> None:
    """While a copy holds them open, the parent's workers would not end with their parent."""
    for pipes in (pool._inqueue, pool._outqueue):
        for end in ("_reader", "_writer"):
            with contextlib.suppress(OSError, AttributeError):
                getattr(pipes, end).close()


def _fail_result(result: Any) -> None:
    error = LostWorkError(LOST)
    if hasattr(result, "_set_length"):  # of imap
        result._cond = threading.Condition()
        result._set(result._index, (False, error))
        result._set_length(result._index)
        return
    result._event = threading.Event()
    result._number_left = 1  # of a map: one chunk that failed ends it
    result._set(0, (False, error))


def _renew_executor(executor: Any) -> None:
    for item in list((executor._pending_work_items or {}).values()):
        fail(item.future)
    if _is_standard(executor):
        limit = getattr(executor, "_max_tasks_per_child", None)
        executor.__init__(
            executor._max_workers,
            executor._mp_context,
            executor._initializer,
            executor._initargs,
            max_tasks_per_child=limit,
        )
        return
    reusable = sys.modules.get("joblib.externals.loky.reusable_executor")
    if reusable is not None:
        reusable._executor = None  # type: ignore[attr-defined]


def _is_standard(executor: object) -> bool:
    return type(executor) is ProcessPoolExecutor
