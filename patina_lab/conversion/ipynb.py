"""An `.ipynb` as nbformat 4.5 has it, whatever version it was written in."""

from __future__ import annotations

import hashlib
import json
import logging
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import nbformat
import nbformat.reader
from nbformat.v4.rwbase import rejoin_lines, strip_transient
from nbformat.validator import NotebookValidationError, ValidationError, iter_validate

from patina_lab.conversion.errors import ConversionError
from patina_lab.conversion.strictjson import parsed
from patina_lab.text import gettext as _
from patina_lab.text import verbatim

MAJOR, MINOR = 4, 5
_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_MISSING = "no-id"
_UPDATE = _("Is it a notebook at all? Patina Lab reads versions 1 to 4 of Jupyter's format.")


def read_ipynb(data: bytes) -> dict[str, Any]:
    """Return a notebook that is valid nbformat 4.5, its lines joined, each cell with an id.

    Ids that are missing or there twice are made from place and source: the same file gives the
    same ids. Raises ConversionError with what is wrong and where.
    """
    top = parsed(data)
    major, minor = _version(top)
    if major < MAJOR:
        top, minor = _upgraded(data), MINOR
    had_ids = major == MAJOR and minor >= MINOR
    if had_ids:
        _mark_missing_ids(top)
    refuse_invalid(top, minor)
    notebook = strip_transient(rejoin_lines(nbformat.from_dict(top)))
    notebook["cells"] = [_of_this_version(cell) for cell in notebook["cells"]]
    return identified(cast("dict[str, Any]", notebook), keep=had_ids)


def identified(notebook: dict[str, Any], *, keep: bool = False) -> dict[str, Any]:
    """Return a notebook of version 4 in 4.5, each cell with an id; `keep` those that it has."""
    notebook["nbformat"], notebook["nbformat_minor"] = MAJOR, MINOR
    _identify(notebook["cells"], keep=keep)
    return notebook


def _upgraded(data: bytes) -> Any:
    """Return a notebook of versions 1 to 3 in version 4.

    nbformat forgives what they lack; what comes of it is examined.
    """
    with _quiet():
        try:
            return nbformat.convert(nbformat.reader.reads(data.decode()), MAJOR)
        except (LookupError, AttributeError, TypeError, ValueError, ValidationError) as error:
            what = _("nbformat cannot read it (%1: %2)", type(error).__name__, str(error)[:200])
            raise ConversionError(what, hint=_UPDATE) from error


def _mark_missing_ids(top: dict[str, Any]) -> None:
    cells = top.get("cells")
    for cell in cells if isinstance(cells, list) else ():
        if isinstance(cell, dict):
            cell.setdefault("id", _MISSING)


def _of_this_version(cell: dict[str, Any]) -> dict[str, Any]:
    """Return a cell of a later version of the format, which nbformat lets through, as a raw one."""
    if cell["cell_type"] not in ("code", "markdown", "raw"):
        text = json.dumps(cell, ensure_ascii=False, indent=1, sort_keys=True)
        return {"id": cell.get("id"), "cell_type": "raw", "metadata": {}, "source": text}
    if cell["cell_type"] == "code":
        cell["outputs"] = [_known_output(output) for output in cell["outputs"]]
    return cell


def _known_output(output: dict[str, Any]) -> dict[str, Any]:
    if output["output_type"] in ("stream", "error", "display_data", "execute_result"):
        return output
    return {"output_type": "display_data", "data": {"application/json": output}, "metadata": {}}


def _version(top: Any) -> tuple[int, int]:
    if not isinstance(top, dict):
        raise ConversionError(_("The file holds no notebook but other JSON"), hint=_UPDATE)
    major, minor = top.get("nbformat", 1 if "cells" in top else None), top.get("nbformat_minor", 0)
    if isinstance(major, bool) or not isinstance(major, int) or not major >= 1:
        raise ConversionError(_("The key 'nbformat' is missing, or is no version"), hint=_UPDATE)
    if isinstance(minor, bool) or not isinstance(minor, int) or minor < 0:
        raise ConversionError(_("The key 'nbformat_minor' is no version"), hint=_UPDATE)
    if major > MAJOR:
        raise ConversionError(
            _("The notebook has version %1 of Jupyter's format, a later one than is known", major),
            place=verbatim("nbformat"),
            hint=_("Update Patina Lab and nbformat."),
        )
    if major == MAJOR and "nbformat_minor" not in top:
        raise ConversionError(_("The key 'nbformat_minor' is missing"), hint=_UPDATE)
    return major, minor


def refuse_invalid(notebook: Any, minor: int) -> None:
    """Raise ConversionError for the first thing that nbformat's schema of 4.`minor` does not allow.

    Unknown keys are allowed: extensions write them. So is what is later than nbformat knows.
    """
    with _quiet():
        problems = iter_validate(notebook, version=MAJOR, version_minor=minor, relax_add_props=True)
        problem = next(iter(problems), None)
    if problem is not None:
        raise ConversionError(
            _("This is not valid: %1", _said(problem)),
            place=verbatim(_place(problem)),
            hint=_UPDATE,
        )


def _said(problem: NotebookValidationError) -> str:
    message = str(problem.message)
    return message if len(message) <= 300 else f"{message[:150]} … {message[-100:]}"


def _place(problem: NotebookValidationError) -> str:
    """Return the path in the file, as `cells[3].outputs[0].data`."""
    path = ""
    for part in problem.relative_path:
        path += f"[{part}]" if isinstance(part, int) else f".{part}"
    return path.lstrip(".")


def _identify(cells: list[dict[str, Any]], *, keep: bool) -> None:
    taken: set[str] = set()
    for place, cell in enumerate(cells):
        name = cell.get("id") if keep else None
        if name is None or name == _MISSING or name in taken:
            name = _made(f"{place} {cell['source']}", taken)
        cell["id"] = name
        taken.add(name)


def _made(seed: str, taken: set[str]) -> str:
    while (name := hashlib.sha256(seed.encode(errors="replace")).hexdigest()[:8]) in taken:
        seed += " "
    return name


def valid_id(name: str, taken: set[str]) -> str:
    """Return a cell id that nbformat allows; the same where it can be."""
    made = name if _ID.fullmatch(name) and name not in taken else _made(name, taken)
    taken.add(made)
    return made


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep nbformat from logging and warning: what is wrong is raised here."""
    logger = logging.getLogger("traitlets")
    before = logger.disabled
    logger.disabled = True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.disabled = before
