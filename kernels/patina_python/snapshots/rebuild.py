"""What snapshots call to build things again. Snapshots refer to these by name: never rename one."""

from __future__ import annotations

import types
from pathlib import Path
from typing import Any


def live_function(
    code: types.CodeType, namespace: dict[str, Any], name: str, free: int
) -> types.FunctionType:
    """Return a function bound to the live namespace, its closure still empty."""
    cells = tuple(types.CellType() for _ in range(free)) or None
    return types.FunctionType(code, namespace, name, None, cells)


def fill_function(
    function: types.FunctionType, state: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    """Give a function from `live_function` its attributes and its closure."""
    attributes, slots = state
    function.__dict__.update(attributes)
    for cell, saved in zip(function.__closure__ or (), slots.pop("__closure__") or (), strict=True):
        try:
            cell.cell_contents = saved.cell_contents
        except ValueError:
            continue  # a variable that its function had not yet bound
    for name, value in slots.items():
        setattr(function, name, value)


def array_view(root: Any, dtype: Any, place: tuple[int, Any, Any], writeable: str) -> Any:
    """Return a view into an array. `place`: bytes into it, shape, strides; `writeable`: yes, no."""
    import numpy as np  # noqa: PLC0415 - only a session with arrays needs numpy

    offset, shape, strides = place
    flat = root.T if root.flags.f_contiguous and not root.flags.c_contiguous else root
    view: Any = np.ndarray(shape, dtype, flat, offset, strides)
    if writeable == "no":
        view.flags.writeable = False
    return view


def open_bytes(path: str, buffering: int, offset: int) -> Any:
    """Return a file opened for reading bytes, where it was."""
    file = Path(path).open("rb", buffering=buffering)  # noqa: SIM115 - it is the user's to close
    file.seek(offset)
    return file


def open_text(path: str, encoding: str, errors: str | None, offset: int) -> Any:
    """Return a file opened for reading text, where it was; `offset` is what its `tell` said."""
    file = Path(path).open(encoding=encoding, errors=errors)  # noqa: SIM115 - the user's to close
    file.seek(offset)
    return file
