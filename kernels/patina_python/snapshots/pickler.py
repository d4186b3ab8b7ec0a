"""Pickling variable after variable into one stream, so that what they share stays shared.

All variables go through one pickler with one memo. One that cannot be pickled is taken out again:
its bytes are dropped and so is what it put into the memo, and the next goes on as if it had not
been there.
"""

from __future__ import annotations

import io
import pickle
import types
from dataclasses import dataclass
from typing import Any

import cloudpickle  # type: ignore[import-untyped]
from cloudpickle import cloudpickle as details

from patina_python.inspector.objects import is_class
from patina_python.snapshots import rebuild
from patina_python.snapshots.files import reduced_file
from patina_python.snapshots.views import reduced_view

PROTOCOL = 5
LIVE = "the live namespace"

# A metaclass cannot put itself before this.
_MODULE_OF: Any = vars(type)["__module__"].__get__

# Not even tried: to undo a try takes time in proportion to all that was pickled before.
_NEVER = (types.GeneratorType, types.CoroutineType, types.AsyncGeneratorType)


class _Live(dict[str, Any]):
    """Stands for the live namespace; compared by identity."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One variable, pickled: its bytes, its large ones beside them, and what is to be told."""

    pickled: bytes
    buffers: tuple[pickle.PickleBuffer, ...]
    notes: tuple[str, ...]


class _Pickler(cloudpickle.Pickler):  # type: ignore[misc]
    def __init__(self, file: io.BytesIO, namespace: dict[str, Any], found: _Found) -> None:
        super().__init__(file, protocol=PROTOCOL, buffer_callback=found.buffers.append)
        self._namespace = namespace
        self._live = _Live()
        self._found = found

    def persistent_id(self, value: object) -> str | None:
        return LIVE if value is self._live or value is self._namespace else None

    def reducer_override(self, value: Any) -> Any:
        self._found.see(value)
        if type(value) is types.FunctionType and value.__globals__ is self._namespace:
            return self._live_function(value)
        for reduce in (reduced_file, reduced_view):
            reduced = reduce(value, self._found.notes.append)
            if reduced is not None:
                return reduced
        reduced = super().reducer_override(value)
        return _without_identity(reduced) if is_class(value) else reduced

    def _live_function(self, value: types.FunctionType) -> Any:
        """Reduce a function of a cell: its globals are the live ones, not a copy of some."""
        attributes, slots = details._function_getstate(value)
        for name in ("__globals__", "_cloudpickle_submodules"):
            slots.pop(name, None)
        free = len(value.__code__.co_freevars)
        start = (value.__code__, self._live, value.__name__, free)
        return rebuild.live_function, start, (attributes, slots), None, None, rebuild.fill_function


def _without_identity(reduced: Any) -> Any:
    """Take cloudpickle's tracking of a class out: a loaded class must not change a live one."""
    if not isinstance(reduced, tuple) or reduced[0] is not details._make_skeleton_class:
        return reduced
    make, arguments, *rest = reduced
    return make, (*arguments[:4], None, arguments[5]), *rest


class _Found:
    """What comes up while one variable is pickled."""

    def __init__(self) -> None:
        self.buffers: list[pickle.PickleBuffer] = []
        self.notes: list[str] = []
        self.libraries: set[str] = set()

    def see(self, value: Any) -> None:
        """Remember which library a class or function comes from."""
        home: object
        if type(value) is types.FunctionType:
            home = value.__module__
        elif type(value) is types.ModuleType:
            home = vars(value).get("__name__")
        else:
            home = _MODULE_OF(value if is_class(value) else type(value))
        if type(home) is str:
            self.libraries.add(home.partition(".")[0])


class VariablePickler:
    """Pickles the variables of a namespace one after another."""

    def __init__(self, namespace: dict[str, Any]) -> None:
        self._file = io.BytesIO()
        self._found = _Found()
        self._pickler = _Pickler(self._file, namespace, self._found)
        self._boxes: list[list[Any]] = []

    @property
    def libraries(self) -> frozenset[str]:
        """The top-level modules that the values so far come from."""
        return frozenset(self._found.libraries)

    def pickled(self, value: Any) -> Segment:
        """Return one variable, pickled. Whatever its classes raise is raised, and undone."""
        if any(type(value) is each for each in _NEVER):
            raise TypeError(f"cannot pickle '{type(value).__name__}' object")
        # A box is the first thing of a variable in the memo: it tells where that begins.
        box = [value]
        self._begin()
        try:
            self._pickler.dump(box)
        except BaseException:
            self._forget(box)
            raise
        self._boxes.append(box)
        found = self._found
        return Segment(self._file.getvalue(), tuple(found.buffers), tuple(found.notes))

    def starts(self) -> list[int]:
        """Return, for each variable so far, how many memo entries come before it."""
        memo = self._pickler.memo.copy()
        return [memo[id(box)][0] for box in self._boxes]

    def _begin(self) -> None:
        self._file.seek(0)
        self._file.truncate()
        self._found.buffers.clear()
        self._found.notes.clear()

    def _forget(self, box: list[Any]) -> None:
        memo = self._pickler.memo.copy()
        if id(box) in memo:
            start = memo[id(box)][0]
            self._pickler.memo = {k: v for k, v in memo.items() if v[0] < start}
