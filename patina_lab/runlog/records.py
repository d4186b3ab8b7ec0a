"""The records of a run log. Pure.

Format: one JSON object a line, `record` names its kind (docs/reference/format.md, "Run log").
An output is written again when it has grown; of a stream only what is new is written: the chunks
from `sealed_from` on, and the tail.
"""

from __future__ import annotations

import msgspec
from msgspec import Struct

from patina_lab import wire
from patina_lab.model.resuming import Resume
from patina_lab.model.run import KernelSettings

SCHEMA = 3


class Header(Struct, tag="run", tag_field="record", frozen=True, kw_only=True, omit_defaults=True):
    """The first record: which run this is."""

    schema: int
    id: str
    notebook: str
    title: str
    created: str
    kernel_name: str
    language: str
    parent: wire.ForkPoint | None = None
    settings: KernelSettings | None = None
    """Where they are others than usual: each kernel of the run is told."""


class Opened(Struct, tag="opened", tag_field="record", frozen=True, omit_defaults=True):
    """An output cell was asked for, by that request of a client."""

    cell: wire.OutputCell
    request: str = ""


class Began(Struct, tag="began", tag_field="record", frozen=True, kw_only=True):
    """The code of an output cell is about to be sent to the kernel."""

    seq: int
    at: str


class OutputWritten(
    Struct, tag="output", tag_field="record", frozen=True, kw_only=True, omit_defaults=True
):
    """The output at `index` of a cell is now this; those behind it are gone."""

    seq: int
    index: int
    output: wire.Manifest
    sealed_from: int = 0


class OutputsCut(Struct, tag="cut", tag_field="record", frozen=True, kw_only=True):
    """Only the first `count` outputs of a cell are left."""

    seq: int
    count: int


class Closed(
    Struct, tag="closed", tag_field="record", frozen=True, kw_only=True, omit_defaults=True
):
    """An output cell has come to its end."""

    seq: int
    status: wire.CellStatus
    ended: str
    started: str | None = None
    execution_count: int | None = None


class KernelStarted(Struct, tag="kernel", tag_field="record", frozen=True, kw_only=True):
    """A session began."""

    session: int
    kernel_id: str
    at: str


class KernelEnded(
    Struct, tag="ended", tag_field="record", frozen=True, kw_only=True, omit_defaults=True
):
    """The kernel is gone: stopped, failed; with the reason when something was wrong."""

    status: wire.RunStatus
    at: str
    error: wire.RunError | None = None
    crash: wire.Crash | None = None


class Reattached(Struct, tag="reattached", tag_field="record", frozen=True, kw_only=True):
    """The kernel outlived the server, and another server found it."""

    at: str


class Retitled(Struct, tag="renamed", tag_field="record", frozen=True, kw_only=True):
    """The run has another title."""

    title: str


class Forked(Struct, tag="forked", tag_field="record", frozen=True, kw_only=True):
    """The run's kernel is a fork of its parent's, and what that could not carry exactly."""

    at: str
    report: list[wire.ReportLine]


class Loaded(
    Struct, tag="loaded", tag_field="record", frozen=True, kw_only=True, omit_defaults=True
):
    """The session began with a state that was saved, and what of it did not come back.

    `seq`: the state is the one after this output cell; older logs do not say which.
    """

    at: str
    report: list[wire.ReportLine]
    seq: int | None = None


class UndoneCells(Struct, tag="undone", tag_field="record", frozen=True, kw_only=True):
    """The kernel went back to before these cells; what is in force is the state after `position`.

    After a crash it also means: the kernel goes on.
    """

    seqs: list[int]
    position: int
    at: str


class GlobalsTold(Struct, tag="globals", tag_field="record", frozen=True, kw_only=True):
    """A cell changed these variables; or the session began with them, after `seq`."""

    seq: int
    session: int
    delta: list[wire.Global]
    total: int


class Pinned(Struct, tag="pinned", tag_field="record", frozen=True, kw_only=True):
    """An output cell was pinned, or is no longer."""

    seq: int
    pinned: bool


class Deleted(Struct, tag="deleted", tag_field="record", frozen=True, kw_only=True):
    """An output cell was deleted from the history: this stands where it was opened."""

    seq: int


class Heard(Struct, tag="heard", tag_field="record", frozen=True, kw_only=True, omit_defaults=True):
    """What the kernel said up to the message at `position` of its journal led to these records.

    One line, so that both are kept or neither: a message is heard once.
    """

    position: int
    records: list[Record] = []
    resume: dict[int, Resume] = {}


Record = (
    Header
    | Opened
    | Began
    | Heard
    | Reattached
    | OutputWritten
    | OutputsCut
    | Closed
    | KernelStarted
    | KernelEnded
    | Retitled
    | Forked
    | Loaded
    | UndoneCells
    | GlobalsTold
    | Pinned
    | Deleted
)

_encoder = msgspec.json.Encoder(enc_hook=wire.plainly)
_decoder: msgspec.json.Decoder[Record] = msgspec.json.Decoder(Record)


def encode(record: Record) -> bytes:
    """Return a record as a line."""
    return _encoder.encode(record) + b"\n"


def decode(line: bytes) -> Record:
    """Return the record in a line; msgspec.DecodeError when it is none."""
    return _decoder.decode(line)
