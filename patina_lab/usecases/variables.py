"""What can be asked of variables: all of them, or one and what is in it."""

from __future__ import annotations

import contextlib
from weakref import WeakKeyDictionary

import msgspec

from patina_lab import wire
from patina_lab.kernel.asking import KernelRefusedError
from patina_lab.model.cells import CellStatus
from patina_lab.problem import (
    conflict,
    not_found,
)
from patina_lab.rooms.registry import Rooms
from patina_lab.runs.runner import Runner
from patina_lab.text import Text
from patina_lab.text import gettext as _
from patina_lab.usecases.checks import no_such_cell

LOOK_SECONDS = 2.0
PAGE, MOST_PAGE = 100, 1_000
_REMEMBERED = 1_000
"""Pages of the variables of a run."""

Asked = tuple[int, str, str, int, int]
Seen = dict[Asked, wire.GlobalPage]


class Variables:
    """The use cases of variables."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        # Pages can be large: they go with the run they are of, when its notebook is closed.
        self._seen: WeakKeyDictionary[Runner, Seen] = WeakKeyDictionary()

    def all(self, run: str, after: int | None) -> list[wire.Global]:
        """Return the variables as they are now, or as they were after an output cell."""
        room, seen = self._rooms.by_run(run), {run}
        known = room.roster.known(run)
        if after is None:
            return known.variables.rows()
        while (parent := known.run.parent) is not None and after <= parent.seq:
            # A log that was changed by hand can name itself as what it is a fork of.
            if after == parent.seq or not room.roster.has(parent.run) or parent.run in seen:
                return _sorted(known.variables.after(after, 1))
            seen.add(parent.run)
            known = room.roster.known(parent.run)
        cell = next((cell for cell in known.cells if cell.seq == after), None)
        if cell is None:
            raise no_such_cell(after)
        if cell.status in ("queued", "running"):
            raise conflict(
                _("That cell is not done yet"),
                _("Output cell %1 is %2", after, CellStatus(cell.status).text),
                _("Wait for it."),
            )
        return _sorted(known.variables.after(after, cell.session))

    async def one(
        self, run: str, name: str, path: list[str], offset: int, limit: int
    ) -> wire.GlobalPage:
        """Return a variable, or a part of it, and some of what is in it."""
        runner = self._rooms.runner(run)
        limit = max(1, min(limit, MOST_PAGE))
        key = (runner.run.session, name, msgspec.json.encode(path).decode(), offset, limit)
        content = {"name": name, "path": path, "offset": offset, "limit": limit}
        if not runner.run.has_kernel or "globals" not in runner.run.capabilities:
            return self._last_seen(runner, key, _("The run has no kernel that tells of variables"))
        try:
            reply = await runner.connection.ask("globals", content, LOOK_SECONDS)
        except KernelRefusedError as error:
            if error.name == "NoSuchGlobal":
                what = _("There is no such variable")
                raise not_found(what, error.message, error.hint) from error
            return self._last_seen(runner, key, error.message)
        page = page_of(reply)
        seen = self._seen.setdefault(runner, {})
        seen[key] = page
        if len(seen) > _REMEMBERED:
            del seen[next(iter(seen))]
        return page

    def _last_seen(self, runner: Runner, key: Asked, why: Text) -> wire.GlobalPage:
        """Return what was seen of a variable before, marked so."""
        if (page := self._seen.get(runner, {}).get(key)) is not None:
            return msgspec.structs.replace(page, stale=True)
        row = runner.recorder.variables.now.get(key[1])
        if row is not None and key[2] == "[]":
            return wire.GlobalPage(value=row, children=[], total=row.length or 0, stale=True)
        raise conflict(
            _("The variable cannot be opened now"), why, _("Try again when the run is idle.")
        )


PAGE_FIELDS = ("global", "children", "total", "stale", "picture")


def page_of(reply: dict[str, object]) -> wire.GlobalPage:
    """Return a kernel's reply about one variable as the wire has it."""
    content: dict[str, object] = {name: reply[name] for name in PAGE_FIELDS if name in reply}
    with contextlib.suppress(msgspec.ValidationError):
        return msgspec.convert(content, wire.GlobalPage)
    raise conflict(
        _("The variable cannot be shown"),
        _("The kernel's answer makes no sense"),
        _("Print it in a cell, and see the server's log."),
    )


def _sorted(table: dict[str, wire.Global]) -> list[wire.Global]:
    return sorted(table.values(), key=lambda row: row.name)
