"""From a source and one of its runs to nbformat 4.5."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from nbformat.validator import iter_validate

from patina_lab import wire
from patina_lab.conversion.content import Read
from patina_lab.conversion.errors import ConversionError
from patina_lab.conversion.fromipynb import IMPORTED
from patina_lab.conversion.ipynb import MAJOR, MINOR, valid_id
from patina_lab.conversion.outputs import output
from patina_lab.document.format import Cell, TsnbDocument
from patina_lab.document.values import JSON_KEY
from patina_lab.text import gettext as _
from patina_lab.text import verbatim

_RUN = ("succeeded", "failed", "interrupted", "running")


def ipynb_of(
    document: TsnbDocument, outputs: Mapping[str, wire.OutputCell], read: Read
) -> dict[str, Any]:
    """Return a valid notebook. `outputs`: by cell id, what each shows; see `shown_by`.

    What an import left as it was comes out as it was.
    """
    taken: set[str] = set()
    notebook = {
        "nbformat": MAJOR,
        "nbformat_minor": MINOR,
        "metadata": _metadata(document),
        "cells": [_cell(cell, outputs.get(cell.id), read, taken) for cell in document.cells],
    }
    _refuse_invalid(notebook)
    return notebook


def shown_by(cells: Iterable[wire.OutputCell]) -> dict[str, wire.OutputCell]:
    """Return by cell what it shows: its latest execution that was not undone."""
    shown: dict[str, wire.OutputCell] = {}
    for cell in sorted(cells, key=lambda cell: cell.seq):
        if cell.status in _RUN and not cell.undone:
            shown[cell.cell] = cell
    return shown


def _metadata(document: TsnbDocument) -> dict[str, Any]:
    metadata: dict[str, Any] = exported(document.metadata)
    imported = document.extra.get(IMPORTED)
    if isinstance(imported, dict) and imported.get("kernel") == document.kernel:
        return metadata
    spec = {"name": document.kernel, "display_name": document.kernel, "language": document.language}
    return {**metadata, "kernelspec": spec, "language_info": {"name": document.language}}


def exported(value: Any) -> Any:
    """Return a value of the document as JSON has it: integers of any size are integers."""
    match value:
        case dict():
            if set(value) == {JSON_KEY} and isinstance(value[JSON_KEY], str):
                return _integer(value)
            return {name: exported(item) for name, item in value.items()}
        case list():
            return [exported(item) for item in value]
        case _:
            return value


def _integer(value: dict[str, str]) -> Any:
    try:
        number = json.loads(value[JSON_KEY])
    except ValueError:
        return value
    return number if isinstance(number, int) else value


def _cell(cell: Cell, ran: wire.OutputCell | None, read: Read, taken: set[str]) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": valid_id(cell.id, taken),
        "cell_type": cell.type,
        "metadata": exported(cell.metadata),
        "source": cell.source,
    }
    if cell.type != "code":
        return {**made, "attachments": exported(cell.attachments)} if cell.attachments else made
    return {
        **made,
        "outputs": [output(kept, read) for kept in ran.outputs] if ran else [],
        "execution_count": ran.execution_count if ran else None,
    }


def _refuse_invalid(notebook: dict[str, Any]) -> None:
    problem = next(iter(iter_validate(notebook, version=MAJOR, version_minor=MINOR)), None)
    if problem is not None:
        raise ConversionError(
            _("Jupyter's format does not allow it: %1", str(problem.message)[:300]),
            place=verbatim(".".join(map(str, problem.relative_path))),
            hint=_("Metadata of a notebook or a cell may be at fault: mend it in the .tsnb."),
        )
