"""How to fork, decided from what was found. Pure: nothing here touches the process.

In this order: carry the threads over, heal in the copy, else refuse with a choice. A fork that
could hang is never planned.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from patina_kernel.forking import report
from patina_kernel.forking.audit import Audit, Child, Thread
from patina_kernel.language import ReportLine
from patina_kernel.text import gettext as _

# They block all signals, touch no user's data, and their library works without them.
HARMLESS = frozenset({"jemalloc_bg_thd"})
# They tidy up after work that a copy has not begun.
BYSTANDERS = frozenset({"polars-ooc-clea"})
# Libraries whose own fork handlers make a plain fork right.
FORK_SAFE = frozenset({"openblas", "libarrow"})
# Libraries whose threads block all signals.
MASKING = frozenset({"libzmq"})
NO_FORK = _("this system cannot copy a running process")
SAVE_FIRST = _("Save the state and load it into a new kernel.")
SAVE_AND_LOAD = "save and load"
OLDER_CHECKPOINT = "fork from the checkpoint before the library's first use"


@dataclass(frozen=True, slots=True)
class Own:
    """What belongs to the machine itself, and not to the user: it sees to these."""

    threads: frozenset[int] = frozenset()
    children: frozenset[int] = frozenset()
    descriptors: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Claim:
    """Something of the user's that the language can put right in a plain copy.

    `step` names what heals it, `line` is what the person is told if anything is, `threads` and
    `children` are those that it covers.
    """

    step: str
    line: ReportLine | None
    threads: frozenset[int] = frozenset()
    children: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What this system and language can do. `names`: threads that the language knows better."""

    fork: bool
    carry: bool
    claims: tuple[Claim, ...] = ()
    names: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plain:
    """An ordinary fork is right."""

    report: tuple[ReportLine, ...]


@dataclass(frozen=True, slots=True)
class Heal:
    """An ordinary fork is right once the language has taken these steps in the copy."""

    steps: tuple[str, ...]
    report: tuple[ReportLine, ...]


@dataclass(frozen=True, slots=True)
class Refuse:
    """No fork: why, what the person can do, and what can be done instead.

    `always`: whatever the process has, this system cannot copy it.
    """

    reason: str
    advice: str
    alternatives: tuple[str, ...]
    report: tuple[ReportLine, ...]
    always: bool = False


@dataclass(frozen=True, slots=True)
class CarryThreads:
    """Copy the process with its threads, but for those to `leave`; if that fails, `otherwise`."""

    leave: frozenset[int]
    otherwise: Plain | Heal | Refuse
    report: tuple[ReportLine, ...]


Plan = Plain | CarryThreads | Heal | Refuse


def plan(audit: Audit, own: Own, capabilities: Capabilities) -> Plan:
    """Return how to fork a process in which this was found."""
    lines = report.of_descriptors(audit, own.descriptors) + report.of_children(
        audit, own.children | _claimed_children(capabilities)
    )
    foreign = tuple(thread for thread in audit.threads if thread.tid not in own.threads)
    if not capabilities.fork:
        return Refuse(NO_FORK, SAVE_FIRST, (SAVE_AND_LOAD,), report=lines, always=True)
    refusal = _refusal(audit, own, capabilities, foreign)
    if refusal is not None:
        return Refuse(*refusal, report=lines)
    awake = tuple(thread for thread in foreign if not thread.masked)
    without = _without_carrying(awake, audit, capabilities, lines)
    if _claimed_children(capabilities) and isinstance(without, Refuse):
        return Refuse(*_mixed(without), report=lines)
    if not awake or _claimed_children(capabilities) or not capabilities.carry:
        return without
    leave = frozenset(thread.tid for thread in foreign if thread.masked)
    return CarryThreads(leave, without, lines)


def _claimed_children(capabilities: Capabilities) -> frozenset[int]:
    return frozenset().union(*(claim.children for claim in capabilities.claims))


def _claimed_threads(capabilities: Capabilities) -> frozenset[int]:
    return frozenset().union(*(claim.threads for claim in capabilities.claims))


