"""From a notebook of ours to the bytes of a file that is none. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from patina_lab import wire
from patina_lab.conversion.content import Content, PastRun, Read
from patina_lab.conversion.errors import ConversionError
from patina_lab.conversion.kernelchoice import normal_language
from patina_lab.conversion.texts import SCRIPTS, write_text
from patina_lab.conversion.toipynb import ipynb_of, shown_by
from patina_lab.text import Text, ngettext
from patina_lab.text import gettext as _

if TYPE_CHECKING:
    from patina_lab.conversion.pages import Picture


@dataclass(frozen=True, slots=True)
class Page:
    """The file to make: its format, and its name without the extension, and that."""

    form: str
    title: str
    suffix: str


@dataclass(frozen=True, slots=True)
class Beside:
    """What lies beside a notebook: bytes of outputs, and pictures that its texts name."""

    read: Read
    picture: Picture


def exported(content: Content, run: PastRun | None, page: Page, beside: Beside) -> bytes:
    """Return a notebook, with the outputs of a run where the format has any, in a format.

    Raises ConversionError; LookupError and BlobDamagedError for bytes that are not there.
    """
    outputs = shown_by(history(run, content.runs)) if run else {}
    notebook = ipynb_of(content.document, outputs, beside.read)
    match page.form:
        case "ipynb":
            text = json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        case "html":
            from patina_lab.conversion.pages import html_page  # noqa: PLC0415 - only pages need nbconvert

            text = html_page(notebook, page.title, beside.picture)
        case "markdown" if run is not None:
            from patina_lab.conversion.pages import markdown_page  # noqa: PLC0415

            text = markdown_page(notebook, page.title, beside.picture)
        case _:
            _refuse_other_language(content.document.language, page.suffix)
            text = write_text(notebook, page.suffix, page.form)
    return text.encode()


def _refuse_other_language(language: str, suffix: str) -> None:
    """Raise ConversionError for a script of one language in a file of another."""
    theirs = SCRIPTS.get(suffix, language).lower()
    if language and normal_language(theirs) != normal_language(language):
        fitting = [name for name, its in SCRIPTS.items() if normal_language(its) == language]
        raise ConversionError(
            _("A notebook in %1 is no script *%2", language, suffix),
            hint=_("Name it *%1.", fitting[0]) if fitting else _("Export an .ipynb."),
        )


def history(run: PastRun, runs: tuple[PastRun, ...]) -> Iterator[wire.OutputCell]:
    """Yield the output cells of a run, those first that a fork has from its parent."""
    parent = run.parent
    before = next((other for other in runs if parent and other.id == parent.run), None)
    if before is not None and parent is not None and before is not run:
        rest = tuple(other for other in runs if other is not run)
        yield from (cell for cell in history(before, rest) if cell.seq <= parent.seq)
    yield from run.cells


def left_out(content: Content, run: PastRun | None, form: str) -> Iterator[Text]:
    """Yield what a person should know of what a file does not have."""
    if run is None:
        return
    if form not in ("ipynb", "html", "markdown"):
        yield _(
            "A file of the format %1 has no outputs: those of %2 are left out.", form, run.title
        )
        return
    there = {cell.id for cell in content.document.cells if cell.type == "code"}
    gone = {cell.cell for cell in history(run, content.runs)} - there
    if gone:
        yield ngettext(
            "Outputs of a cell that was deleted from the source are left out.",
            "Outputs of %1 cells that were deleted from the source are left out.",
            len(gone),
        )
