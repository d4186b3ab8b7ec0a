"""Which cells `--cells` means, and which values `--params`. Pure but for reading files."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from patina_cli.lab import Json
from patina_cli.problem import Exit, Problem

_RANGE = re.compile(r"(\d*)-(\d*)")


def selected(cells: Sequence[Json], wanted: str | None) -> list[Json]:
    """Return the code cells that a selection names, in the notebook's order; None: all.

    A selection is a list with commas: numbers from 1 as they stand in the notebook (`3`), ranges
    (`2-5`, `4-`, `-3`), ids, and tags (`tag:plots`). Raises Problem for what names no code cell.
    """
    places = set(range(len(cells)))
    if wanted is not None:
        parts = [part.strip() for part in wanted.split(",") if part.strip()]
        places = {place for part in parts for place in _places(cells, part)}
    # A cell without code has nothing to run; JupyterLab leaves it out, too.
    found = [
        cell
        for at, cell in enumerate(cells)
        if at in places and cell["type"] == "code" and cell["source"].strip()
    ]
    if not found:
        reason = f"It has {len(cells)} cells; none that is meant has code"
        raise Problem("There is nothing to run", reason, status=Exit.USAGE)
    return found


def _places(cells: Sequence[Json], part: str) -> Iterator[int]:
    if part.isdecimal():
        yield _number(cells, part) - 1
    elif (tag := part.removeprefix("tag:")) != part:
        tagged = [at for at, cell in enumerate(cells) if tag in cell.get("tags", ())]
        if not tagged:
            raise _nothing(f"No cell has the tag {tag!r}")
        yield from tagged
    elif part != "-" and (span := _RANGE.fullmatch(part)):
        first = _number(cells, span[1]) if span[1] else 1
        last = _number(cells, span[2]) if span[2] else len(cells)
        if first > last:
            raise _nothing(f"{part} ends before it begins")
        yield from range(first - 1, last)
    else:
        named = [at for at, cell in enumerate(cells) if cell["id"] == part]
        if not named:
            raise _nothing(f"No cell has the id {part[:80]!r}")
        yield from named


def _number(cells: Sequence[Json], text: str) -> int:
    number = int(text)
    if not 1 <= number <= len(cells):
        raise _nothing(f"There is no cell {number}: the notebook has {len(cells)}")
    return number


def _nothing(reason: str) -> Problem:
    hint = "A number from 1, a range (2-5), an id, or tag:NAME; several with commas."
    return Problem("No such cell", reason, hint, Exit.USAGE)


def parameters(files: Sequence[Path], pairs: Sequence[str]) -> Json:
    """Return the values of files (JSON or TOML), then those of `NAME=VALUE`; later ones win.

    VALUE is JSON where it is that (`0.5`, `true`, `[1, 2]`), else text.
    """
    values: Json = {}
    for file in files:
        values |= _values_of(file)
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals or not name:
            raise Problem(
                f"{pair[:80]!r} is no parameter", "It should be NAME=VALUE", "", Exit.USAGE
            )
        values[name] = _value(text)
    return values


def _value(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse)
    except ValueError:
        return text


def _refuse(name: str) -> Any:
    raise ValueError(name)


def _values_of(file: Path) -> Json:
    try:
        text = file.read_text(encoding="utf-8")
        read = tomllib.loads if file.suffix == ".toml" else json.loads
        values: Json = dict(read(text).items())
        # A date of TOML is no value that a request can carry.
        json.dumps(values)
    except OSError as error:
        reason = error.strerror or str(error)
        raise Problem(f"{file} cannot be read", reason, status=Exit.USAGE) from error
    except (ValueError, TypeError, AttributeError) as error:
        hint = 'It should be like {"rate": 0.5}, or rate = 0.5 in a .toml.'
        raise Problem(f"{file} has no parameters", str(error), hint, Exit.USAGE) from error
    return values
