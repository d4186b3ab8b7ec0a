"""nbconvert's exporters for `.tsnb`: `jupyter nbconvert --to patina-html analysis.tsnb`.

nbconvert takes every file for an `.ipynb`; what reads another has to be an exporter of its own.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import (
    Exporter,
    HTMLExporter,
    MarkdownExporter,
    NotebookExporter,
    ScriptExporter,
    SlidesExporter,
)
from traitlets import Unicode

from patina_lab.confined import Roots
from patina_lab.conversion.content import Content, PastRun
from patina_lab.conversion.errors import ConversionError
from patina_lab.conversion.exporting import history
from patina_lab.conversion.kernelchoice import Choice
from patina_lab.conversion.toipynb import ipynb_of, shown_by
from patina_lab.converting.reading import SourceFile
from patina_lab.text import gettext as _

LATEST = "latest"


class TsnbSource(Exporter):
    """Reads a notebook of ours, with the outputs of one of its runs."""

    run = Unicode(
        LATEST,
        help="The run whose outputs are shown, by its id or title: the latest one, or none ('').",
    ).tag(config=True)

    def from_file(self, file_stream: Any, resources: Any = None, **options: Any) -> Any:
        """Convert a notebook from a file that is open. ConversionError, TsnbError."""
        path = Path(file_stream.name).absolute()
        notebook = notebook_with(path, self.run)
        return self.from_notebook_node(notebook, resources=resources, **options)


class PatinaHTMLExporter(TsnbSource, HTMLExporter):
    """HTML."""

    export_from_notebook = "Patina HTML"


class PatinaMarkdownExporter(TsnbSource, MarkdownExporter):
    """Markdown, with its pictures beside it."""

    export_from_notebook = "Patina Markdown"


class PatinaScriptExporter(TsnbSource, ScriptExporter):
    """The code alone."""

    export_from_notebook = "Patina script"


class PatinaSlidesExporter(TsnbSource, SlidesExporter):
    """Slides."""

    export_from_notebook = "Patina slides"


class PatinaNotebookExporter(TsnbSource, NotebookExporter):
    """An `.ipynb`."""

    export_from_notebook = "Patina notebook"


def notebook_with(path: Path, named: str) -> Any:
    """Return a `.tsnb` as nbformat has it, with the outputs of a run; see `TsnbSource.run`."""
    source = SourceFile(Roots(path.parent).locate(path))
    if not source.is_ours:
        raise ConversionError(
            _("%1 is no notebook of Patina Lab", path.name), hint=_("Convert it first.")
        )
    content = source.content(Choice, "", lambda _blob: None)
    run = _chosen(content, named)
    outputs = shown_by(history(run, content.runs)) if run else {}
    return nbformat.from_dict(ipynb_of(content.document, outputs, source.read_blob))


def _chosen(content: Content, named: str) -> PastRun | None:
    if named == "" or (named == LATEST and not content.runs):
        return None
    if named == LATEST:
        return content.runs[-1]
    found = [run for run in content.runs if named in (run.id, run.title)]
    if not found:
        titles = ", ".join(run.title for run in content.runs) or _("none")
        what = _("There is no run %1; there is %2", repr(named), titles)
        raise ConversionError(what, hint=_("Name one of these."))
    return found[-1]