_Refusal = tuple[str, str, tuple[str, ...]]


def _refusal(
    audit: Audit, own: Own, capabilities: Capabilities, foreign: tuple[Thread, ...]
) -> _Refusal | None:
    """Return why no way of forking can be right, if so."""
    shared = [found for found in audit.descriptors if found.kind in ("gpu", "io_uring")]
    if shared:
        return _device(shared[0].target)
    masked = [thread for thread in foreign if thread.masked and thread.name not in HARMLESS]
    if masked:
        return _masked(masked, audit)
    excused = own.children | _claimed_children(capabilities)
    workers = [child for child in audit.children if child.forked and child.pid not in excused]
    return _workers(workers) if workers else None


def _device(target: str) -> _Refusal:
    reason = _("%1 is open, and its context cannot be shared by two processes", target)
    advice = _("Save and load, or fork from a checkpoint before the device was first used.")
    return reason, advice, (SAVE_AND_LOAD, OLDER_CHECKPOINT)


def _masked(threads: list[Thread], audit: Audit) -> _Refusal:
    names = ", ".join(sorted({thread.name for thread in threads} | audit.libraries & MASKING))
    reason = _(
        "threads that cannot be copied are running (%1); the copy would wait for them", names
    )
    advice = _("Close what started them (for ZMQ: context.term()), or use one of the alternatives.")
    return reason, advice, (SAVE_AND_LOAD, OLDER_CHECKPOINT)


def _workers(children: list[Child]) -> _Refusal:
    pids = ", ".join(str(child.pid) for child in children)
    reason = _("worker processes (%1) belong to this kernel; a copy would take their answers", pids)
    advice = _("Close the pool and fork again, or use one of the alternatives.")
    return reason, advice, (SAVE_AND_LOAD, OLDER_CHECKPOINT)


def _mixed(without: Refuse) -> _Refusal:
    """Carried threads would take the answers of the parent's workers, so neither way is open."""
    reason = _("there is a pool of worker processes, and %1", without.reason)
    advice = _("Close the pool and fork again, or use one of the alternatives.")
    return reason, advice, without.alternatives


def _without_carrying(
    threads: tuple[Thread, ...],
    audit: Audit,
    capabilities: Capabilities,
    lines: tuple[ReportLine, ...],
) -> Plain | Heal | Refuse:
    """Plan to leave threads behind: all are claimed, known to be safe, or reported gone."""
    claimed = _claimed_threads(capabilities)
    if not audit.complete:
        threads = tuple(Thread(tid, name, masked=False) for tid, name in capabilities.names.items())
        lines += (report.untold(),)
    left = [one for one in threads if one.tid not in claimed and one.name not in BYSTANDERS]
    gone = [thread for thread in left if thread.tid in capabilities.names]
    native = [thread for thread in left if thread.tid not in capabilities.names]
    if native and not _are_safe(native, audit):
        return Refuse(*_native(native, audit), report=lines)
    lines += tuple(report.of_thread(capabilities.names[thread.tid]) for thread in gone)
    lines += tuple(claim.line for claim in capabilities.claims if claim.line is not None)
    steps = tuple(dict.fromkeys(claim.step for claim in capabilities.claims))
    return Heal(steps, lines) if steps else Plain(lines)


def _are_safe(threads: list[Thread], audit: Audit) -> bool:
    """Nameless threads (they have the process's name) of libraries that see to forks themselves."""
    one_name = len({thread.name for thread in threads}) == 1
    return one_name and bool(audit.libraries) and audit.libraries <= FORK_SAFE


def _native(threads: list[Thread], audit: Audit) -> _Refusal:
    names = ", ".join(sorted({thread.name for thread in threads}))
    suspects = ", ".join(sorted(audit.libraries - FORK_SAFE)) or "a library"
    reason = _(
        "threads of %1 (%2) cannot be carried over; the copy would wait for them", suspects, names
    )
    return reason, _("Use one of the alternatives."), (SAVE_AND_LOAD, OLDER_CHECKPOINT)
