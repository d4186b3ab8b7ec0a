"""Notebooks as text: Markdown, MyST, R Markdown, Quarto, and scripts. Jupytext reads and writes.

They have no outputs: those of a run are in pages (pages.py).
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any, cast

import jupytext
import nbformat
from jupytext.languages import _SCRIPT_EXTENSIONS

from patina_lab.conversion.errors import ConversionError
from patina_lab.conversion.ipynb import MINOR, identified, refuse_invalid
from patina_lab.conversion.longtext import LongText, cells_not_validated
from patina_lab.text import Text
from patina_lab.text import gettext as _

MAX_BYTES = 8 * 2**20
"""Larger texts are no notebooks: their syntax is looked for line by line."""
TEXTS = (".md", ".markdown", ".Rmd", ".qmd", ".myst")
SCRIPTS: dict[str, str] = {
    suffix: script["language"] for suffix, script in _SCRIPT_EXTENSIONS.items()
}
"""The file name extensions of scripts, and their languages."""
_HINT = _("Mend the file with a text editor. A header between --- lines has to be YAML.")


def read_text(data: bytes, suffix: str) -> dict[str, Any]:
    """Return a notebook without outputs, nbformat 4.5. Raises ConversionError.

    Which of the formats of its suffix it is, Jupytext tells: by a header, else by the cells' marks.
    """
    text = _decoded(data)
    try:
        with cells_not_validated():
            notebook = jupytext.reads(LongText(text), fmt={"extension": _as_jupytext_knows(suffix)})
    except Exception as error:  # Jupytext's readers raise whatever their parsers do.
        reason = " ".join(str(error).split())[:300]
        what = _("Jupytext cannot read it (%1: %2)", type(error).__name__, reason)
        raise ConversionError(what, hint=_HINT) from error
    _say_language(notebook["metadata"])
    made = identified(cast("dict[str, Any]", notebook))
    refuse_invalid(made, MINOR)
    return made


def _as_jupytext_knows(suffix: str) -> str:
    """Quarto's fences and header are those of R Markdown; Jupytext asks the program otherwise."""
    return ".Rmd" if suffix == ".qmd" else suffix


def _decoded(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise ConversionError(
            _(
                "The file is %1 MiB; a text has at most %2 MiB",
                f"{len(data) / 2**20:.0f}",
                MAX_BYTES >> 20,
            ),
            hint=_("Is it a notebook at all?"),
        )
    if (at := data.find(b"\0")) >= 0:
        raise ConversionError(
            _("The file is binary"), place=_line(data, at), hint=_("It is no notebook.")
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        what = _("The file is binary (0x%1 is no UTF-8)", f"{data[error.start]:02x}")
        raise ConversionError(
            what, place=_line(data, error.start), hint=_("It is no notebook.")
        ) from error


def _line(data: bytes, at: int) -> Text:
    return _("Line %1", data.count(10, 0, at) + 1)


def _say_language(metadata: dict[str, Any]) -> None:
    """Put the language where an `.ipynb` has it; Jupytext says it for itself."""
    main = metadata.get("jupytext", {}).get("main_language")
    if main and "kernelspec" not in metadata and "language_info" not in metadata:
        metadata["language_info"] = {"name": main}


def write_text(notebook: dict[str, Any], suffix: str, style: str) -> str:
    """Return a notebook as text in a style of Jupytext's: markdown, myst, percent, light ...

    And in `quarto`, with the options of R Markdown, which Quarto passes over.
    """
    form = f"{_as_jupytext_knows(suffix)}:{'rmarkdown' if style == 'quarto' else style}"
    try:
        return cast("str", jupytext.writes(nbformat.from_dict(notebook), fmt=form))
    except Exception as error:  # As above.
        reason = " ".join(str(error).split())[:300]
        what = _("Jupytext cannot write it (%1: %2)", type(error).__name__, reason)
        raise ConversionError(what, hint=_("Choose another format.")) from error


def suffix_of(path: str) -> str:
    """Return a file name's extension as this module knows it."""
    suffix = PurePosixPath(path).suffix
    return suffix if suffix in SCRIPTS or suffix in TEXTS else suffix.lower()
