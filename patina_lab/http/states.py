"""Front doors of live states: fork, undo, checkpoints, save and load, variables."""

from __future__ import annotations

from collections.abc import Awaitable
from http import HTTPStatus

import msgspec

from patina_lab import wire
from patina_lab.http.operation import PatinaHandler, operation
from patina_lab.problem import bad_request
from patina_lab.text import gettext as _
from patina_lab.text import verbatim
from patina_lab.usecases.variables import PAGE

CREATED = HTTPStatus.CREATED


class ForkHandler(PatinaHandler):
    """`api/patina/runs/{run}/fork`."""

    @operation("execute", body=wire.ForkRun, reply=wire.Run, status=CREATED)
    def post(self, run: str, wanted: wire.ForkRun) -> Awaitable[wire.Run]:
        """Make a run that starts with this one's state, and queue cells in it."""
        return self.service.forks.fork(run, wanted, self.user_name)


class UndoHandler(PatinaHandler):
    """`api/patina/runs/{run}/undo`."""

    @operation("execute", reply=wire.Run)
    def post(self, run: str) -> Awaitable[wire.Run]:
        """Go back to the state before the last cell; after a crash, go on from it."""
        return self.service.states.undo(run)


class CheckpointsHandler(PatinaHandler):
    """`api/patina/runs/{run}/checkpoints`."""

    @operation("read", reply=list[wire.Checkpoint])
    def get(self, run: str) -> Awaitable[list[wire.Checkpoint]]:
        """List the states that the kernel keeps."""
        return self.service.states.checkpoints(run)


class SaveHandler(PatinaHandler):
    """`api/patina/runs/{run}/save`."""

    @operation("execute", reply=wire.SaveReply)
    def post(self, run: str) -> Awaitable[wire.SaveReply]:
        """Save the state to disk."""
        return self.service.states.save(run)


class LoadHandler(PatinaHandler):
    """`api/patina/runs/{run}/load`."""

    @operation("execute", body=wire.LoadRun, reply=wire.Run)
    def post(self, run: str, wanted: wire.LoadRun) -> Awaitable[wire.Run]:
        """Go on with the saved state in a new kernel."""
        return self.service.states.load(run, wanted)


class GlobalsHandler(PatinaHandler):
    """`api/patina/runs/{run}/globals`."""

    @operation("execute", reply=list[wire.Global], query=("after",))
    def get(self, run: str) -> list[wire.Global]:
        """List the variables as they are now; with `?after=` as they were after an output cell."""
        after = self.get_query_argument("after", None)
        return self.service.variables.all(run, None if after is None else number(after))


class GlobalHandler(PatinaHandler):
    """`api/patina/runs/{run}/globals/{name}`."""

    @operation("execute", reply=wire.GlobalPage, query=("path", "offset", "limit"))
    def get(self, run: str, name: str) -> Awaitable[wire.GlobalPage]:
        """Open a variable: `?path=` a part of it, `?offset=` and `?limit=` some of its children."""
        return self.service.variables.one(run, name, *page_asked(self))


class OutputCellHandler(PatinaHandler):
    """`api/patina/runs/{run}/timeline/{seq}`."""

    @operation("write", body=wire.ChangeOutputCell, reply=wire.OutputCell)
    def patch(self, run: str, seq: str, change: wire.ChangeOutputCell) -> wire.OutputCell:
        """Pin an output cell, or no longer."""
        return self.service.timelines.pin(run, number(seq), change)

    @operation("write", status=HTTPStatus.NO_CONTENT)
    def delete(self, run: str, seq: str) -> Awaitable[None]:
        """Delete an output cell from the history."""
        return self.service.timelines.delete(run, number(seq))


class FreeSpaceHandler(PatinaHandler):
    """`api/patina/runs/{run}/free-space`."""

    @operation("write", body=wire.FreeSpace, reply=wire.FreedSpace)
    def post(self, run: str, wanted: wire.FreeSpace) -> Awaitable[wire.FreedSpace]:
        """Delete all but the latest output cells from the history."""
        return self.service.timelines.free_space(run, wanted)


def number(text: str) -> int:
    """Return a whole number of a request."""
    if not (text.isascii() and text.isdecimal() and len(text) < 16):
        raise bad_request(
            _("That is no number"),
            _("%1 is no whole number", repr(text[:40])),
            _("Write it in digits."),
        )
    return int(text)


def page_asked(handler: PatinaHandler) -> tuple[list[str], int, int]:
    """Return which part of a variable is asked for: path, offset, limit."""
    try:
        path = msgspec.json.decode(handler.get_query_argument("path", "[]"), type=list[str])
    except msgspec.DecodeError as error:
        raise bad_request(
            _("That is no path"), verbatim(error), _('A path is a JSON array of names: ["0", "x"].')
        ) from error
    offset = number(handler.get_query_argument("offset", "0"))
    return path, offset, number(handler.get_query_argument("limit", str(PAGE)))
