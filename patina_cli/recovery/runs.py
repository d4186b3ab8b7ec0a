"""What run logs tell: the code of a notebook as it ran last, and which lines are damaged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from patina_lab.document.format import Cell, TsnbDocument
from patina_lab.runlog.folding import Folded, LogOrderError, add, begun
from patina_lab.runlog.records import Header, decode, encode

INJECTED = "injected-parameters"


@dataclass(frozen=True, slots=True)
class Mended:
    """What of a log can be read, the numbers of the lines that cannot, what it adds up to."""

    path: Path
    good: list[bytes]
    damaged: list[int]
    folded: Folded


def readable(path: Path) -> Mended | None:
    """Read a log line by line, leaving out what is damaged; None without a header."""
    good: list[bytes] = []
    damaged: list[int] = []
    folded: Folded | None = None
    for number, line in enumerate(path.read_bytes().splitlines(keepends=True), 1):
        try:
            record = decode(line)
            if folded is None and isinstance(record, Header):
                folded = begun(record)
            elif folded is not None:
                add(folded, record)
            else:
                damaged.append(number)
                continue
        except (msgspec.DecodeError, LogOrderError, UnicodeDecodeError, RecursionError):
            damaged.append(number)
            continue
        good.append(encode(record))
    return None if folded is None else Mended(path, good, damaged, folded)


def source_of(logs: list[Mended], until: datetime | None = None) -> TsnbDocument | None:
    """Return the notebook whose code cells ran last (until then); None where no cell ever ran.

    Cells are in the order in which they first ran; text cells never run, so they are not there.
    """
    latest = max(logs, key=lambda log: log.folded.header.created, default=None)
    cells: dict[str, Cell] = {}
    for at, _, name, source in sorted(_ran(logs)):
        if until is None or datetime.fromisoformat(at) <= until:
            cells[name] = Cell(name, "code", source)
    if latest is None or not cells:
        return None
    header = latest.folded.header
    return TsnbDocument(header.notebook, header.kernel_name, header.language, tuple(cells.values()))


def _ran(logs: list[Mended]) -> Iterator[tuple[str, int, str, str]]:
    for log in logs:
        for cell in log.folded.cells.values():
            if cell.cell != INJECTED:
                yield cell.queued, cell.seq, cell.cell, cell.source
