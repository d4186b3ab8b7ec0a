"""What an output cell says, as text. Bytes are read only of what is asked for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from patina_lab import wire
from patina_lab.model.comparing import settled
from patina_lab.model.searching import Text, plain

Reader = Callable[[str], bytes]
"""Returns the bytes of a blob by its name. Raises LookupError or BlobDamagedError."""

PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml")
PLOTS = ("application/vnd.plotly", "application/vnd.vega", "application/vnd.bokehjs")
"""Types of plots that the page draws itself begin so."""


def texts(cell: wire.OutputCell, read: Reader) -> Iterator[Text]:
    """Yield all that can be searched, what costs nothing first."""
    yield Text("code", cell.source)
    yield from (Text("name", name) for name in cell.globals_changed or ())
    for output in cell.outputs:
        yield from errors(output)
    for output in cell.outputs:
        yield from (Text("output", plain(text)) for text in stream_parts(output, read))
        yield from (Text("output", text) for text in shown_text(output, read))


def errors(output: wire.Manifest) -> Iterator[Text]:
    """Yield what an error says."""
    if output.type == "error":
        yield Text("error", f"{output.ename}: {output.evalue}")
        yield Text("error", plain("\n".join(output.traceback or ())))


def stream_parts(output: wire.Manifest, read: Reader) -> Iterator[str]:
    """Yield the text of a stream, chunk by chunk."""
    if output.type == "stream":
        for chunk in output.sealed or ():
            yield read(chunk.blob).decode(errors="replace")
        yield output.tail or ""


def shown_text(output: wire.Manifest, read: Reader) -> Iterator[str]:
    """Yield what a display says: each of its representations that is text."""
    for mime, value in (output.data or {}).items():
        if is_text(mime):
            yield text_of(mime, value, read)


def is_text(mime: str) -> bool:
    """Whether a representation can be read."""
    return mime.startswith("text/") or mime.endswith("json")


def text_of(mime: str, value: wire.MimeValue, read: Reader) -> str:
    """Return a representation as text."""
    if value.blob is not None:
        return read(value.blob).decode(errors="replace")
    if isinstance(value.inline, str) and not mime.endswith("json"):
        return value.inline
    return json.dumps(value.inline, ensure_ascii=False, sort_keys=True)


def picture(cell: wire.OutputCell) -> wire.Thumbnail | None:
    """Return the first picture of an output cell, or that it has a plot which the page draws."""
    for output in cell.outputs:
        data = output.data or {}
        for mime in PICTURES:
            if mime in data:
                return wire.Thumbnail(mime=mime, value=data[mime])
        for mime in data:
            if mime.startswith(PLOTS):
                return wire.Thumbnail(mime=mime)
    return None


def output_text(cell: wire.OutputCell, read: Reader) -> str:
    """Return what an output cell says where it says it in text alone, to be compared by line."""
    parts: list[str] = []
    for output in cell.outputs:
        data = output.data or {}
        if output.type == "error":
            parts.append(f"{output.ename}: {output.evalue}\n")
        parts += stream_parts(output, read)
        if set(data) == {_PLAIN}:
            parts.append(f"{text_of(_PLAIN, data[_PLAIN], read)}\n")
    return plain("".join(parts))


_PLAIN = "text/plain"
_MOST_SETTLED = 2**20
"""Larger representations than this many bytes are compared by their names alone."""


class OutputComparer:
    """Tells whether two output cells show the same.

    A stream counts as a whole: where it was cut into chunks, and how stdout and stderr took turns,
    depends on the moment. Of an error its type and message count. Addresses in memory and random
    identifiers do not count.
    """

    def __init__(self, read: Reader) -> None:
        self._read = read

    def same(self, left: list[wire.Manifest], right: list[wire.Manifest]) -> bool:
        """Return whether two lists of outputs show the same. Blobs are read only where needed."""
        streams = ("stdout", "stderr")
        return self._same_shown(left, right) and all(
            self._same_stream(_of(left, name), _of(right, name)) for name in streams
        )

    def _same_stream(self, left: list[wire.Manifest], right: list[wire.Manifest]) -> bool:
        if [_content(output) for output in left] == [_content(output) for output in right]:
            return True
        return self._whole(left) == self._whole(right)

    def _whole(self, outputs: list[wire.Manifest]) -> str:
        parts = (part for output in outputs for part in stream_parts(output, self._read))
        return settled("".join(parts))

    def _same_shown(self, left: list[wire.Manifest], right: list[wire.Manifest]) -> bool:
        ours = [output for output in left if output.type != "stream"]
        theirs = [output for output in right if output.type != "stream"]
        return len(ours) == len(theirs) and all(map(self._same_output, ours, theirs))

    def _same_output(self, left: wire.Manifest, right: wire.Manifest) -> bool:
        if (left.ename, settled(left.evalue or "")) != (right.ename, settled(right.evalue or "")):
            return False
        ours, theirs = left.data or {}, right.data or {}
        rich = ours.keys() - {_PLAIN} or {_PLAIN}
        return ours.keys() == theirs.keys() and all(
            self._same_value(mime, ours[mime], theirs[mime]) for mime in rich & ours.keys()
        )

    def _same_value(self, mime: str, left: wire.MimeValue, right: wire.MimeValue) -> bool:
        if left == right:
            return True
        too_large = max(left.bytes or 0, right.bytes or 0) > _MOST_SETTLED
        if too_large or not (is_text(mime) or mime.endswith("xml")):
            return False
        texts = (settled(text_of(mime, value, self._read)) for value in (left, right))
        return next(texts) == next(texts)


def _of(outputs: list[wire.Manifest], name: str) -> list[wire.Manifest]:
    return [output for output in outputs if output.type == "stream" and output.name == name]


def _content(stream: wire.Manifest) -> tuple[tuple[str, ...], str]:
    return tuple(chunk.blob for chunk in stream.sealed or ()), stream.tail or ""
