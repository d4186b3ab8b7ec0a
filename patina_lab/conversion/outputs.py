"""Outputs of an `.ipynb` as manifests, and back, with nothing lost.

Shapes: nbformat 4.5, "output"; `wire.Manifest`.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any, Literal

from patina_lab import wire
from patina_lab.conversion.content import Keep, Read
from patina_lab.model.outputs import (
    INLINE_BYTES,
    TAIL_BYTES,
    Blob,
    is_binary,
    pieces,
    storable_json,
)

Form = Literal["wrapped", "ended", "none"]
_INT64 = 2**63


def manifest(output: Mapping[str, Any], name: str, keep: Keep) -> wire.Manifest:
    """Return an output that nbformat finds valid as a manifest with this id."""
    match output["output_type"]:
        case "stream":
            return stream(str(output["name"]), str(output["text"]), name, keep)
        case "error":
            return wire.Manifest(
                id=name,
                type="error",
                ename=output["ename"],
                evalue=output["evalue"],
                traceback=list(output["traceback"]),
            )
        case kind:
            return wire.Manifest(
                id=name,
                type="execute_result" if kind == "execute_result" else "display_data",
                execution_count=output.get("execution_count"),
                data={mime: mime_value(mime, item, keep) for mime, item in output["data"].items()},
                metadata=storable_json(dict(output["metadata"])),
            )


def stream(kind: str, text: str, name: str, keep: Keep) -> wire.Manifest:
    """Return text as a manifest, exactly: what moved a cursor was settled where it was written."""
    blobs: list[Blob] = []
    if len(text.encode()) > TAIL_BYTES:
        blobs, text = [Blob.of(part.encode()) for part in pieces(text)], ""
    for blob in blobs:
        keep(blob)
    sealed = [
        wire.SealedChunk(blob=blob.hash, bytes=len(blob.data), lines=blob.data.count(b"\n"))
        for blob in blobs
    ]
    return wire.Manifest(id=name, type="stream", name=kind, sealed=sealed, tail=text)


def mime_value(mime: str, value: Any, keep: Keep) -> wire.MimeValue:
    """Return one representation: inline, or by the name of its bytes."""
    content, form = _content(mime, value)
    if len(content) < INLINE_BYTES and not _has_large_integer(value):
        return wire.MimeValue(inline=value)
    blob = Blob.of(content)
    keep(blob)
    return wire.MimeValue(blob=blob.hash, bytes=len(content), base64=form)


def _content(mime: str, value: Any) -> tuple[bytes, Form | None]:
    if is_json(mime) or not isinstance(value, str):
        return json.dumps(value, separators=(",", ":")).encode(), None
    return _decoded(value) if is_binary(mime) else (value.encode(), None)


def is_json(mime: str) -> bool:
    """Whether nbformat takes values of this type for JSON, also where they are text."""
    return mime == "application/json" or (
        mime.startswith("application/") and mime.endswith("+json")
    )


def _decoded(text: str) -> tuple[bytes, Form | None]:
    """Return the bytes that base64 stands for, and how its text was broken into lines.

    Other breaks than those that Python's libraries make are not kept.
    """
    try:
        data = base64.b64decode(text)
    except (binascii.Error, ValueError):
        return text.encode(), "none"
    plain = base64.b64encode(data).decode()
    if text == plain:
        return data, None
    if text == plain + "\n":
        return data, "ended"
    if "".join(text.split()) != plain:
        return text.encode(), "none"
    return data, "wrapped"


def _has_large_integer(value: Any) -> bool:
    """Whether there is an integer in a value that a document would not hold exactly."""
    match value:
        case bool() | str() | float() | None:
            return False
        case int():
            return not -_INT64 <= value < _INT64
        case dict():
            return any(map(_has_large_integer, value.values()))
        case _:
            return any(map(_has_large_integer, value))


def output(kept: wire.Manifest, read: Read) -> dict[str, Any]:
    """Return a manifest as an output of an `.ipynb`."""
    match kept.type:
        case "stream":
            text = stream_text(kept, read)
            return {"output_type": "stream", "name": kept.name, "text": text}
        case "error":
            return {
                "output_type": "error",
                "ename": kept.ename or "",
                "evalue": kept.evalue or "",
                "traceback": list(kept.traceback or ()),
            }
        case kind:
            values = (kept.data or {}).items()
            shown = {
                "output_type": kind,
                "data": {mime: _bundled(mime, value, read) for mime, value in values},
                "metadata": kept.metadata or {},
            }
            result = {"execution_count": kept.execution_count} if kind == "execute_result" else {}
            return {**shown, **result}


def stream_text(kept: wire.Manifest, read: Read) -> str:
    """Return the whole text of a stream."""
    sealed = [read(chunk.blob).decode(errors="replace") for chunk in kept.sealed or ()]
    return "".join(sealed) + (kept.tail or "")


def _bundled(mime: str, value: wire.MimeValue, read: Read) -> Any:
    if value.blob is None:
        return value.inline
    data = read(value.blob)
    if is_json(mime):
        return _json(data)
    if not is_binary(mime) or value.base64 == "none":
        return data.decode(errors="replace")
    if value.base64 == "wrapped":
        return base64.encodebytes(data).decode()
    return base64.b64encode(data).decode() + ("\n" if value.base64 == "ended" else "")


def _json(data: bytes) -> Any:
    text = data.decode(errors="replace")
    try:
        return json.loads(text)
    except ValueError:
        return text
