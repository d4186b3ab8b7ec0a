"""What is remembered of a variable, to see later whether it is the same object, and unchanged.

Nothing here keeps a user's object alive, with one exception that nobody can notice: a number, a
short text and the like (`is_atom`) is kept itself, which makes its identity certain. An object
that allows it is known by a weak reference, which dies with it, so that another object at the
same address is not taken for it. Two kinds of object are left, lists, dicts and tuples (no weak
reference is possible) and arrays (one would make numpy refuse `a.resize`): these are known by
their address and type together with their *extent*, the length and the first and last items (by
identity) or the shape. What Python could build at a freed address
without being noticed is then a list that looks the same in all of that, and only if the cell's
code did not name the variable: a named one is always looked at anew.
"""

from __future__ import annotations

import sys
import weakref
from collections.abc import Callable, Hashable
from itertools import islice
from types import ModuleType
from typing import Any

from patina_kernel.language import Change

from patina_python.inspector.builtin import SAMPLE
from patina_python.inspector.lens import LENSES
from patina_python.inspector.objects import derives_from, instance_dict

LONGEST_HELD = 256
_SMALL = frozenset(map(id, (type(None), bool, float, complex, type(...), type(NotImplemented))))
_IMMUTABLE = frozenset(map(id, (str, bytes, int, range, frozenset)))
_SAFE = frozenset(map(id, (list, tuple, dict, set, frozenset, str, bytes, bytearray)))
_NOTHING = object()


def is_atom(value: object) -> bool:
    """Tell whether it is immutable, holds no other object and is small."""
    cls = type(value)
    if cls is int or cls is str or cls is bytes:
        return sys.getsizeof(value) <= LONGEST_HELD
    return id(cls) in _SMALL


class Mark:
    """What is remembered of one value. `held` is the value itself if it is an atom."""

    __slots__ = ("_address", "_extent", "_kept", "_measure", "_type", "_weak", "_whole", "held")

    def __init__(self, value: object) -> None:
        self.held: object = value if is_atom(value) else _NOTHING
        self._address, self._type = id(value), id(type(value))
        self._weak, self._extent, self._measure = None, None, None
        self._kept: tuple[object, ...] = ()
        self._whole = True
        if self.held is _NOTHING:
            self._weak = _weak(value)
            self._measure = _measure_of(value)
            self._extent = self._measure(value) if self._measure else None
            self._kept, self._whole = _kept(value)

    def compared(self, value: object, *, named: bool) -> Change | None:
        """Return what became of the variable that now stands for this value.

        `named`: the cell may have changed it in place, so that only a proof says it did not.
        """
        if self.held is not _NOTHING:
            return None if self.held is value else "rebound"
        if self._address != id(value) or self._type != id(type(value)):
            return "rebound"
        if self._weak is not None and self._weak() is not value:
            return "rebound"
        if self._type == id(ModuleType):
            return None  # Imported once more. What is in it is none of the notebook's variables.
        if self._measure is not None and self._measure(value) != self._extent:
            return "maybe"
        return "maybe" if named and not self._whole else None


def _measure_of(value: object) -> Callable[[Any], Hashable] | None:
    lens = LENSES.get(id(type(value)))
    if lens is None or lens.extent is None:
        return None
    return lens.extent if id(type(value)) in _SAFE else _careful(lens.extent)


def _careful(measure: Callable[[Any], Hashable]) -> Callable[[Any], Hashable]:
    def careful(value: Any) -> Hashable:
        try:
            return measure(value)
        except Exception:  # noqa: BLE001 - a library's object can be half made
            return None

    return careful


def _weak(value: object) -> weakref.ref[Any] | None:
    if not _resizable(type(value)):
        try:
            return weakref.ref(value)
        except TypeError:
            return None
    return None


def _resizable(cls: type) -> bool:
    """Tell whether a weak reference is in the way: numpy's `resize`, torch's `swap_tensors`."""
    for module, name in (("numpy", "ndarray"), ("torch", "Tensor")):
        base = (instance_dict(sys.modules.get(module)) or {}).get(name)
        if base is not None and derives_from(cls, base):  # type: ignore[arg-type]
            return True
    return False


def _kept(value: Any) -> tuple[tuple[object, ...], bool]:
    """Return the atoms whose identity is in the extent, and whether they are the whole value.

    They are kept, for else another number at the address of one that is gone looked like it.
    """
    cls = type(value)
    if id(cls) in _IMMUTABLE:
        return (), True
    if cls is list or cls is tuple:
        seen = (*value[:SAMPLE], *value[-SAMPLE:])
        whole = len(value) <= 2 * SAMPLE
    elif cls is dict:
        seen = (*islice(dict.keys(value), SAMPLE), *islice(dict.values(value), SAMPLE))
        whole = len(value) <= SAMPLE
    else:
        return (), False
    atoms = tuple(each for each in seen if is_atom(each))
    return atoms, whole and len(atoms) == len(seen)
