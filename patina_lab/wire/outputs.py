"""Output cells, and what they show."""

from __future__ import annotations

from typing import Any, Literal

from patina_lab.wire.names import CellStatus, OutputType
from patina_lab.wire.wording import Wire


class MimeValue(Wire, frozen=True):
    """One representation of an output: inline, or the blob that holds its bytes.

    `inline` is the MIME bundle's value as Jupyter sends it (a string, or JSON for JSON types).
    A blob holds the same value: UTF-8 text, decoded bytes for base64 image types, or JSON text.
    `base64`: of an import, how its text was broken into lines in the file, at 76 characters or
    only at its end, so that an export has it again; `none`: it was no base64, and is text.
    """

    inline: Any = None
    blob: str | None = None
    bytes: int | None = None
    base64: Literal["wrapped", "ended", "none"] | None = None


class SealedChunk(Wire, frozen=True):
    """A finished part of a stream, kept as a blob of UTF-8 text."""

    blob: str
    bytes: int
    lines: int


class Manifest(Wire, frozen=True):
    """One output of an output cell. Which fields are present depends on `type`."""

    id: str
    type: OutputType
    display_id: str | None = None
    execution_count: int | None = None
    name: str | None = None
    data: dict[str, MimeValue] | None = None
    metadata: dict[str, Any] | None = None
    ename: str | None = None
    evalue: str | None = None
    traceback: list[str] | None = None
    sealed: list[SealedChunk] | None = None
    tail: str | None = None


class OutputCell(Wire, frozen=True):
    """One execution: the source as it ran, and what came of it."""

    seq: int
    id: str
    cell: str
    source: str
    source_hash: str
    status: CellStatus
    requested_by: str
    queued: str
    session: int
    outputs: list[Manifest]
    execution_count: int | None = None
    started: str | None = None
    ended: str | None = None
    input_request: InputRequest | None = None
    globals_changed: list[str] | None = None
    globals_new: list[str] | None = None
    globals_gone: list[str] | None = None
    globals_maybe: list[str] | None = None
    undone: bool = False
    pinned: bool = False


class InputRequest(Wire, frozen=True):
    """The kernel waits for a line of input; any client may answer it, once."""

    prompt: str
    password: bool = False
