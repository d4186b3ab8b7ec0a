"""The `.tsnb` format: TOML made for diffs. The description for people is docs/reference/format.md.

`write` is deterministic, so that reading and writing a file we wrote gives the same bytes.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Container
from dataclasses import dataclass, field
from typing import Any, Literal, cast

import tomli_w

from patina_lab.document.errors import TsnbError
from patina_lab.document.refusals import (
    refuse_conflict,
    refuse_torn_conflict,
    refuse_what_is_no_notebook,
)
from patina_lab.document.values import from_toml, to_toml
from patina_lab.text import Text
from patina_lab.text import gettext as _

FORMAT = "patina-lab 1"
CellType = Literal["code", "markdown", "raw"]
_CELL_TYPES = ("code", "markdown", "raw")
_HEADER = ("format", "id", "kernel", "language")
_TABLES = ("metadata", "dependencies", "lock")
NOTEBOOK_KEYS = (*_HEADER, *_TABLES, "cells")
CELL_KEYS = ("id", "type", "source", "metadata", "attachments")
_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")
# What a multi-line literal string cannot hold: TOML 1.0, "String".
_NOT_LITERAL = re.compile(r"'''|[\x00-\x08\x0b-\x1f\x7f]")
_ESCAPES = {"\\": "\\\\", "\b": "\\b", "\f": "\\f", "\r": "\\r", '"""': '""\\"', '"': '\\"'}


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the source. `extra` are the keys we do not know; they are written back."""

    id: str
    type: CellType
    source: str
    metadata: dict[str, Any] = field(default_factory=dict)
    attachments: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TsnbDocument:
    """A notebook's source: JSON values only."""

    id: str
    kernel: str
    language: str
    cells: tuple[Cell, ...] = ()
    metadata: dict[str, Any] = field(default_factory=dict)
    dependencies: dict[str, Any] | None = None
    lock: dict[str, Any] | None = None
    extra: dict[str, Any] = field(default_factory=dict)


