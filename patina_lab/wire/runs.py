"""Runs, as they are told of."""

from __future__ import annotations

from patina_lab.wire.names import Capability, RunStatus
from patina_lab.wire.wording import Wire, Worded, Wordings


class Phase(Worded, Wire, frozen=True):
    """What a starting run is doing, since when, and how long it took last time."""

    name: str
    since: str
    previous_ms: int | None = None
    wording: Wordings | None = None


class ForkPoint(Wire, frozen=True):
    """Where a run was forked: its parent, and the last output cell it shares with it."""

    run: str
    seq: int


class ReportLine(Worded, Wire, frozen=True):
    """One thing a fork or a load could not carry exactly."""

    kind: str
    name: str
    what: str
    advice: str
    wording: Wordings | None = None


class RunError(Worded, Wire, frozen=True):
    """Why a run failed: what happened, and what a person can do."""

    message: str
    reason: str
    hint: str
    wording: Wordings | None = None


class Crash(Worded, Wire, frozen=True):
    """The kernel's process ended, and a state of before was kept: undo goes on from it.

    `seq` is the output cell that ran then, before which it goes on; absent when none ran.
    """

    reason: str
    seq: int | None = None
    wording: Wordings | None = None


class SavedState(Wire, frozen=True):
    """A state of the run on disk: when it was saved, and the last output cell it has."""

    at: str
    seq: int
    bytes: int


class Run(Wire, frozen=True):
    """One kernel and its timeline (the timeline itself is not part of this shape).

    `checkpoints` are the output cells before which a state is kept, as far as is known.
    `loaded_seq`: the session began with a saved state, the one after this output cell.
    """

    id: str
    notebook: str
    title: str
    created: str
    kernel_name: str
    language: str
    status: RunStatus
    queue: list[int]
    last_seq: int
    session: int
    kernel_id: str | None = None
    phase: Phase | None = None
    parent: ForkPoint | None = None
    memory_bytes: int | None = None
    report: list[ReportLine] | None = None
    error: RunError | None = None
    capabilities: list[Capability] | None = None
    checkpoints: list[int] | None = None
    crash: Crash | None = None
    saved: SavedState | None = None
    globals_total: int | None = None
    loaded_seq: int | None = None
