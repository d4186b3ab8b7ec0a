"""A comparison as one HTML file that needs nothing beside it: to keep, to send, to print.

Nothing in it runs: text is escaped, pictures are data, and what a cell showed as HTML stands in a
frame that may neither run scripts nor reach anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape

from patina_lab import wire
from patina_lab.document.outputhtml import OutputHTML, text_html
from patina_lab.document.outputtext import Reader
from patina_lab.document.words import Words

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


def comparison_page(comparison: wire.Comparison, notebook: str, read: Reader, words: Words) -> str:
    """Return the file. What of `comparison` is the same is left out."""
    left, right = comparison.left.title, comparison.right.title
    title = words.gettext("%1: %2 and %3", notebook, left, right)
    sections = _Sections(words, (left, right), OutputHTML(words, read))
    parts = [
        f"<h1>{escape(title)}</h1>",
        f"<p>{escape(_summary(comparison, words))}</p>",
        *(part for cell in comparison.cells if cell.differs for part in sections.of(cell)),
        *_variables(comparison, words),
    ]
    return (
        f'<!DOCTYPE html>\n<html lang="{words.language}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>\n<body>\n"
        + "\n".join(parts)
        + "\n</body></html>\n"
    )


def _summary(comparison: wire.Comparison, words: Words) -> str:
    different, alike = comparison.cells_different, comparison.globals_different
    told = [
        words.gettext("%1 of %2 executions differ", different, comparison.cells_total),
        words.gettext("%1 of %2 variables differ", alike, comparison.globals_total),
    ]
    if shared := comparison.shared:
        one = "%1 output from before the fork is shared"
        told.append(words.ngettext(one, "%1 outputs from before the fork are shared", shared))
    listed = sum(1 for cell in comparison.cells if cell.differs)
    if listed < different:
        told.append(words.gettext("the first %1 are listed", listed))
    return " · ".join(told)


@dataclass(frozen=True, slots=True)
class _Sections:
    """What is told of each cell that differs."""

    words: Words
    titles: tuple[str, str]
    outputs: OutputHTML

    def of(self, cell: wire.ComparedCell) -> Iterator[str]:
        gettext = self.words.gettext
        seqs = ", ".join(f"#{ran.seq}" for ran in (cell.left, cell.right) if ran is not None)
        differs = ", ".join(self.words.difference(what, *self.titles) for what in cell.differs)
        yield f"<section><h2>{seqs}: {escape(differs)}</h2>"
        if cell.code:
            yield f"<h3>{escape(gettext('Code'))}</h3>{self._lines(cell.code)}"
        if cell.output:
            yield f"<h3>{escape(gettext('Text'))}</h3>{self._lines(cell.output)}"
        yield '<div class="pair">'
        yield self._side(self.titles[0], cell.left, cell)
        yield self._side(self.titles[1], cell.right, cell)
        yield "</div></section>"

    def _lines(self, lines: Iterable[wire.DiffLine]) -> str:
        return f"<pre>{chr(10).join(map(self._line, lines))}</pre>"

    def _line(self, line: wire.DiffLine) -> str:
        text = line.text
        if line.kind == "gap":
            text = self.words.gettext("⋯ %1 lines that are the same", text)
        return f'<span class="{line.kind}">{_SIGNS[line.kind]}{escape(text)}</span>'

    def _side(self, title: str, ran: wire.OutputCell | None, cell: wire.ComparedCell) -> str:
        if ran is None:
            said = self.words.gettext("%1 did not run it", title)
            return f"<div><p>{escape(said)}</p></div>"
        status = self.words.status(ran.status)
        head = f"<h3>{escape(title)} #{ran.seq} · {escape(status)}</h3>"
        times = f"<p>{escape(ran.started or ran.queued)} – {escape(ran.ended or '')}</p>"
        source = "" if cell.code else text_html(ran.source, self.words)
        shown = "".join(part for output in ran.outputs for part in self.outputs.of(output))
        return f"<div>{head}{times}{source}{shown}</div>"


def _variables(comparison: wire.Comparison, words: Words) -> Iterator[str]:
    rows = [row for row in comparison.globals if row.verdict == "different"]
    if not rows:
        return
    heads = (words.gettext("Name"), comparison.left.title, comparison.right.title)
    yield f"<section><h2>{escape(words.gettext('Variables'))}</h2><table><thead><tr>"
    yield "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
    yield "</tr></thead><tbody>"
    yield from map(_row, rows)
    yield "</tbody></table>"
    if alike := comparison.globals_alike:
        one = "%1 more variable looks alike and may differ inside."
        many = "%1 more variables look alike and may differ inside."
        yield f"<p>{escape(words.ngettext(one, many, alike))}</p>"
    yield "</section>"


def _row(row: wire.ComparedGlobal) -> str:
    values = "".join(f"<td>{escape(_value(side))}</td>" for side in (row.left, row.right))
    return f'<tr><th scope="row">{escape(row.name)}</th>{values}</tr>'


def _value(row: wire.Global | None) -> str:
    if row is None:
        return "–"
    shape = f" {'×'.join(map(str, row.shape))}" if row.shape else ""
    return f"{row.type}{shape}: {row.summary}"
