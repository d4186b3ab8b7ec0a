"""After each cell: which names to compare, in which order, and what came of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from time import perf_counter
from types import FunctionType

from patina_kernel.language import Change, Global

from patina_python.inspector.cells import CellNames, names_of
from patina_python.inspector.describe import kind_of
from patina_python.inspector.marks import Mark

# One delta, as JSON, stays under 50 KB: what does not fit comes with the next one.
MOST_BYTES = 45_000
ROW_BYTES = 200
MOST_FUNCTIONS = 100
MOST_CELLS = 50
# So many names are compared however late it is: those that a cell bound are not to wait.
ALWAYS = 16
_GONE = object()


class Batch:
    """The rows of one delta, within its time and its size."""

    def __init__(self, seconds: float) -> None:
        self.rows: list[Global] = []
        self.stopped = False
        self._deadline = perf_counter() + 0.95 * seconds
        self._bytes = 0

    def add(self, row: Global) -> None:
        """Take a row."""
        self.rows.append(row)
        texts = (row.name, row.type, row.summary, row.dtype or "")
        self._bytes += ROW_BYTES + sum(len(json.dumps(text)) for text in texts)

    def large(self) -> bool:
        """Tell whether no more rows may come, and remember that it was so."""
        self.stopped = self._bytes >= MOST_BYTES
        return self.stopped

    def full(self) -> bool:
        """Tell whether to stop, for size or time, and remember that it was so."""
        self.stopped = self.large() or perf_counter() >= self._deadline
        return self.stopped


@dataclass(frozen=True, slots=True)
class State:
    """A namespace now, and what is remembered of it."""

    now: dict[str, object]
    marks: dict[str, Mark]


class Round:
    """What is to be compared after some cells, and what already was."""

    def __init__(self, codes: tuple[str, ...] = (), owed: frozenset[str] = frozenset()) -> None:
        self._codes = codes
        self._names = CellNames(fills=owed)
        self._touched = owed
        # Names yet to be compared, the next one last.
        self._pending: list[str] = []
        # Addresses of objects that may have changed: another name for one may have too.
        self._maybe: set[int] = set()

    def followed_by(self, code: str) -> Round:
        """Return the round after one more cell; what this one did not get to is not forgotten."""
        owed = self._touched.intersection(self._pending) if self._pending else self._touched
        return Round((*self._codes, code)[-MOST_CELLS:], owed)

    def changes(self, state: State, batch: Batch) -> Iterator[tuple[str, Change]]:
        """Yield names that changed until the batch is full; go on from there the next time."""
        if not self._pending:
            self._begin(state)
        pending, find, now = self._pending, state.marks.get, state.now
        taken = 0
        while pending:
            if taken and taken % ALWAYS == 0 and batch.full():
                break
            taken += 1
            name = pending.pop()
            mark, value = find(name), now.get(name, _GONE)
            # Most variables are numbers and texts that did not change: one comparison each.
            if mark is not None and mark.held is value:
                continue
            change = self._compared(name, mark, value)
            if change is not None:
                yield name, change
                if batch.large() or (taken > ALWAYS and batch.full()):
                    break
        if not pending:
            batch.stopped = False
            self._names, self._touched = CellNames(), frozenset()

    def _begin(self, state: State) -> None:
        for code in self._codes:
            self._names = self._names.joined_with(names_of(code))
        self._codes, self._maybe = (), set()
        names, now = self._names, state.now
        used = _reached(names.uses, now)
        data = {name for name in used if name in now and kind_of(now[name]) == "data"}
        self._touched = names.binds | names.fills | data
        gone = [name for name in state.marks if name not in now]
        rest = [name for name in (*gone, *now) if name not in self._touched]
        # Those bound come first, then the others of the cell, then the rest, the youngest first.
        self._pending = [*rest, *(self._touched - names.binds), *sorted(names.binds, reverse=True)]

    def _compared(self, name: str, mark: Mark | None, value: object) -> Change | None:
        if value is _GONE:
            return "gone" if mark else None
        if mark is None:
            return "new"
        change = mark.compared(value, named=name in self._touched or id(value) in self._maybe)
        if change == "maybe":
            self._maybe.add(id(value))
        return change


def _reached(uses: Iterable[str], now: dict[str, object]) -> frozenset[str]:
    """Return the names used, also by the user's functions that are used, as far as can be read."""
    found, waiting = set[str](), list(uses)
    functions = 0
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        value = now.get(name)
        if type(value) is FunctionType and functions < MOST_FUNCTIONS:
            functions += 1
            waiting += [each for each in value.__code__.co_names if type(each) is str]
    return frozenset(found)
