"""The frames and columns of pandas, polars and pyarrow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from patina_python.inspector import pandas_frames
from patina_python.inspector.builtin import date_facts, write_by_facts
from patina_python.inspector.frames import (
    Column,
    Frame,
    column_facts,
    column_parts,
    extent_of_frame,
    frame_facts,
    frame_parts,
)
from patina_python.inspector.lens import LENSES, Facts, Lens
from patina_python.inspector.libraries import Introduce
from patina_python.inspector.text import WRITERS

# Of a table in more parts the size is not added up.
MOST_COLUMNS, MOST_CHUNKS = 100, 50


def _polars_frame(value: Any) -> Frame:
    """Return a polars DataFrame. Nothing here starts its threads, which a fork cannot carry."""
    height, width = value.shape
    names, dtypes = value.columns, value.dtypes
    return Frame(
        height=height,
        width=width,
        bytes=lambda: (int(value.estimated_size()), True),
        label=lambda column: names[column],
        dtype=lambda column: str(dtypes[column])[:60],
        cell=lambda row, column: value[row, column],
    )


def _polars_series(value: Any) -> Frame:
    return Frame(
        height=len(value),
        width=1,
        bytes=lambda: (int(value.estimated_size()), True),
        label=lambda _column: None,
        dtype=lambda _column: str(value.dtype)[:60],
        cell=lambda row, _column: value[row],
    )


def _arrow_table(value: Any) -> Frame:
    schema = value.schema
    return Frame(
        height=value.num_rows,
        width=value.num_columns,
        bytes=lambda: _arrow_bytes(value),
        label=lambda column: schema.field(column).name,
        dtype=lambda column: str(schema.field(column).type)[:60],
        cell=lambda row, column: value.column(column)[row],
    )


def _arrow_bytes(table: Any) -> tuple[int | None, bool]:
    few = table.num_columns <= MOST_COLUMNS
    few = few and (not table.num_columns or table.column(0).num_chunks <= MOST_CHUNKS)
    return (int(table.nbytes), False) if few else (None, False)


def _arrow_scalar(value: Any) -> Facts:
    return Facts(WRITERS[id(type(value))](value, 0), dtype=str(value.type)[:60])


def _arrow_number(value: Any, _depth: int) -> str:
    return str(value.as_py())


def _arrow_text(value: Any, _depth: int) -> str:
    # The start of the text, not all of it: it can be a gigabyte.
    if not value.is_valid:
        return "None"
    start = memoryview(value.as_buffer())[:100].tobytes().decode(errors="ignore")
    return repr(start[:80]) + "…" * (len(start) > 80)


def _introduce_arrow(write: Callable[[Any, int], str]) -> Introduce:
    def introduce(cls: type) -> None:
        LENSES[id(cls)] = Lens(_arrow_scalar)
        WRITERS[id(cls)] = write

    return introduce


def _introduce_frame(read: Callable[[Any], Frame]) -> Introduce:
    def introduce(cls: type) -> None:
        LENSES[id(cls)] = Lens(
            lambda value: frame_facts(read(value)),
            lambda value: frame_parts(read(value)),
            lambda value: extent_of_frame(read(value)),
        )

    return introduce


def _introduce_column(read: Callable[[Any], Frame]) -> Introduce:
    def facts(value: Any) -> Facts:
        frame = read(value)
        size, approximate = frame.bytes()
        said = column_facts(Column(frame, 0))
        return replace(said, bytes=size, approximate=approximate, type=None)

    def introduce(cls: type) -> None:
        LENSES[id(cls)] = Lens(
            facts,
            lambda value: column_parts(Column(read(value), 0)),
            lambda value: extent_of_frame(read(value)),
        )

    return introduce


def _introduce_timestamp(cls: type) -> None:
    LENSES[id(cls)] = Lens(date_facts)
    write_by_facts(cls)


def _introduce_timedelta(cls: type) -> None:
    LENSES[id(cls)] = Lens(lambda value: Facts(str(value)))
    write_by_facts(cls)


_INDEXES = ("Index", "RangeIndex", "DatetimeIndex", "TimedeltaIndex", "PeriodIndex")
_NUMBERS = ("Boolean", "Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64")
_OTHERS = ("Float", "Double", "Null", "Date32", "Date64", "Timestamp", "Duration")

AWAITED: dict[tuple[str, str], Introduce] = {
    ("pandas", "DataFrame"): _introduce_frame(pandas_frames.data_frame),
    ("pandas", "Series"): _introduce_column(pandas_frames.series),
    **{("pandas", name): _introduce_column(pandas_frames.index) for name in _INDEXES},
    ("pandas", "Timestamp"): _introduce_timestamp,
    ("pandas", "Timedelta"): _introduce_timedelta,
    ("polars", "DataFrame"): _introduce_frame(_polars_frame),
    ("polars", "Series"): _introduce_column(_polars_series),
    ("pyarrow", "Table"): _introduce_frame(_arrow_table),
    **{("pyarrow", f"{n}Scalar"): _introduce_arrow(_arrow_number) for n in (*_NUMBERS, *_OTHERS)},
    ("pyarrow", "StringScalar"): _introduce_arrow(_arrow_text),
    ("pyarrow", "LargeStringScalar"): _introduce_arrow(_arrow_text),
}
