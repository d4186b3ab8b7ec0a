"""What any request can come to, and requests through a socket."""

from __future__ import annotations

from msgspec import field

from patina_lab.wire.outputs import OutputCell
from patina_lab.wire.runrequests import Execute
from patina_lab.wire.wording import Wire, Worded, Wordings


class Problem(Worded, Wire, frozen=True):
    """Every error reply: what happened, why, and what to do."""

    message: str
    reason: str
    hint: str = field(default="")
    wording: Wordings | None = None


class SocketRequest(Wire, frozen=True, forbid_unknown_fields=True):
    """A request by the socket of the runs document. `id` is a number of the client's choice."""

    id: int
    run: str
    execute: Execute


class SocketReply(Wire, frozen=True):
    """The answer to the request with this `id`: `status` and the rest are as over HTTP."""

    id: int
    status: int
    cells: list[OutputCell] | None = None
    problem: Problem | None = None
