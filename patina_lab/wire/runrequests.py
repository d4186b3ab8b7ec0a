"""What is asked of runs, and what is answered."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import field

from patina_lab.wire.names import OnCrash, OnServerStop
from patina_lab.wire.runs import ReportLine
from patina_lab.wire.wording import Wire

MAX_TITLE = 200


class NewRun(Wire, frozen=True, forbid_unknown_fields=True):
    """Body of `POST api/patina/notebooks/{id}/runs`.

    `globals_timeout_ms`: how long its kernel looks at the variables after a cell, in milliseconds.
    """

    kernel: str | None = None
    title: str | None = None
    checkpoints: int | Literal["auto", "off"] = "auto"
    on_crash: OnCrash = "ask"
    on_server_stop: OnServerStop | None = None
    globals_timeout_ms: int = 200


class CellReference(Wire, frozen=True, forbid_unknown_fields=True):
    """A cell to run, and the SHA-256 of the source (UTF-8, hex) the caller sees."""

    id: str
    source_hash: str | None = None


class Execute(Wire, frozen=True, forbid_unknown_fields=True):
    """Body of `POST api/patina/runs/{run}/execute`. The same `request_id` runs nothing twice.

    `parameters` are assigned after the cell that is tagged `parameters`, or before all of them.
    """

    cells: list[CellReference]
    request_id: str
    parameters: dict[str, Any] | None = None


class Input(Wire, frozen=True, forbid_unknown_fields=True):
    """Body of `POST api/patina/runs/{run}/input`. `output_cell` is a seq."""

    output_cell: int
    value: str


class RenameRun(Wire, frozen=True, forbid_unknown_fields=True):
    """Body of `PATCH api/patina/runs/{run}`."""

    title: str


class ForkRun(Wire, frozen=True, forbid_unknown_fields=True):
    """Body of `POST api/patina/runs/{run}/fork`. The same `request_id` forks nothing twice."""

    after_seq: int | None = None
    title: str | None = None
    cells: list[CellReference] = field(default_factory=list)
    reseed: bool = False
    request_id: str | None = None


class Checkpoint(Wire, frozen=True):
    """A kept state: that before output cell `seq`, and the memory only it uses."""

    seq: int
    taken: str
    private_bytes: int


class SaveReply(Wire, frozen=True):
    """Reply of `POST api/patina/runs/{run}/save`. `path` is relative to the server's root."""

    path: str
    bytes: int
    report: list[ReportLine]


class LoadRun(Wire, frozen=True, forbid_unknown_fields=True):
    """Body of `POST api/patina/runs/{run}/load`. `trust`: a person has said yes to foreign code."""

    trust: bool = False


class ChangeOutputCell(Wire, frozen=True, forbid_unknown_fields=True):
    """Body of `PATCH api/patina/runs/{run}/timeline/{seq}`."""

    pinned: bool


class FreeSpace(Wire, frozen=True, forbid_unknown_fields=True):
    """Body of `POST api/patina/runs/{run}/free-space`: of its output cells the latest are kept."""

    keep: int


class FreedSpace(Wire, frozen=True):
    """Output cells that were deleted, the bytes freed on disk, and how many old ones were spared.

    Spared are those that are pinned, that have not ended, or that forks have from the run.
    """

    deleted: int
    bytes: int
    spared: int
