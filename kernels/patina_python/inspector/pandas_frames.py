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
    is_ours = _held(index) is not None

    def place(column: int) -> tuple[Any, int]:
        if not is_ours:
            return _found(manager.blocks, column)
        values = manager.blocks[manager.blknos[column]].values
        return values, int(manager.blklocs[column])

    def cell(row: int, column: int) -> object:
        values, at = place(column)
        return values[at, row] if len(values.shape) == 2 else values[row]

    return Frame(
        height=len(index) if is_ours else _height(manager.blocks),
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


def _found(blocks: Any, column: int) -> tuple[Any, int]:
    """Return the values that a column is among, and its place there.

    A manager knows that, but before it does it asks the index for its length.
    """
    for block in blocks:
        (at,) = (block.mgr_locs.as_array == column).nonzero()
        if len(at):
            return block.values, int(at[0])
    raise IndexError(column)


def _height(blocks: Any) -> int:
    """Return the number of rows without the index. Raises LookupError."""
    for block in blocks:
        if _is_known(block.values):
            return int(block.values.shape[-1])
    raise LookupError("index and columns are a user's")


def _labels(index: Any) -> Index | None:
    """Return what the rows are called; None for their numbers, or what could be a user's."""
    held = _held(index)
    if held is None:
        return None
    name = _name(held["_names"] if _is(index, "MultiIndex") else [held.get("_name")])
    if _is(index, "RangeIndex") and held["_range"] == range(len(index)) and name is None:
        return None
    return Index(_single(index, lambda: (None, False)), name)


def _held(index: Any) -> dict[str, Any] | None:
    """Return what an index of pandas holds, if all of that is of the types that pandas puts there.

    Anybody can put something else there, which `len`, `==` or a look at its truth would call.
    """
    held = instance_dict(index)
    if held is None or not any(_is(index, each) for each in _INDEXES):
        return None
    if _is(index, "RangeIndex"):
        sound = type(held.get("_range")) is range
    elif _is(index, "MultiIndex"):
        sound = _has_levels(held)
    else:
        sound = _is_known(held.get("_data"))
    return held if sound and type(held.get("_cache")) is dict else None


def _is(index: object, name: str) -> bool:
    """Tell whether it is exactly that class of pandas'."""
    return type(index) is (instance_dict(sys.modules.get("pandas")) or {}).get(name)


def _has_levels(held: dict[str, Any]) -> bool:
    frozen = (instance_dict(sys.modules.get("pandas.core.indexes.frozen")) or {}).get("FrozenList")
    levels: Any = held.get("_levels")
    codes: Any = held.get("_codes")
    if (
        type(levels) is not frozen
        or type(codes) is not frozen
        or type(held.get("_names")) is not list
    ):
        return False
    return all(map(_is_known, codes)) and all(_held(level) is not None for level in levels)


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
