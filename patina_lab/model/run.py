"""A run: one kernel and the timeline it makes. Output cells that are final are not kept here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from patina_lab.model.cells import OutputCell
from patina_lab.model.ids import KernelId, NotebookId, RequestId, RunId, Seq


class RunStatus(StrEnum):
    """What the kernel of a run does."""

    STARTING = "starting"
    IDLE = "idle"
    BUSY = "busy"
    FORKING = "forking"
    FAILED = "failed"
    STOPPED = "stopped"
    LOST = "lost"


LIVE = frozenset({RunStatus.STARTING, RunStatus.IDLE, RunStatus.BUSY, RunStatus.FORKING})
"""The states in which a run takes cells."""


@dataclass(frozen=True, slots=True)
class Phase:
    """What a starting run is doing, since when, and how long that took last time."""

    name: str
    since: str
    previous_ms: int | None = None


@dataclass(frozen=True, slots=True)
class RunError:
    """Why a run is not well: what happened, why, and what to do."""

    message: str
    reason: str
    hint: str


@dataclass(frozen=True, slots=True)
class Run:
    """The state that decides what happens next."""

    id: RunId
    notebook: NotebookId
    title: str
    created: str
    kernel_name: str
    language: str
    status: RunStatus = RunStatus.STARTING
    session: int = 1
    last_seq: int = 0
    kernel_id: KernelId | None = None
    phase: Phase | None = None
    error: RunError | None = None
    current: OutputCell | None = None
    waiting: tuple[OutputCell, ...] = ()
    recent: tuple[OutputCell, ...] = ()
    """The latest final cells of this session: a thread of theirs may go on printing."""
    interrupted: bool = False
    """The running cell was asked to stop."""
    requests: Mapping[RequestId, tuple[Seq, ...]] = field(default_factory=dict)
    """The latest requests and what they led to, so that a repeated one does nothing."""

    @property
    def queue(self) -> tuple[Seq, ...]:
        """The output cells that wait, in their order."""
        return tuple(cell.seq for cell in self.waiting)

    @property
    def is_live(self) -> bool:
        """Whether the run has a kernel, or is about to have one."""
        return self.status in LIVE
