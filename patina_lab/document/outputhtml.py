"""An output as HTML in which nothing runs."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from patina_lab import wire
from patina_lab.document.outputtext import PICTURES, Reader, errors, stream_parts, text_of
from patina_lab.document.words import Words

MOST_TEXT = 100_000
"""Of a longer text only so many characters at its end are shown."""
_PLAIN = "text/plain"


def text_html(text: str, words: Words) -> str:
    """Return a text as it is; nothing, where there is none to be seen."""
    left_out = len(text) - MOST_TEXT
    if left_out > 0:
        text = f"{words.gettext('⋯ %1 characters left out', left_out)}\n{text[-MOST_TEXT:]}"
    return f"<pre>{escape(text)}</pre>" if text.strip() else ""


@dataclass(frozen=True, slots=True)
class OutputHTML:
    """Makes HTML of outputs; bytes are read as they are needed."""

    words: Words
    read: Reader

    def of(self, output: wire.Manifest) -> Iterator[str]:
        """Yield what it shows: of several representations the one that says most."""
        yield from (text_html(text.text, self.words) for text in errors(output))
        if output.type == "stream":
            yield text_html("".join(stream_parts(output, self.read)), self.words)
        data = output.data or {}
        picture = next((mime for mime in PICTURES if mime in data), None)
        if picture is not None:
            source = self._data_url(picture, data[picture])
            yield f'<img alt="{escape(self._text(_PLAIN, data))}" src="{source}">'
        elif "text/html" in data:
            title = escape(self.words.gettext("HTML output"))
            page = escape(self._text("text/html", data))
            yield f'<iframe sandbox title="{title}" srcdoc="{page}"></iframe>'
        elif _PLAIN in data:
            yield text_html(self._text(_PLAIN, data), self.words)

    def _text(self, mime: str, data: dict[str, wire.MimeValue]) -> str:
        return text_of(mime, data[mime], self.read) if mime in data else ""

    def _data_url(self, mime: str, value: wire.MimeValue) -> str:
        if value.blob is not None:
            data = base64.b64encode(self.read(value.blob)).decode()
        elif mime.endswith("xml"):
            data = base64.b64encode(text_of(mime, value, self.read).encode()).decode()
        else:
            inline = value.inline if isinstance(value.inline, str) else json.dumps(value.inline)
            data = escape("".join(inline.split()))
        return f"data:{mime};base64,{data}"
