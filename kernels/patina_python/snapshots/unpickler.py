"""Unpickling variable after variable, going on when one does not come back.

The variables share one memo (see `pickler.py`). When one fails, its part of the memo is lost, and
so is a later variable that refers to it: that is looked up in its pickle before it is loaded.
"""

from __future__ import annotations

import io
import pickle
import pickletools
import struct
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

from patina_python.snapshots.manifest import Variable
from patina_python.snapshots.pickler import LIVE

_GETS = frozenset({"GET", "BINGET", "LONG_BINGET"})
_LOST = object()


class SharedLossError(Exception):
    """The variable shares an object with one that did not come back."""


class _Source:
    """The pickle at hand, as a file; and its buffers, as an iterator. Both change as we go."""

    def __init__(self) -> None:
        self._pickle = io.BytesIO()
        self._buffers: deque[memoryview | bytearray] = deque()

    def turn_to(self, pickled: memoryview, buffers: Sequence[memoryview | bytearray]) -> None:
        """Take up the next pickle."""
        self._pickle, self._buffers = io.BytesIO(pickled), deque(buffers)

    def read(self, size: int) -> bytes:
        """Read so many bytes."""
        return self._pickle.read(size)

    def readinto(self, target: bytearray) -> int:
        """Read as many bytes as fit."""
        return self._pickle.readinto(target)

    def readline(self) -> bytes:
        """Read a line."""
        return self._pickle.readline()

    def __iter__(self) -> Iterator[memoryview | bytearray]:
        return self

    def __next__(self) -> memoryview | bytearray:
        if not self._buffers:
            raise pickle.UnpicklingError("there are fewer buffers than the pickle asks for")
        return self._buffers.popleft()


class _Unpickler(pickle.Unpickler):
    def __init__(self, source: _Source, namespace: dict[str, Any]) -> None:
        super().__init__(source, buffers=source)
        self._source = source
        self._namespace = namespace
        self._given: list[Any] = []

    def begin_with(self, memo: list[Any]) -> None:
        """Fill the memo, by a pickle that does nothing else: to assign it loses entries."""
        self._given = memo
        remember = pickle.BINPERSID + pickle.MEMOIZE + pickle.POP
        entries = b"".join(
            pickle.BININT + struct.pack("<i", number) + remember for number in range(len(memo))
        )
        program = pickle.PROTO + b"\x05" + entries + pickle.NONE + pickle.STOP
        self._source.turn_to(memoryview(program), ())
        self.load()
        self._given = []

    def persistent_load(self, identity: Any) -> Any:
        if type(identity) is int and identity < len(self._given):
            return self._given[identity]
        if identity != LIVE:
            raise pickle.UnpicklingError("the pickle refers to something unknown")
        return self._namespace


class VariableUnpickler:
    """Unpickles variables, in the order in which they were pickled."""

    def __init__(self, namespace: dict[str, Any]) -> None:
        self._namespace = namespace
        self._source = _Source()
        self._unpickler = _Unpickler(self._source, namespace)
        self._start: int | None = None
        self._lost: list[range] = []

    def loaded(
        self, variable: Variable, pickled: memoryview, buffers: Sequence[memoryview | bytearray]
    ) -> Any:
        """Return the value. Raises whatever its classes raise, or SharedLossError."""
        self._mend(variable.memo)
        self._start = variable.memo
        if self._lost and _refers_to(pickled, self._lost):
            raise SharedLossError("it shares a value with a variable that did not come back")
        self._source.turn_to(pickled, buffers)
        box = self._unpickler.load()
        self._start = None
        return box[0]

    def _mend(self, memo_size: int) -> None:
        """After a failure: make the memo as long as if the failed variable had been loaded."""
        if self._start is None:
            return
        self._lost.append(range(self._start, memo_size))
        known = self._unpickler.memo.copy()
        self._unpickler = _Unpickler(self._source, self._namespace)
        before = [known.get(number, _LOST) for number in range(self._start)]
        self._unpickler.begin_with(before + [_LOST] * (memo_size - self._start))


def _refers_to(pickled: memoryview, lost: list[range]) -> bool:
    gets = {arg for code, arg, _ in pickletools.genops(bytes(pickled)) if code.name in _GETS}
    return any(number in each for number in gets for each in lost)
