"""GNU OpenMP (scikit-learn, lightgbm): after a plain fork it waits for threads that are gone.

Since its version 5 it can end its idle threads, and start them when they are needed; so nothing
is lost. An older one is limited to one thread in the copy.
"""

from __future__ import annotations

import ctypes
import functools
import os

from patina_kernel.forking import Audit, Claim, libraries_like
from patina_kernel.language import ReportLine
from patina_kernel.text import gettext as _

from patina_python.healing.threads import names

STEP = "OpenMP"
NAME = "libgomp"
PAUSE_HARD = 2
LINE = ReportLine(
    "OpenMP",
    NAME,
    _("it uses one thread in the copy"),
    _("To use all cores again, start a new kernel and load the state."),
)


@functools.cache
def _library(path: str) -> ctypes.CDLL | None:
    """Return a library that is already loaded; None when it is not."""
    try:
        return ctypes.CDLL(path, mode=os.RTLD_NOLOAD | os.RTLD_NOW)
    except OSError:
        return None


def _libraries() -> list[ctypes.CDLL]:
    return [found for path in libraries_like(NAME) if (found := _library(path)) is not None]


def _pauses(library: ctypes.CDLL) -> bool:
    return hasattr(library, "omp_pause_resource_all")


def pause() -> None:
    """End the calling thread's idle OpenMP threads, where it can; they start when needed."""
    for library in _libraries():
        if _pauses(library):
            library.omp_pause_resource_all(PAUSE_HARD)


def _is_limited() -> bool:
    return not all(map(_pauses, _libraries()))


def claims(found: Audit) -> tuple[Claim, ...]:
    """Return the claim on threads that have the process's name: OpenMP does not name its own.

    Those left after a pause serve another thread of Python's, and are of no use without it: there
    is nothing to be said of them.
    """
    if NAME not in found.libraries:
        return ()
    with open(f"/proc/{os.getpid()}/comm", encoding="utf-8") as file:  # noqa: PTH123
        name = file.read().strip()
    nameless = (thread.tid for thread in found.threads if thread.name == name)
    threads = frozenset(nameless) - names().keys()
    return (Claim(STEP, LINE if _is_limited() else None, threads=threads),) if threads else ()


def heal() -> tuple[ReportLine, ...]:
    """In a plain copy: one thread for an OpenMP whose threads could not be ended before."""
    if not _is_limited():
        return ()
    for library in _libraries():
        library.omp_set_num_threads(1)
    return (LINE,)
