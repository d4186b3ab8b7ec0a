"""What a cell produced: streams, displays and errors, as values that never change.

Bytes that are large leave the model at once as blobs: an output then names them by their hash.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from patina_lab.model.ids import BlobHash, OutputId
from patina_lab.model.terminal import Terminal, feed

INLINE_BYTES = 8_192
"""From this size on a value is a blob."""
CHUNK_CHARS = 65_536
"""The most that goes into one sealed chunk of a stream."""
TAIL_BYTES = 4_096
"""The most of a stream that is not sealed."""
_INT64 = 2**63

StreamName = Literal["stdout", "stderr"]


@dataclass(frozen=True, slots=True)
class Blob:
    """Bytes and their name."""

    hash: BlobHash
    data: bytes

    @classmethod
    def of(cls, data: bytes) -> Blob:
        """Name some bytes by their SHA-256."""
        return cls(BlobHash(hashlib.sha256(data).hexdigest()), data)


@dataclass(frozen=True, slots=True)
class Inline:
    """A value small enough to stand in the document: as in a Jupyter MIME bundle."""

    value: Any


@dataclass(frozen=True, slots=True)
class BlobValue:
    """A value that is kept as a blob of so many bytes."""

    blob: BlobHash
    bytes: int


MimeValue = Inline | BlobValue


@dataclass(frozen=True, slots=True)
class Chunk:
    """A part of a stream that is final and kept as a blob of UTF-8 text."""

    blob: BlobHash
    bytes: int
    lines: int


@dataclass(frozen=True, slots=True)
class Stream:
    """One run of text to stdout or stderr: sealed chunks, settled text, and what can change."""

    id: OutputId
    name: StreamName
    sealed: tuple[Chunk, ...] = ()
    settled: str = ""
    terminal: Terminal = field(default_factory=Terminal)

    @property
    def tail(self) -> str:
        """The text after the sealed chunks."""
        return self.settled + self.terminal.window


@dataclass(frozen=True, slots=True)
class Display:
    """A MIME bundle a cell displayed, or (with a count) the value of its last expression."""

    id: OutputId
    data: Mapping[str, MimeValue]
    metadata: Mapping[str, Any]
    display_id: str | None = None
    execution_count: int | None = None
    is_result: bool = False


@dataclass(frozen=True, slots=True)
class ErrorOutput:
    """An exception, with its traceback's lines coloured by ANSI sequences."""

    id: OutputId
    ename: str
    evalue: str
    traceback: tuple[str, ...] = ()


Output = Stream | Display | ErrorOutput


def write(stream: Stream, text: str) -> tuple[Stream, tuple[Blob, ...]]:
    """Return the stream after more text, and the chunks that were sealed by it."""
    terminal, settled = feed(stream.terminal, storable(text))
    after = replace(stream, terminal=terminal, settled=stream.settled + settled)
    if len(after.tail.encode()) <= TAIL_BYTES:
        return after, ()
    return _seal(after)


def _seal(stream: Stream) -> tuple[Stream, tuple[Blob, ...]]:
    parts = list(pieces(stream.settled))
    blobs = tuple(Blob.of(part.encode()) for part in parts)
    chunks = tuple(
        Chunk(blob.hash, len(blob.data), part.count("\n"))
        for blob, part in zip(blobs, parts, strict=True)
    )
    return replace(stream, settled="", sealed=stream.sealed + chunks), blobs


def pieces(text: str) -> Iterable[str]:
    """Yield text in chunks of at most CHUNK_CHARS, cut at line ends where there are any."""
    start = 0
    while len(text) - start > CHUNK_CHARS:
        newline = text.rfind("\n", start, start + CHUNK_CHARS)
        end = start + CHUNK_CHARS if newline < 0 else newline + 1
        yield text[start:end]
        start = end
    if start < len(text):
        yield text[start:]


def storable(text: str) -> str:
    """Replace lone surrogates, which UTF-8 cannot hold."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    return text


def storable_json(value: Any) -> Any:
    """Return a JSON value as documents can hold it: text of UTF-8, integers of 64 bits."""
    match value:
        case str():
            return storable(value)
        case dict():
            return {storable(name): storable_json(item) for name, item in value.items()}
        case list() | tuple():
            return [storable_json(item) for item in value]
        case int() if not -_INT64 <= value < _INT64:
            return str(value)
        case _:
            return value


def shortened(text: str, limit: int) -> str:
    """Return text with its middle left out where it is longer than so many characters."""
    if len(text) <= limit:
        return text
    half = limit // 2
    left_out = len(text) - 2 * half
    return f"{text[:half]}\n[... {left_out:,} characters left out ...]\n{text[-half:]}"


def bundle(data: Mapping[str, Any]) -> tuple[dict[str, MimeValue], tuple[Blob, ...]]:
    """Return a MIME bundle with its large values as blobs, and these blobs."""
    values: dict[str, MimeValue] = {}
    blobs: list[Blob] = []
    for mime, value in data.items():
        kept = storable_json(value)
        content = _content(mime, kept)
        if len(content) < INLINE_BYTES:
            values[mime] = Inline(kept)
            continue
        blob = Blob.of(content)
        blobs.append(blob)
        values[mime] = BlobValue(blob.hash, len(content))
    return values, tuple(blobs)


def _content(mime: str, value: Any) -> bytes:
    """Return a value's bytes: base64 of binary types is decoded, JSON is written as text."""
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode()
    if is_binary(mime):
        try:
            return base64.b64decode(value, validate=False)
        except binascii.Error:
            return value.encode()
    return value.encode()


def is_binary(mime: str) -> bool:
    """Whether Jupyter sends values of this type as base64."""
    binary = mime.startswith(("image/", "audio/", "video/")) or mime == "application/pdf"
    return binary and not mime.endswith("+xml")
