"""pandas, read through its block manager.

The public properties are plain Python that anybody can patch, and `dtypes` builds a Series.
"""

from __future__ import annotations

import sys
from typing import Any

from patina_python.inspector.arrays import dtype_name
from patina_python.inspector.frames import Frame, Index
from patina_python.inspector.objects import instance_dict
from patina_python.inspector.parts import LONGEST_KEY

# Beyond so many parts the size of a frame is not added up.
MOST_BLOCKS = 100
_INDEXES = (
    *("Index", "RangeIndex", "DatetimeIndex", "TimedeltaIndex", "PeriodIndex"),
    *("CategoricalIndex", "IntervalIndex", "MultiIndex"),
)


def data_frame(value: Any) -> Frame:
    """Return a DataFrame as a frame."""
    manager = _manager(value)
    labels, index = manager.axes

    def place(column: int) -> tuple[Any, int]:
        values = manager.blocks[manager.blknos[column]].values
        return values, int(manager.blklocs[column])

    def cell(row: int, column: int) -> object:
        values, at = place(column)
        return values[at, row] if len(values.shape) == 2 else values[row]

    return Frame(
        height=len(index),
        width=len(labels),
        bytes=lambda: _size(manager.blocks),
        label=lambda column: labels[column],
        dtype=lambda column: _dtype(place(column)[0]),
        cell=cell,
        index=_labels(index),
    )


def series(value: Any) -> Frame:
    """Return a Series as a frame of one column."""
    blocks = _manager(value).blocks
    return _single(blocks[0].values, lambda: _size(blocks))


def index(value: Any) -> Frame:
    """Return an Index as a frame of one column."""
    data = (instance_dict(value) or {}).get("_data")
    return _single(value, lambda: (_bytes(data), True))


def _labels(index: Any) -> Index | None:
    """Return what the rows are called; None for their numbers, or what could be a user's."""
    pandas = instance_dict(sys.modules.get("pandas")) or {}
    held = instance_dict(index) or {}
    name = _name(held.get("_names") or [held.get("_name")])
    if held.get("_range") == range(len(index)) and name is None:
        return None
    levels: Any = held.get("_levels") or [index]
    values = [(instance_dict(level) or {}).get("_data") for level in levels]
    ours = any(type(index) is pandas.get(each) for each in _INDEXES)
    if not ours or ("_range" not in held and not all(_is_known(each) for each in values)):
        return None
    return Index(_single(index, lambda: (None, False)), name)


def _name(names: Any) -> str | None:
    """Return the name of an index, or those of its levels; None where it has none."""
    texts = [name for name in names if type(name) is str]
    return ", ".join(texts)[:LONGEST_KEY] if texts else None


def _single(values: Any, size: Any) -> Frame:
    return Frame(
        height=len(values),
        width=1,
        bytes=size,
        label=lambda _column: None,
        dtype=lambda _column: dtype_name(values.dtype),
        cell=lambda row, _column: values[row],
    )


def _manager(value: Any) -> Any:
    return (instance_dict(value) or {})["_mgr"]


def _size(blocks: Any) -> tuple[int, bool]:
    counted = [block.values for block in blocks[:MOST_BLOCKS]]
    sizes = [_bytes(values) for values in counted]
    # Of objects only the pointers are counted.
    vague = any(_dtype(values) == "object" for values in counted) or None in sizes
    return sum(size or 0 for size in sizes), vague or len(blocks) > MOST_BLOCKS


def _bytes(values: Any) -> int | None:
    return int(values.nbytes) if _is_known(values) else None


def _dtype(values: Any) -> str:
    return dtype_name(values.dtype) if _is_known(values) else "extension"


def _is_known(values: object) -> bool:
    """Tell whether it is numpy's or one of pandas' own: an extension array may be a user's."""
    numpy = instance_dict(sys.modules.get("numpy")) or {}
    pandas = instance_dict(sys.modules.get("pandas.arrays")) or {}
    return any(type(values) is each for each in (numpy.get("ndarray"), *pandas.values()))
