"""A comparison as one HTML file that needs nothing beside it: to keep, to send, to print.

Nothing in it runs: text is escaped, pictures are data, and what a cell showed as HTML stands in a
frame that may neither run scripts nor reach anything.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from html import escape

from patina_lab import wire
from patina_lab.document.outputtext import (
    PICTURES,
    Reader,
    errors,
    stream_parts,
    text_of,
)

MOST_TEXT = 100_000
"""Of a longer text only so many characters at its end are in the file."""

_STYLE = """
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 1200px; margin: 0 auto; padding: 1rem; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)); gap: 1rem; }
.pair > * { min-width: 0; }
pre { margin: 0.3rem 0; padding: 0.5rem; overflow: auto; border: 1px solid #8888; }
section { margin: 2rem 0; padding-top: 0.5rem; border-top: 2px solid #8888; }
.left { text-decoration: line-through; }
.left, .right { font-weight: 600; }
img, iframe { max-width: 100%; border: 1px solid #8888; background: white; }
iframe { width: 100%; height: 20rem; }
table { border-collapse: collapse; width: 100%; }
th, td { padding: 0.2rem 0.5rem; border: 1px solid #8888; text-align: left; vertical-align: top; }
td { font-family: monospace; overflow-wrap: anywhere; }
"""
_SIGNS = {"same": "  ", "left": "- ", "right": "+ ", "gap": ""}
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-src 'self'"


def comparison_page(comparison: wire.Comparison, notebook: str, read: Reader) -> str:
    """Return the file. What of `comparison` is the same is left out."""
    left, right = comparison.left.title, comparison.right.title
    title = f"{notebook}: {left} and {right}"
    cells = [cell for cell in comparison.cells if cell.differs]
    parts = [
        f"<h1>{escape(title)}</h1>",
        f"<p>{escape(_summary(comparison))}</p>",
        *(part for cell in cells for part in _section(cell, left, right, read)),
        *_variables(comparison),
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>\n<body>\n"
        + "\n".join(parts)
        + "\n</body></html>\n"
    )


def _summary(comparison: wire.Comparison) -> str:
    told = [
        f"{comparison.cells_different} of {comparison.cells_total} executions differ",
        f"{comparison.globals_different} of {comparison.globals_total} variables differ",
    ]
    if comparison.shared:
        told.append(f"{comparison.shared} output cells from before the fork are shared")
    listed = sum(1 for cell in comparison.cells if cell.differs)
    if listed < comparison.cells_different:
        told.append(f"the first {listed} are listed")
    return "; ".join(told) + "."


def _section(cell: wire.ComparedCell, left: str, right: str, read: Reader) -> Iterator[str]:
    seqs = " and ".join(f"#{ran.seq}" for ran in (cell.left, cell.right) if ran is not None)
    yield f"<section><h2>{seqs}: {escape(', '.join(cell.differs))}</h2>"
    if cell.code:
        yield f"<h3>Code</h3>{_lines(cell.code)}"
    if cell.output:
        yield f"<h3>Text</h3>{_lines(cell.output)}"
    sides = ((left, cell.left), (right, cell.right))
    yield '<div class="pair">'
    yield from (_side(title, ran, cell, read) for title, ran in sides)
    yield "</div></section>"


def _lines(lines: Iterable[wire.DiffLine]) -> str:
    def shown(line: wire.DiffLine) -> str:
        text = f"⋯ {line.text} lines that are the same" if line.kind == "gap" else line.text
        return f'<span class="{line.kind}">{_SIGNS[line.kind]}{escape(text)}</span>'

    text = "\n".join(map(shown, lines))
    return f"<pre>{text}</pre>"


def _side(title: str, ran: wire.OutputCell | None, cell: wire.ComparedCell, read: Reader) -> str:
    if ran is None:
        return f"<div><h3>{escape(title)}</h3><p>did not run it</p></div>"
    head = f"<h3>{escape(title)}, #{ran.seq}, {ran.status}</h3>"
    times = f"<p>{escape(ran.started or ran.queued)} – {escape(ran.ended or '')}</p>"
    source = "" if cell.code else _pre(ran.source)
    shown = "".join(part for output in ran.outputs for part in _output(output, read))
    return f"<div>{head}{times}{source}{shown}</div>"


def _pre(text: str) -> str:
    left_out = len(text) - MOST_TEXT
    cut = f"⋯ {left_out} characters left out\n{text[-MOST_TEXT:]}" if left_out > 0 else text
    return f"<pre>{escape(cut)}</pre>" if text.strip() else ""


def _output(output: wire.Manifest, read: Reader) -> Iterator[str]:
    yield from (_pre(text.text) for text in errors(output))
    if output.type == "stream":
        yield _pre("".join(stream_parts(output, read)))
    data = output.data or {}
    picture = next((mime for mime in PICTURES if mime in data), None)
    if picture is not None:
        alternative = text_of("text/plain", data["text/plain"], read) if _PLAIN in data else ""
        source = _data_url(picture, data[picture], read)
        yield f'<img alt="{escape(alternative)}" src="{source}">'
    elif "text/html" in data:
        page = escape(text_of("text/html", data["text/html"], read))
        yield f'<iframe sandbox title="HTML output" srcdoc="{page}"></iframe>'
    elif _PLAIN in data:
        yield _pre(text_of(_PLAIN, data[_PLAIN], read))


_PLAIN = "text/plain"


def _data_url(mime: str, value: wire.MimeValue, read: Reader) -> str:
    if value.blob is not None:
        data = base64.b64encode(read(value.blob)).decode()
    elif mime.endswith("xml"):
        data = base64.b64encode(text_of(mime, value, read).encode()).decode()
    else:
        inline = value.inline if isinstance(value.inline, str) else json.dumps(value.inline)
        data = escape("".join(inline.split()))
    return f"data:{mime};base64,{data}"


def _variables(comparison: wire.Comparison) -> Iterator[str]:
    rows = [row for row in comparison.globals if row.verdict == "different"]
    if not rows:
        return
    yield "<section><h2>Variables</h2><table><thead><tr><th>Name</th>"
    yield f"<th>{escape(comparison.left.title)}</th><th>{escape(comparison.right.title)}</th>"
    yield "</tr></thead><tbody>"
    for row in rows:
        values = "".join(f"<td>{escape(_value(side))}</td>" for side in (row.left, row.right))
        yield f'<tr><th scope="row">{escape(row.name)}</th>{values}</tr>'
    yield "</tbody></table>"
    if comparison.globals_alike:
        yield f"<p>{comparison.globals_alike} more look alike and may differ inside.</p>"
    yield "</section>"


def _value(row: wire.Global | None) -> str:
    if row is None:
        return "–"
    shape = f" {'×'.join(map(str, row.shape))}" if row.shape else ""
    return f"{row.type}{shape}: {row.summary}"
