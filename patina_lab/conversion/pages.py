"""Notebooks with outputs as one file to read: HTML, and Markdown. nbconvert writes them.

Nothing stands beside the file: pictures are in it.
"""

from __future__ import annotations

import base64
import mimetypes
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import nbformat
from nbconvert.exporters import MarkdownExporter

from patina_lab.conversion.errors import ConversionError
from patina_lab.conversion.formulas import PageExporter
from patina_lab.text import gettext as _

Picture = Callable[[str], bytes | None]
"""Returns the bytes of a picture by the path that a text names it by; None where it may not."""

_IMAGE = re.compile(r"!\[(?P<alt>[^\]]*)\]\((?P<path>[^)\s]+)(?P<rest>[^)]*)\)")
_ELSEWHERE = re.compile(r"^(?:[a-z][a-z0-9+.-]*:|//|#)", re.IGNORECASE)
_NO_NETWORK = """{% extends 'lab/index.html.j2' %}
{%- block html_head_js_requirejs -%}{%- endblock -%}
{%- block html_head_js_mermaidjs -%}{%- endblock -%}
{%- block jupyter_widgets -%}{%- endblock -%}
{%- block html_head_js_mathjax -%}{%- endblock -%}
{%- block data_latex scoped -%}
<div class="jp-RenderedLatex jp-OutputArea-output" data-mime-type="text/latex">
{{ output.data['text/latex'] | latex2mathml }}
</div>
{%- endblock -%}
"""


def html_page(notebook: dict[str, Any], title: str, picture: Picture) -> str:
    """Return one HTML file, which asks nothing of the network."""
    embedded = {**notebook, "cells": [_with_pictures(c, picture) for c in notebook["cells"]]}
    # Its own `embed_images` reads whatever file a text names, also outside of the folder.
    exporter = PageExporter(embed_images=False)
    exporter.raw_template = _NO_NETWORK
    return _exported(exporter, embedded, title)


def markdown_page(notebook: dict[str, Any], title: str, picture: Picture) -> str:
    """Return one Markdown file with the outputs in it."""
    embedded = {**notebook, "cells": [_with_data(c, picture) for c in notebook["cells"]]}
    exporter = MarkdownExporter()
    for name in ("ExtractOutputPreprocessor", "ExtractAttachmentsPreprocessor"):
        exporter.config[name].enabled = False
    exporter = MarkdownExporter(config=exporter.config)
    return _exported(exporter, embedded, title)


def _exported(exporter: Any, notebook: dict[str, Any], title: str) -> str:
    resources = {"metadata": {"name": title}}
    try:
        text = exporter.from_notebook_node(nbformat.from_dict(notebook), resources=resources)[0]
    except Exception as error:  # Templates and their filters raise whatever a notebook provokes.
        what = _("nbconvert cannot write it (%1: %2)", type(error).__name__, str(error)[:300])
        raise ConversionError(what, hint=_("Choose another format.")) from error
    return str(text)


def _with_pictures(cell: dict[str, Any], picture: Picture) -> dict[str, Any]:
    """Return a text cell with the pictures that lie beside the notebook as attachments."""
    if cell["cell_type"] != "markdown":
        return cell
    attachments = dict(cell.get("attachments") or {})

    def attached(match: re.Match[str]) -> str:
        found = _found(match["path"], picture)
        if found is None:
            return match[0]
        name = f"file-{len(attachments)}"
        mime, data = found
        attachments[name] = {mime: base64.b64encode(data).decode()}
        return f"![{match['alt']}](attachment:{name}{match['rest']})"

    source = _IMAGE.sub(attached, cell["source"])
    return {**cell, "source": source, "attachments": attachments} if attachments else cell


def _with_data(cell: dict[str, Any], picture: Picture) -> dict[str, Any]:
    """Return a text cell with its pictures, attached or beside the notebook, as data."""
    if cell["cell_type"] != "markdown":
        return cell
    attachments = cell.get("attachments") or {}

    def data_url(match: re.Match[str]) -> str:
        path = match["path"]
        if path.startswith("attachment:"):
            bundle = attachments.get(unquote(path.removeprefix("attachment:")), {})
            found = next(((mime, str(text)) for mime, text in bundle.items()), None)
        else:
            file = _found(path, picture)
            found = (file[0], base64.b64encode(file[1]).decode()) if file else None
        if found is None:
            return match[0]
        mime, text = found
        return f"![{match['alt']}](data:{mime};base64,{''.join(text.split())}{match['rest']})"

    return {**cell, "source": _IMAGE.sub(data_url, cell["source"])}


def _found(path: str, picture: Picture) -> tuple[str, bytes] | None:
    mime = mimetypes.guess_type(path)[0] or ""
    if _ELSEWHERE.match(path) or not mime.startswith("image/"):
        return None
    data = picture(unquote(path))
    return (mime, data) if data is not None else None