def tags_of(cell: Cell) -> list[str]:
    """Return the tags of a cell, as JupyterLab's property inspector keeps them."""
    tags = cell.metadata.get("tags")
    return [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []


def read(text: str) -> TsnbDocument:
    """Read a notebook. Raises TsnbError, which says what is wrong and where."""
    refuse_what_is_no_notebook(text)
    top = _parse(text)
    if top.get("format") != FORMAT:
        raise _wrong_format(top)
    cells = _cells(top.get("cells", []), text)
    return TsnbDocument(
        id=_string(top, "id", _("the notebook")),
        kernel=_string(top, "kernel", _("the notebook")),
        language=_string(top, "language", _("the notebook")),
        cells=cells,
        metadata=_table(top, "metadata"),
        dependencies=_table(top, "dependencies") if "dependencies" in top else None,
        lock=_table(top, "lock") if "lock" in top else None,
        extra={name: from_toml(value) for name, value in top.items() if name not in NOTEBOOK_KEYS},
    )


def _parse(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except ValueError as error:  # also what `int` says of thousands of digits
        refuse_conflict(text)
        message = str(error)
        place = _PLACE.search(message)
        line, column = (int(place[1]), int(place[2])) if place else (text.count("\n") + 1, None)
        reason = _PLACE.sub("", message).replace("(at end of document)", "at the end").strip()
        raise TsnbError(
            _("This is not valid TOML: %1", reason),
            line=line,
            column=column,
            hint=_("Mend the file with a text editor, or take an earlier version of it."),
        ) from error
    except RecursionError as error:
        raise TsnbError(
            _("Values are nested too deeply"), hint=_("Mend the file by hand.")
        ) from error


def _wrong_format(top: dict[str, Any]) -> TsnbError:
    found = top.get("format")
    if isinstance(found, str) and found.startswith("patina-lab "):
        return TsnbError(
            _("The file has the format %1, which a newer Patina Lab wrote", repr(found)),
            line=1,
            hint=_("Update Patina Lab."),
        )
    return TsnbError(
        _('The first key should be format = "%1"', FORMAT),
        line=1,
        hint=_("Is it a notebook of another program?"),
    )


def _string(table: dict[str, Any], name: str, of: Text, line: int | None = None) -> str:
    value = table.get(name)
    if not isinstance(value, str):
        key, kind = repr(name), type(value).__name__
        what = _("The key %1 of %2 is no string but %3", key, of, kind)
        if value is None:
            what = _("The key %1 of %2 is missing", key, of)
        raise TsnbError(what, line=line, hint=_("Add it by hand."))
    return value


def _table(table: dict[str, Any], name: str, line: int | None = None) -> dict[str, Any]:
    value = table.get(name, {})
    if not isinstance(value, dict):
        raise TsnbError(
            _("[%1] should be a table", name), line=line, hint=_("Mend the file by hand.")
        )
    return cast("dict[str, Any]", from_toml(value))


def _cells(tables: Any, text: str) -> tuple[Cell, ...]:
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        what = _("The cells should be tables, each under [[cells]]")
        raise TsnbError(what, hint=_("Mend the file by hand."))
    cells: dict[str, Cell] = {}
    for number, table in enumerate(tables):
        try:
            cell = _cell(table, number, taken=cells)
        except TsnbError as error:
            line = _line_of_cell(text, number)
            raise TsnbError(error.message, line=line, hint=error.hint) from error
        cells[cell.id] = cell
    refuse_torn_conflict(cell.source for cell in cells.values())
    return tuple(cells.values())


def _cell(table: dict[str, Any], number: int, taken: Container[str]) -> Cell:
    of = _("cell %1", number + 1)
    name = _string(table, "id", of)
    if name in taken:
        raise TsnbError(_("Two cells have the id %1", repr(name)), hint=_("Give one another id."))
    kind = _string(table, "type", of)
    if kind not in _CELL_TYPES:
        raise TsnbError(
            _("%1 has the type %2", of, repr(kind)), hint=_("It may be code, markdown or raw.")
        )
    return Cell(
        id=name,
        type=cast("CellType", kind),
        source=_string(table, "source", of),
        metadata=_table(table, "metadata"),
        attachments=_table(table, "attachments"),
        extra={name: from_toml(item) for name, item in table.items() if name not in CELL_KEYS},
    )


def _line_of_cell(text: str, number: int) -> int | None:
    """Return the line of the n-th [[cells]]; roughly, where a source holds such a line itself."""
    found = [match.start() for match in re.finditer(r"^\[\[cells\]\]", text, re.MULTILINE)]
    return text.count("\n", 0, found[number]) + 1 if number < len(found) else None


def write(document: TsnbDocument) -> str:
    """Return the text of a notebook. Raises TsnbError for text that UTF-8 cannot hold."""
    header = {
        "format": FORMAT,
        "id": document.id,
        "kernel": document.kernel,
        "language": document.language,
        **_sorted(document.extra),
    }
    plain = {name: value for name, value in header.items() if not _is_table(name, value)}
    tables = {name: value for name, value in header.items() if _is_table(name, value)}
    parts = [_toml(plain)]
    for name, value in (*tables.items(), *_own_tables(document)):
        parts.append("\n" + _toml({name: _sorted(value) if isinstance(value, dict) else value}))
    parts.extend(map(_written_cell, document.cells))
    text = "".join(parts)
    _refuse_surrogates(text)
    return text


def _own_tables(document: TsnbDocument) -> list[tuple[str, dict[str, Any]]]:
    tables: list[tuple[str, dict[str, Any]]] = []
    if document.metadata:
        tables.append(("metadata", document.metadata))
    if document.dependencies is not None:
        tables.append(("dependencies", document.dependencies))
    if document.lock is not None:
        tables.append(("lock", document.lock))
    return tables


def _is_table(name: str, value: Any) -> bool:
    """Tell whether a value gets a header of its own, and so has to follow the plain keys."""
    return _toml({name: value}).startswith("[")


def _written_cell(cell: Cell) -> str:
    head = f'\n[[cells]]\nid = {_basic(cell.id)}\ntype = "{cell.type}"\n'
    head += f"source = {_source(cell.source)}\n"
    extra = _sorted(cell.extra)
    tables = {name: value for name, value in extra.items() if _is_table(name, value)}
    if cell.metadata:
        tables["metadata"] = _sorted(cell.metadata)
    if cell.attachments:
        tables["attachments"] = _sorted(cell.attachments)
    plain = {name: value for name, value in extra.items() if not _is_table(name, value)}
    return (
        head
        + (_toml(plain) if plain else "")
        + "".join(_toml({"cells": {name: value}}) for name, value in tables.items())
    )


def _toml(table: dict[str, Any]) -> str:
    return tomli_w.dumps(to_toml(table))


def _sorted(value: Any) -> Any:
    """Return a value with its keys in order, at every depth: documents do not keep one."""
    if isinstance(value, dict):
        return {name: _sorted(value[name]) for name in sorted(value)}
    if isinstance(value, list):
        return [_sorted(item) for item in value]
    return value


def _source(source: str) -> str:
    """Return a source as a multi-line string, literal where it can be."""
    if _NOT_LITERAL.search(source) or source.endswith("'"):
        return f'"""\n{_escaped(source)}"""'
    return f"'''\n{source}'''"


def _escaped(source: str) -> str:
    def escape(match: re.Match[str]) -> str:
        char = match[0]
        return _ESCAPES.get(char) or f"\\u{ord(char):04x}"

    # Three quotes, or one at the end, would be taken for the end of the string.
    return re.sub(r'"""|"\Z|[\\\x00-\x08\x0b-\x1f\x7f]', escape, source)


def _basic(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _refuse_surrogates(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise TsnbError(
            _("The text holds half a character (U+%1)", f"{ord(text[error.start]):04X}"),
            line=text.count("\n", 0, error.start) + 1,
            hint=_("Delete it: such text cannot be kept in a file."),
        ) from error
