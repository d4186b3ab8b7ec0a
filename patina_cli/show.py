"""What commands say: JSON on request, tables and colours in a terminal, plain text elsewhere."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import click

from patina_cli.texts import plain


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
    """Print a table: drawn in a terminal, in plain columns elsewhere."""
    if is_terminal():
        _draw(table)
        return
    for line in columns(table):
        click.echo(line)


def columns(table: Table) -> list[str]:
    """Return a table's lines: columns two spaces apart, no trailing space."""
    rows = [table.heads, *(tuple(map(plain, row)) for row in table.rows)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(table.heads))]
    return ["  ".join(_padded(row, widths, table.right)).rstrip() for row in rows]


def _padded(row: tuple[str, ...], widths: list[int], right: frozenset[int]) -> list[str]:
    return [
        text.rjust(width) if at in right else text.ljust(width)
        for at, (text, width) in enumerate(zip(row, widths, strict=True))
    ]


def _draw(table: Table) -> None:
    from rich import box  # noqa: PLC0415 - only where it draws: it takes a while to import
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table as Drawn  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    drawn = Drawn(box=box.SIMPLE_HEAD, pad_edge=False)
    for at, head in enumerate(table.heads):
        drawn.add_column(head, justify="right" if at in table.right else "left")
    for row in table.rows:
        drawn.add_row(*(Text(plain(text)) for text in row))
    Console(highlight=False).print(drawn)
