r"""Formulas of a page as MathML, which browsers draw without a program from the network.

What cannot be drawn is there as it was typed. Formulas within HTML that a cell has put out stay as
they are: there, a dollar is more often one.
"""

from __future__ import annotations

import html
import re
from typing import Any
from xml.etree import ElementTree as ET

from jinja2 import pass_context
from latex2mathml.converter import convert_to_element
from markupsafe import Markup, escape
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

_NUMBERING = re.compile(r"\\(?:label\s*\{[^}]*\}|nonumber\b|notag\b)")
_DELIMITED = re.compile(
    r"\$\$(?P<b1>.+?)\$\$|\\\[(?P<b2>.+?)\\\]|(?P<b3>\\begin\{(?P<name>\w+\*?)\}.*?\\end\{(?P=name)\})"
    r"|\$(?P<i1>.+?)\$|\\\((?P<i2>.+?)\\\)",
    re.DOTALL,
)
_NOT_TAKEN = ("href", "style")
"""Attributes that a formula can ask for, and that do more than draw it."""


class PageExporter(HTMLExporter):
    """HTML with its formulas in it."""

    def default_filters(self) -> Any:
        """Return the filters of templates, with ours for texts and for LaTeX."""
        yield from super().default_filters()
        yield ("markdown2html", self._markdown)
        yield ("latex2mathml", latex_output)

    @pass_context
    def _markdown(self, context: Any, source: str) -> str:
        attachments = context.get("cell", {}).get("attachments", {})
        renderer = _Renderer(escape=False, attachments=attachments, **self.lexer_options)
        return str(MarkdownWithMath(renderer=renderer).render(source))


class _Renderer(IPythonRenderer):
    """Writes a text cell as HTML."""

    def block_math(self, body: str) -> str:
        return mathml(body, f"$${body}$$", block=True)

    def inline_math(self, body: str) -> str:
        return mathml(body, f"${body}$", block=False)

    def latex_environment(self, name: str, body: str) -> str:
        whole = rf"\begin{{{name}}}{body}\end{{{name}}}"
        return mathml(whole, whole, block=True)


def latex_output(text: str) -> Markup:
    """Return an output of LaTeX as HTML: text, and the formulas in it."""
    parts, at = [], 0
    for found in _DELIMITED.finditer(text):
        parts.append(str(escape(text[at : found.start()])))
        block = found["b1"] or found["b2"] or found["b3"]
        formula = block or found["i1"] or found["i2"]
        parts.append(mathml(formula, found[0], block=bool(block)))
        at = found.end()
    parts.append(str(escape(text[at:])))
    return Markup("".join(parts))  # noqa: S704 - of escaped text, and of MathML of our own


def mathml(formula: str, as_typed: str, *, block: bool) -> str:
    """Return a formula as MathML, or as it was typed where it cannot be drawn."""
    try:
        made = convert_to_element(
            _NUMBERING.sub("", formula), display="block" if block else "inline"
        )
    except Exception:  # noqa: BLE001 - it raises whatever a formula provokes
        return _typed(as_typed)
    for element in made.iter():
        # Its texts are escaped already, in part: what is typed in \text is not.
        element.text = html.unescape(element.text or "")
        for name in _NOT_TAKEN:
            element.attrib.pop(name, None)
        if element.tag == "mi" and element.text.startswith("\\"):
            return _typed(as_typed)  # a command that it does not know
    return ET.tostring(made, encoding="unicode")


def _typed(text: str) -> str:
    return f"<code>{escape(text)}</code>"
