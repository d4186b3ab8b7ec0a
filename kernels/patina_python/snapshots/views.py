"""Arrays that are views of others stay views: a write to one is seen in the other."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from patina_python.snapshots import rebuild


def reduced_view(value: Any, note: Callable[[str], None]) -> Any:
    """Return how to make a numpy view again from what it looks into, None for what is no view."""
    array = getattr(sys.modules.get("numpy"), "ndarray", None)
    if array is None or type(value) is not array:
        return None
    root = _root(value, array)
    if root is value or value.size == 0:
        return None
    if value.dtype.hasobject or root.dtype.hasobject or not _is_one_block(root):
        note("it is a view of another array and comes back as a copy")
        return None
    offset = _address(value) - _address(root)
    place = (offset, value.shape, value.strides)
    writeable = "yes" if value.flags.writeable else "no"
    return rebuild.array_view, (root, value.dtype, place, writeable)


def _root(value: Any, array: type) -> Any:
    while type(value.base) is array:
        value = value.base
    return value


def _is_one_block(root: Any) -> bool:
    return bool(root.flags.c_contiguous or root.flags.f_contiguous)


def _address(array: Any) -> int:
    return int(array.__array_interface__["data"][0])
