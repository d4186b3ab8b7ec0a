"""Parked copies of an executor, as the relay holds them."""

from __future__ import annotations

import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from patina_kernel.text import gettext as _
from patina_kernel.wire import packet
from patina_kernel.wire.channel import Channel, parse
from patina_kernel.wire.ops import Op

# A copy is made in milliseconds, in hundreds of them with many GB; beyond this it is stuck.
DUPLICATE_SECONDS = 20.0


class StuckError(RuntimeError):
    """A parked copy that does not answer, or ended."""


@dataclass(slots=True, eq=False)
class Parked:
    """A copy that waits. It ends when its channel does, so it never outlives who holds it."""

    channel: Channel
    pid: int
    report: list[dict[str, Any]] = field(default_factory=list)
    id: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    taken: str = field(
        default_factory=lambda: (
            datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        )
    )
    # The cell before which it was taken, once that cell has begun.
    msg_id: str | None = None
    # The latest cells that led to its state.
    cells: tuple[str, ...] = ()
    # The globals as they were then.
    table: dict[str, dict[str, Any]] = field(default_factory=dict)

    def duplicate(self) -> Parked:
        """Return another copy of the same state. Raises StuckError."""
        try:
            self.channel.send(Op.DUPLICATE)
            ready = packet.readable(self.channel.socket, DUPLICATE_SECONDS)
            answer = self.channel.receive() if ready else None
        except OSError as error:
            raise StuckError(_("the checkpoint %1 is gone", self.id)) from error
        if answer is None or not answer.descriptors:
            why = parse(answer).get("evalue", "") if answer else _("it does not answer")
            raise StuckError(_("the checkpoint %1 cannot be used: %2", self.id, why))
        channel = Channel.of_descriptor(answer.descriptors[0])
        copy = Parked(channel, int(parse(answer)["pid"]), self.report)
        copy.table, copy.msg_id = dict(self.table), self.msg_id
        return copy

    def end(self) -> None:
        """Let the copy end."""
        with suppress(OSError):
            self.channel.send(Op.EXIT)
        self.channel.close()
