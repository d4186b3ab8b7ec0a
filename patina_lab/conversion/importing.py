"""From the bytes of a file that is no `.tsnb` of ours to a source and its runs. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from patina_lab.conversion.ancestorruns import Kernel, read_run
from patina_lab.conversion.content import Content, Keep, PastRun, Stamp
from patina_lab.conversion.errors import ConversionError
from patina_lab.conversion.fromipynb import IMPORTED, Choose, content_of, documented
from patina_lab.conversion.ipynb import read_ipynb
from patina_lab.conversion.texts import read_text
from patina_lab.document.ancestors import NAMES, cells_of, read_ancestor
from patina_lab.document.format import TsnbDocument
from patina_lab.text import Text
from patina_lab.text import gettext as _

MAX_IPYNB_BYTES = 256 * 2**20


def from_ipynb(data: bytes, stamp: Stamp, choose: Choose, keep: Keep) -> Content:
    """Return what an `.ipynb` is as one of ours. Raises ConversionError."""
    if len(data) > MAX_IPYNB_BYTES:
        raise ConversionError(
            _(
                "The file is %1 MiB; at most %2 MiB can be read",
                len(data) >> 20,
                MAX_IPYNB_BYTES >> 20,
            ),
            hint=_("Clear outputs that are not needed, or split the notebook."),
        )
    return content_of(read_ipynb(data), stamp, choose, keep)


def from_text(data: bytes, suffix: str, stamp: Stamp, choose: Choose, keep: Keep) -> Content:
    """Return what a Markdown file or a script is as one of ours. Raises ConversionError."""
    notebook = read_text(data, suffix)
    kept = notebook["metadata"].get("jupytext", {}).get("text_representation", {})
    form = str(kept.get("format_name", "text"))
    return content_of(notebook, stamp, choose, keep, form)


RunTexts = Iterable[tuple[str, Callable[[], str]]]
"""The files of runs: their names, and what reads each."""


def from_ancestor(text: str, runs: RunTexts, stamp: Stamp, choose: Choose, keep: Keep) -> Content:
    """Return what a notebook of Twinsong or Patina is as one of ours.

    A run that cannot be read is left out, and told. Raises TsnbError.
    """
    ancestor = read_ancestor(text)
    choice = choose("", ancestor.language)
    root = {"id": ancestor.root.id, "name": ancestor.root.name, "scope": ancestor.root.scope}
    imported = {"format": ancestor.program, "kernel": choice.kernel, "root": root}
    document = TsnbDocument(
        id=stamp.notebook,
        kernel=choice.kernel,
        language=choice.language,
        cells=tuple(
            replace(cell, source=documented(cell.source), metadata=documented(cell.metadata))
            for cell in cells_of(ancestor)
        ),
        extra={IMPORTED: documented(imported)},
    )
    kernel = Kernel(choice.kernel, choice.language)
    notes: list[Text] = list(choice.notes)
    read = sorted(_runs(runs, kernel, stamp.by, keep, notes), key=lambda run: run.created)
    if any(run.variables for run in read):
        notes.append(
            _(
                "Of variables %1 keeps what is inside; here their summaries are kept.",
                NAMES[ancestor.program],
            )
        )
    return Content(document, tuple(read), tuple(notes))


def _runs(
    runs: RunTexts, kernel: Kernel, by: str, keep: Keep, notes: list[Text]
) -> Iterator[PastRun]:
    for name, text in runs:
        try:
            yield read_run(text(), kernel, by, keep)
        except (ConversionError, OSError, UnicodeDecodeError) as error:
            why = error.text if isinstance(error, ConversionError) else error
            notes.append(_("The run in %1 is left out: %2", name, why))
