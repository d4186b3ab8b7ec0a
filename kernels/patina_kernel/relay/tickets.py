"""Tickets: parked copies that wait for another kernel's relay to take them over.

A ticket is the path of our socket and a secret. Until it is claimed, the copy ends with us.
"""

from __future__ import annotations

import secrets
import socket
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from patina_kernel.relay.loop import Loop
from patina_kernel.relay.parked import Parked
from patina_kernel.runtime import directory
from patina_kernel.wire import packet
from patina_kernel.wire.channel import Channel, parse
from patina_kernel.wire.ops import Op

# How long a ticket waits to be claimed.
TICKET_SECONDS = 60.0
CLAIM_SECONDS = 20.0
SEPARATOR = "#"


class TicketError(RuntimeError):
    """A ticket that nobody honours (any more)."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a ticket is worth: a parked copy, and how it is to wake up."""

    channel: Channel
    pid: int
    reseed: bool
    report: list[dict[str, Any]]
    table: dict[str, dict[str, Any]]


class Tickets:
    """Issues tickets, and honours each once."""

    def __init__(self, loop: Loop, place: Path) -> None:
        self._loop = loop
        self._name = secrets.token_hex(8)
        self.path = place / f"{self._name}.sock"
        self._socket = directory.listen(self.path)
        self._waiting: dict[str, tuple[Parked, bool]] = {}
        loop.watch(self._socket.fileno(), self._on_connection)

    def issue(self, parked: Parked, *, reseed: bool) -> str:
        """Return a ticket for a parked copy."""
        secret = secrets.token_urlsafe(24)
        self._waiting[secret] = (parked, reseed)
        self._loop.call_later(TICKET_SECONDS, lambda: self._expire(secret))
        return f"{self.path}{SEPARATOR}{secret}"

    def close(self) -> None:
        """Honour no more tickets."""
        for secret in list(self._waiting):
            self._expire(secret)
        self._loop.unwatch(self._socket.fileno())
        self._socket.close()
        with suppress(OSError):
            self.path.unlink()

    def _expire(self, secret: str) -> None:
        waiting = self._waiting.pop(secret, None)
        if waiting is not None:
            waiting[0].end()

    def _on_connection(self) -> None:
        sock, _ = self._socket.accept()
        if not directory.is_ours(sock):
            sock.close()
            return
        channel = Channel(sock)
        self._loop.watch(channel.fileno(), lambda: self._on_claim(channel))

    def _on_claim(self, channel: Channel) -> None:
        self._loop.unwatch(channel.fileno())
        with suppress(OSError, ValueError, KeyError):
            claim = channel.receive_now()
            waiting = self._waiting.pop(parse(claim)["secret"], None) if claim else None
            if waiting is None:
                channel.send_json(Op.ACK, {"status": "error"})
            else:
                parked, reseed = waiting
                content = {"pid": parked.pid, "reseed": reseed, "report": parked.report}
                content["table"] = parked.table
                channel.send_json(Op.ACK, content, [parked.channel.fileno()])
                # Not ended: it now belongs to the other relay.
                parked.channel.close()
        channel.close()


def claim(ticket: str) -> Claimed:
    """Take over the parked copy of a ticket. Raises TicketError."""
    path, _, secret = ticket.partition(SEPARATOR)
    try:
        with directory.connect(path) as sock:
            channel = Channel(sock)
            channel.send_json(Op.CLAIM, {"secret": secret})
            answer = channel.receive() if packet.readable(sock, CLAIM_SECONDS) else None
    except OSError as error:
        raise TicketError("the kernel that was forked is gone") from error
    if answer is None or not answer.descriptors:
        raise TicketError("this ticket was used, or waited too long")
    content = parse(answer)
    waiting = Channel(socket.socket(fileno=answer.descriptors[0]))
    return Claimed(
        waiting, int(content["pid"]), content["reseed"], content["report"], content["table"]
    )
