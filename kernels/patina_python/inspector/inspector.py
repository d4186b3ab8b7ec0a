"""The inspector of a Python session."""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from patina_kernel.language import Change, Delta, Global, NoSuchGlobalError, Page

from patina_python.inspector import arrays, pictures, tables
from patina_python.inspector.describe import describe, parts_of, picture_of
from patina_python.inspector.libraries import Libraries
from patina_python.inspector.marks import Mark
from patina_python.inspector.objects import plain
from patina_python.inspector.parts import MissingPartError
from patina_python.inspector.rounds import Batch, Round, State
from patina_python.inspector.visible import is_users

MOST_CHILDREN = 500
MOST_STEPS = 64


class PythonInspector:
    """Watches a namespace; implements `patina_kernel.language.Inspector`.

    `hidden` are names that the shell put there: each is shown once it stands for another value.
    """

    def __init__(self, namespace: dict[str, Any], hidden: Collection[str] = ()) -> None:
        self._namespace = namespace
        self._libraries = Libraries({**arrays.AWAITED, **tables.AWAITED, **pictures.AWAITED})
        names = frozenset(hidden)
        shells = [(k, v) for k, v in _pairs(namespace) if type(k) is str and k in names]
        self._hidden = {name: Mark(value) for name, value in shells}
        self._never: set[object] = set()
        self._marks: dict[str, Mark] = {}
        self._rows: dict[str, Global] = {}
        self._round = Round()

    def before_cell(self, code: str) -> None:
        """Note the code; it is parsed later, for now a person waits."""
        self._round = self._round.followed_by(code)

    def delta(self, seconds: float) -> Delta:
        """Return what changed since the last one; names of the cell first."""
        batch = Batch(seconds)
        with _no_collection():
            self._libraries.refresh()
            now = self._visible()
            for name, change in self._round.changes(State(now, self._marks), batch):
                batch.add(self._changed(name, now.get(name), change))
        return Delta(tuple(batch.rows), len(now), complete=not batch.stopped)

    def table(self) -> tuple[Global, ...]:
        """Return all globals as last seen. Safe from another thread, while a cell runs."""
        return tuple(self._rows.values())

    def children(self, name: str, path: Sequence[str], offset: int, limit: int) -> Page:
        """Return a page of the parts of a value; MOST_CHILDREN at most, steps as in `parts`."""
        self._libraries.refresh()
        value, of = self._at(name, path)
        try:
            parts = parts_of(value)
            some = parts.page(max(offset, 0), max(0, min(limit, MOST_CHILDREN))) if parts else []
            shown = tuple(describe(step, part) for step, part in some)
            picture = picture_of(value) if offset <= 0 else None
            total = parts.total if parts else 0
            return Page(describe(of, value), shown, total, picture=picture)
        except Exception as error:
            what = f"{plain(name, 80)} cannot be opened: {type(error).__name__}"
            raise NoSuchGlobalError(what) from error

    def _at(self, name: str, path: Sequence[str]) -> tuple[object, str]:
        now = self._visible()
        if name not in now:
            raise NoSuchGlobalError(f"There is no variable {plain(name, 80)}.")
        if len(path) > MOST_STEPS:
            raise NoSuchGlobalError(f"The path below {plain(name, 80)} is too long.")
        value: object = now[name]
        for step in path:
            value = _descend(value, step, name)
        return value, path[-1] if path else name

    def _visible(self) -> dict[str, object]:
        """Return the user's variables, in a dict that has no other key than plain texts."""
        marks, never, now = self._marks, self._never, {}
        for name, value in _pairs(self._namespace):
            if type(name) is not str:
                continue
            if name in marks or (name not in never and self._admit(name, value)):
                now[name] = value
        return now

    def _admit(self, name: str, value: object) -> bool:
        mark = self._hidden.get(name)
        if mark is not None and mark.compared(value, named=False) != "rebound":
            return False
        if not is_users(name):
            self._never.add(name)
            return False
        return True

    def _changed(self, name: str, value: object, change: Change) -> Global:
        if change == "gone":
            del self._marks[name]
            return replace(self._rows.pop(name), changed="gone")
        self._marks[name] = Mark(value)
        row = describe(name, value)
        self._rows[name] = row
        return replace(row, changed=change)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keep the garbage collector out: it would run the user's `__del__`, and take its time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _pairs(namespace: dict[str, Any]) -> Iterable[tuple[Any, Any]]:
    """Return what is in the namespace now, though another thread may be changing it."""
    for _ in range(100):
        names, values = list(dict.keys(namespace)), list(dict.values(namespace))
        if len(names) == len(values) == len(namespace):
            return zip(names, values, strict=True)
    return ()


def _descend(value: object, step: str, name: str) -> object:
    try:
        parts = parts_of(value)
        if parts is not None:
            return parts.find(step)
    except MissingPartError:
        pass
    except Exception as error:
        raise NoSuchGlobalError(f"{plain(name, 80)} cannot be opened.") from error
    raise NoSuchGlobalError(f"{plain(name, 80)} has no part {plain(step, 80)} (any more).")
