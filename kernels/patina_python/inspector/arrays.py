"""numpy's arrays and scalars, torch's tensors."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from patina_python.inspector import pictures
from patina_python.inspector.lens import LENSES, Facts, Lens
from patina_python.inspector.libraries import Introduce
from patina_python.inspector.parts import Parts, items
from patina_python.inspector.text import MOST_ITEMS, WRITERS, joined

_PLAIN_KINDS = "biufcmMSUO"
_SIZES = {"int": "8 16 32 64", "uint": "8 16 32 64", "float": "16 32 64", "complex": "64 128"}
_NUMBERS = (
    *(f"{kind}{bits}" for kind, sizes in _SIZES.items() for bits in sizes.split()),
    *("bool_", "longlong", "ulonglong", "longdouble", "clongdouble", "datetime64", "timedelta64"),
)


def dtype_name(dtype: Any) -> str:
    """Return the name of a dtype; of a structured one, only how many fields it has."""
    fields = getattr(dtype, "fields", None)
    return f"{len(fields)} fields" if fields else str(dtype)[:60]


def _array(value: Any) -> Facts:
    summary = _first_items(value) if value.dtype.kind in _PLAIN_KINDS else ""
    return _array_facts(value, summary)


def _array_facts(value: Any, summary: str) -> Facts:
    length = value.shape[0] if value.shape else None
    return Facts(summary, value.nbytes, length, tuple(value.shape), dtype_name(value.dtype))


def _first_items(value: Any) -> str:
    items = value.flat[:MOST_ITEMS].tolist() if value.dtype.kind in "biufcSUO" else value.flat
    text = joined(items, value.size, 1)
    return f"[{text}]" if value.shape else text


def _array_extent(value: Any) -> Hashable:
    return value.shape, value.itemsize


def _array_parts(value: Any) -> Parts:
    return items(value.shape[0] if value.shape else 0, value.__getitem__)


def _introduce_array(cls: type) -> None:
    LENSES[id(cls)] = Lens(_array, _array_parts, _array_extent, pictures.of_array)


def _introduce_file_array(cls: type) -> None:
    # No item of it is read unasked: its pages may have to come from a slow disk.
    LENSES[id(cls)] = Lens(lambda v: _array_facts(v, "in a file"), _array_parts, _array_extent)


def _scalar(value: Any) -> Facts:
    return Facts(str(value), value.nbytes, dtype=dtype_name(value.dtype))


def _introduce_scalar(cls: type) -> None:
    LENSES[id(cls)] = Lens(_scalar)
    WRITERS[id(cls)] = lambda value, _depth: str(value)


def _tensor(value: Any) -> Facts:
    # Its numbers are not read: they may be in a GPU, and reading waits for it.
    size = value.numel() * value.element_size()
    length = value.shape[0] if len(value.shape) else None
    shape = tuple(int(extent) for extent in value.shape)
    return Facts(f"on {value.device}", size, length, shape, str(value.dtype))


def _introduce_tensor(cls: type) -> None:
    LENSES[id(cls)] = Lens(_tensor, _array_parts, lambda value: tuple(value.shape))


AWAITED: dict[tuple[str, str], Introduce] = {
    ("numpy", "ndarray"): _introduce_array,
    ("numpy", "recarray"): _introduce_array,
    ("numpy.ma", "MaskedArray"): _introduce_array,
    ("numpy", "memmap"): _introduce_file_array,
    **{("numpy", name): _introduce_scalar for name in _NUMBERS},
    ("torch", "Tensor"): _introduce_tensor,
}
