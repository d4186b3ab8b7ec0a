"""The variables of a run: as they are now, and as they were after each output cell. Pure.

A cell tells what it changed. The state after a cell is made of what its session began with and of
what every cell up to it has told, without those that were undone before it ran.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from patina_lab import wire

MOST_ROWS = 10_000
"""More variables than this are neither logged nor shown."""
MOST_NAMES = 100
"""How many names an output cell lists as changed."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a cell changed, or (with the seq before its first cell) what a session began with."""

    seq: int
    session: int
    rows: list[wire.Global]
    total: int


@dataclass(slots=True)
class Variables:
    """Adds up what was told."""

    now: dict[str, wire.Global] = field(default_factory=dict)
    total: int = 0
    _told: list[Told] = field(default_factory=list)
    _undone: dict[int, int] = field(default_factory=dict)
    """Of each undone cell the last one that had been asked for when it was undone."""
    _marks: dict[str, wire.GlobalChange] = field(default_factory=dict)
    _gone: dict[str, wire.Global] = field(default_factory=dict)
    _step: tuple[int, int] = (0, 0)

    def begin(self, session: int) -> None:
        """Begin a session, if it has not begun: what was before is gone."""
        if session != self._step[0]:
            self.empty()
            self._step = (session, 0)

    def tell(self, told: Told) -> None:
        """Take a cell's changes into account."""
        self.begin(told.session)
        self._told.append(told)
        self.ran(told.seq, told.session)
        for row in told.rows:
            self._mark(row)
        _apply(self.now, told)
        self.total = told.total

    def ran(self, seq: int, session: int) -> None:
        """Take note that a cell ran, whatever it changed: older changes are no news any more."""
        if (session, seq) != self._step:
            self._step = (session, seq)
            self._marks, self._gone = {}, {}

    def _mark(self, row: wire.Global) -> None:
        if row.changed is None:
            return
        if row.changed == "gone":
            self._marks.pop(row.name, None)
            self._gone[row.name] = self.now.get(row.name, row)
        else:
            self._gone.pop(row.name, None)
            self._marks[row.name] = row.changed

    def undo(self, seqs: Iterable[int], last_seq: int, position: int, session: int) -> None:
        """Go back to the state after `position`; what differs from before is marked."""
        self._undone.update(dict.fromkeys(seqs, last_seq))
        before, self.now = self.now, self.after(position, session)
        self._step = (session, -last_seq)
        self._gone = {name: row for name, row in before.items() if name not in self.now}
        self._marks = {}
        for name, row in self.now.items():
            if name not in before:
                self._marks[name] = "new"
            elif _shown(before[name]) != _shown(row):
                self._marks[name] = "rebound"
        self.total = len(self.now)

    def empty(self) -> None:
        """Forget what is now: the kernel is gone."""
        self.now, self._marks, self._gone, self.total = {}, {}, {}, 0

    def after(self, seq: int, session: int) -> dict[str, wire.Global]:
        """Return the variables as they were after a cell of a session."""
        table: dict[str, wire.Global] = {}
        for told in self._told:
            undone_before = self._undone.get(told.seq, seq) < seq
            if told.session == session and told.seq <= seq and not undone_before:
                _apply(table, told)
        return table

    def rows(self) -> list[wire.Global]:
        """Return what is now, by name; what the latest step changed is marked, and kept if gone."""
        rows = [
            msgspec.structs.replace(row, changed=self._marks[name]) if name in self._marks else row
            for name, row in self.now.items()
        ]
        rows += [msgspec.structs.replace(row, changed="gone") for row in self._gone.values()]
        if len(rows) > MOST_ROWS:
            rows = sorted(rows, key=lambda row: row.changed is None)[:MOST_ROWS]
        return sorted(rows, key=lambda row: row.name)


def _apply(table: dict[str, wire.Global], told: Told) -> None:
    for row in told.rows:
        if row.changed == "gone":
            table.pop(row.name, None)
        else:
            by = told.seq if row.changed is not None else row.by
            table[row.name] = msgspec.structs.replace(row, changed=None, by=by)


def _shown(row: wire.Global) -> wire.Global:
    return msgspec.structs.replace(row, by=None)


def global_rows(rows: Iterable[Mapping[str, Any]]) -> list[wire.Global]:
    """Return rows of a kernel as the wire has them; those that make no sense are left out."""
    converted: list[wire.Global] = []
    for row in rows:
        try:
            converted.append(msgspec.convert(row, wire.Global))
        except msgspec.ValidationError:
            continue
        if len(converted) == MOST_ROWS:
            break
    return converted


def begun_with(rows: list[wire.Global], by: Mapping[str, int | None]) -> list[wire.Global]:
    """Return rows that no cell of this session has changed; `by`: which earlier cell had."""
    return [
        msgspec.structs.replace(row, changed=None, by=by.get(row.name))
        for row in rows
        if row.changed != "gone"
    ]


def with_changes(cell: wire.OutputCell, rows: Iterable[wire.Global]) -> wire.OutputCell:
    """Return an output cell with the names it lists, after more was told of what it changed.

    What is new stays so when the same cell changes it again; what it takes away is only gone.
    """
    names = dict.fromkeys(cell.globals_changed or ())
    new = dict.fromkeys(cell.globals_new or ())
    gone = dict.fromkeys(cell.globals_gone or ())
    maybe = dict.fromkeys(cell.globals_maybe or ())
    for row in rows:
        if row.changed != "maybe":
            maybe.pop(row.name, None)
        elif row.name not in names:
            maybe.setdefault(row.name)
        names.setdefault(row.name)
        if row.changed == "gone":
            gone.setdefault(row.name)
            new.pop(row.name, None)
        else:
            gone.pop(row.name, None)
            if row.changed == "new":
                new.setdefault(row.name)
    listed = list(names)[:MOST_NAMES]
    return msgspec.structs.replace(
        cell,
        globals_changed=listed,
        globals_new=[name for name in listed if name in new] or None,
        globals_gone=[name for name in listed if name in gone] or None,
        globals_maybe=[name for name in listed if name in maybe] or None,
    )
