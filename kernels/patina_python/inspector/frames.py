"""Data frames and columns, of whatever library: `Frame` is what they have in common."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from itertools import islice

from patina_python.inspector.lens import LENSES, Facts, Lens
from patina_python.inspector.parts import (
    MissingPartError,
    Part,
    Parts,
    both,
    items,
    key_step,
    number_in,
)
from patina_python.inspector.text import MOST_ITEMS, joined, short

ROWS, INDEX = "rows", "index"


@dataclass(frozen=True, slots=True)
class Frame:
    """A table: columns with names (perhaps the same) and dtypes, rows numbered from 0.

    `bytes()` returns its size and whether that is only approximate; `label(column)` a name,
    `dtype(column)` a type, `cell(row, column)` a value. `index` is there where rows have labels of
    their own.
    """

    height: int
    width: int
    bytes: Callable[[], tuple[int | None, bool]]
    label: Callable[[int], object]
    dtype: Callable[[int], str]
    cell: Callable[[int, int], object]
    index: Index | None = None


@dataclass(frozen=True, slots=True)
class Index:
    """What the rows of a frame are called: a frame of one column, and its name if it has one."""

    labels: Frame
    name: str | None

    @property
    def step(self) -> str:
        """The step that leads to it; its name is in it, as that of a column is."""
        return INDEX if self.name is None else INDEX + key_step(self.name, 0)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a frame."""

    frame: Frame
    number: int


@dataclass(frozen=True, slots=True)
class Rows:
    """All rows of a frame."""

    frame: Frame


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a frame."""

    frame: Frame
    number: int


def frame_parts(frame: Frame) -> Parts:
    """Return `rows`, the index where there is one, then the columns by name."""
    return both(_rows_and_index(frame), _columns(frame))


def _rows_and_index(frame: Frame) -> Parts:
    heads: list[Part] = [(ROWS, Rows(frame))]
    if frame.index is not None:
        heads.append((frame.index.step, frame.index))

    def find(step: str) -> object:
        for name, held in heads:
            if name == step:
                return held
        raise MissingPartError(step)

    return Parts(len(heads), lambda offset, limit: heads[offset : offset + limit], find)


def _columns(frame: Frame) -> Parts:
    def page(offset: int, limit: int) -> list[Part]:
        columns = range(offset, min(offset + limit, frame.width))
        steps = _steps(frame, columns)
        return [(step, Column(frame, n)) for step, n in zip(steps, columns, strict=True)]

    def find(step: str) -> object:
        return Column(frame, _numbered(frame, step))

    return Parts(frame.width, page, find)


def _row_parts(row: Row) -> Parts:
    frame, number = row.frame, row.number

    def page(offset: int, limit: int) -> list[Part]:
        columns = range(offset, min(offset + limit, frame.width))
        steps = _steps(frame, columns)
        return [(s, frame.cell(number, n)) for s, n in zip(steps, columns, strict=True)]

    def find(step: str) -> object:
        return frame.cell(number, _numbered(frame, step))

    return Parts(frame.width, page, find)


def _steps(frame: Frame, columns: range) -> list[str]:
    """Return the steps to columns: their names, or the number where an earlier one has the name."""
    taken = {key_step(frame.label(number), number) for number in range(columns.start)}
    steps: list[str] = []
    for number in columns:
        step = key_step(frame.label(number), number)
        steps.append(f"#{number}" if step in taken else step)
        taken.add(step)
    return steps


def _numbered(frame: Frame, step: str) -> int:
    number = number_in(step, "#", "")
    if number is None:
        labels = range(frame.width)
        number = next((n for n in labels if key_step(frame.label(n), n) == step), frame.width)
    if number >= frame.width:
        raise MissingPartError(step)
    return number


def frame_facts(frame: Frame) -> Facts:
    """Return what is said of a frame: its columns and their types."""
    some = range(min(frame.width, MOST_ITEMS))
    texts = [f"{_label(frame, number)} {frame.dtype(number)}" for number in some]
    summary = ", ".join(texts + ["…"] * (frame.width > len(some)))
    size, approximate = frame.bytes()
    shape = (frame.height, frame.width)
    return Facts(summary, size, frame.height, shape, approximate=approximate)


def _label(frame: Frame, column: int) -> str:
    label = frame.label(column)
    return label[:40] if type(label) is str else short(label, 0)


def column_facts(column: Column) -> Facts:
    """Return what is said of a column: its first values."""
    frame, number = column.frame, column.number
    values = (frame.cell(row, number) for row in range(frame.height))
    text = f"[{joined(values, frame.height, 1)}]"
    dtype, shape = frame.dtype(number), (frame.height,)
    return Facts(text, None, frame.height, shape, dtype, type="column")


def column_parts(column: Column) -> Parts:
    """Return the values of a column, by row number."""
    frame, number = column.frame, column.number
    return items(frame.height, lambda row: frame.cell(row, number))


def _index_facts(index: Index) -> Facts:
    return replace(column_facts(Column(index.labels, 0)), type=INDEX)


def _index_parts(index: Index) -> Parts:
    return column_parts(Column(index.labels, 0))


def _row_facts(row: Row) -> Facts:
    frame = row.frame
    cells = ((_label(frame, n), frame.cell(row.number, n)) for n in range(frame.width))
    texts = [f"{label}={short(value, 1)}" for label, value in islice(cells, MOST_ITEMS)]
    summary = ", ".join(texts + ["…"] * (frame.width > len(texts)))
    return Facts(summary, length=frame.width, type="row")


def _rows_facts(rows: Rows) -> Facts:
    shape = (rows.frame.height, rows.frame.width)
    return Facts(f"{rows.frame.height:,} rows", length=rows.frame.height, shape=shape, type="rows")


def _rows_parts(rows: Rows) -> Parts:
    return items(rows.frame.height, lambda number: Row(rows.frame, number))


def extent_of_frame(frame: Frame) -> Hashable:
    """Return how high and wide a frame is."""
    return frame.height, frame.width


LENSES[id(Column)] = Lens(column_facts, column_parts)
LENSES[id(Index)] = Lens(_index_facts, _index_parts)
LENSES[id(Rows)] = Lens(_rows_facts, _rows_parts)
LENSES[id(Row)] = Lens(_row_facts, _row_parts)
