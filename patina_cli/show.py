"""What commands say: JSON on request, tables and colours in a terminal, plain text elsewhere."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import click

from patina_cli.texts import plain

NEEDED = 8
"""How many letters of a column are kept where the terminal is narrow: an id is known by as many."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under heads. The columns in `right` are numbers."""

    heads: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    right: frozenset[int] = frozenset()


def is_terminal() -> bool:
    """Whether standard output is a terminal that shows more than letters."""
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def with_colours() -> bool:
    """Whether colours are wanted there (https://no-color.org)."""
    return is_terminal() and not os.environ.get("NO_COLOR")


def show_json(value: Any) -> None:
    """Print a value as JSON."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=not _speaks_utf8()))


def _speaks_utf8() -> bool:
    return (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"


def say(text: str = "", **style: Any) -> None:
    """Print a line, in a style where there are colours."""
    click.echo(click.style(text, **style) if style and with_colours() else text)


def note(text: str) -> None:
    """Print a line that is not the result, to standard error."""
    click.echo(text, err=True)


def show_table(table: Table) -> None:
    """Print a table in columns; in a terminal as wide as that, with the heads in bold."""
    if not is_terminal():
        for line in columns(table):
            click.echo(line)
        return
    heads, *rows = columns(table, shutil.get_terminal_size().columns)
    say(heads, bold=True)
    for line in rows:
        click.echo(line)


def columns(table: Table, most: int | None = None) -> list[str]:
    """Return a table's lines: columns two spaces apart, no trailing space.

    Where there is no room for lines of `most` letters, the widest columns are cut, down to NEEDED.
    """
    rows = [table.heads, *(tuple(map(plain, row)) for row in table.rows)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(table.heads))]
    while most is not None and len("  ".join(" " * width for width in widths)) > most:
        widest = widths.index(max(widths))
        if widths[widest] <= NEEDED:
            break
        widths[widest] -= 1
    return ["  ".join(_padded(row, widths, table.right)).rstrip() for row in rows]


def _padded(row: tuple[str, ...], widths: list[int], right: frozenset[int]) -> list[str]:
    fitting = [
        text if len(text) <= width else f"{text[: width - 1]}…"
        for text, width in zip(row, widths, strict=True)
    ]
    return [
        text.rjust(width) if at in right else text.ljust(width)
        for at, (text, width) in enumerate(zip(fitting, widths, strict=True))
    ]
