"""The lines of a fork report: what was not carried exactly, by name, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable

from patina_kernel.forking.audit import Audit, Descriptor
from patina_kernel.language import ReportLine
from patina_kernel.text import gettext as _


def of_descriptors(audit: Audit, own: frozenset[int]) -> tuple[ReportLine, ...]:
    """Return a line for each descriptor that both processes go on using, but the machine's own."""
    found = (one for one in audit.descriptors if one.fd not in own)
    lines = (LINES[one.kind](one) for one in found if one.kind in LINES)
    return tuple(dict.fromkeys(lines))


def of_children(audit: Audit, excused: frozenset[int]) -> tuple[ReportLine, ...]:
    """Return a line for each child process: only the parent can wait for it."""
    return tuple(
        ReportLine(
            "process",
            f"{child.name} ({child.pid})",
            _("it stays the child of the first kernel; the copy cannot wait for it or restart it"),
            _("Start it again in the copy if the copy needs one."),
        )
        for child in audit.children
        if child.pid not in excused
    )


def of_thread(name: str) -> ReportLine:
    """Return the line for a thread that is not in the copy."""
    what = _("the thread is not in the copy; a lock it held stays locked there")
    return ReportLine("thread", name, what, _("Start it again in the copy."))


def untold() -> ReportLine:
    """Return the line for a system that does not say which threads its libraries have."""
    what = _("this system does not tell which threads libraries have; they are not in the copy")
    return ReportLine("threads", "native", what, _("Should the copy hang, save and load instead."))


def uncarried(reason: str) -> ReportLine:
    """Return the line that says why threads were not carried over although they could have been."""
    return ReportLine(
        "threads",
        "all",
        _("they could not be carried over: %1", reason),
        _("Fork again when idle."),
    )


def _socket(found: Descriptor) -> ReportLine:
    what = _("both kernels hold the same connection; what one reads the other misses")
    return ReportLine("socket", found.target, what, _("Open it again in the copy."))


def _sqlite(found: Descriptor) -> ReportLine:
    what = _("the copy has its own offset, but a SQLite connection must not be used after a fork")
    return ReportLine("sqlite", found.target, what, _("Connect again in the copy."))


def _memory(found: Descriptor) -> ReportLine:
    what = _("both kernels see each other's changes to this memory")
    return ReportLine("shared memory", found.target, what, _("Copy it into an object of your own."))


def _watcher(found: Descriptor) -> ReportLine:
    what = _("both kernels read from the same queue; what one reads the other misses")
    return ReportLine(found.kind, f"descriptor {found.fd}", what, _("Open it again in the copy."))


LINES: dict[str, Callable[[Descriptor], ReportLine]] = {
    "socket": _socket,
    "sqlite": _sqlite,
    "shared-memory": _memory,
    "inotify": _watcher,
    "signalfd": _watcher,
}
