"""What the parts of a relay share: its loop, its sockets, its executor, its settings."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from patina_kernel.relay.checkpoints import Checkpoints
from patina_kernel.relay.journal import Journal
from patina_kernel.relay.lanes import Lanes
from patina_kernel.relay.loop import Loop
from patina_kernel.relay.messages import Message, Messages
from patina_kernel.relay.parked import Parked
from patina_kernel.relay.publisher import Publisher
from patina_kernel.relay.settings import Settings, from_environment
from patina_kernel.relay.sockets import Sockets
from patina_kernel.text import gettext as _
from patina_kernel.text import told
from patina_kernel.wire.ops import Op

# How long a subscriber has to ask for the journal before it is handed over unasked.
JOURNAL_PATIENCE = 2.0


class Core:
    """One kernel, seen from its relay."""

    def __init__(self, connection_file: str, directory: Path, *, outlives: bool) -> None:
        self.directory = directory
        self.loop = Loop()
        self.sockets = Sockets(connection_file)
        key = str(self.sockets.info.get("key") or "").encode()
        self.messages = Messages(key, str(self.sockets.info["signature_scheme"]))
        self.publisher = Publisher(
            self.loop,
            self.sockets.iopub,
            self.messages,
            Journal(directory),
            JOURNAL_PATIENCE if outlives else 0.0,
        )
        self.checkpoints = Checkpoints(self.loop, from_environment(), self._announce)
        self.lanes: Lanes | None = None
        self.hello: dict[str, Any] = {}
        # Attached, and the executor has said hello.
        self.ready = False
        # The executor has ended, and a person is to choose how to go on.
        self.lost = False
        self.closing = False
        self.exit_status = 1
        # The globals as last seen, by name.
        self.table: dict[str, dict[str, Any]] = {}
        # What the running cell asks, as JSON, until somebody has answered.
        self.question: bytes | None = None
        # The header of the cell that runs or ran last, as JSON.
        self.parent = b"{}"

    @property
    def settings(self) -> Settings:
        """What a person has set."""
        return self.checkpoints.settings

    def tell_settings(self) -> None:
        """Tell the executor what it is to know of the settings; an executor may have others'."""
        if self.lanes is not None:
            # One that has just ended is dealt with where its death is noticed.
            with suppress(OSError):
                self.lanes.main.send_json(Op.SETTINGS, {"globals_ms": self.settings.globals_ms})

    def understands(self, channel: str, kind: str) -> bool:
        """Return whether the executor deals with such requests; any may be, before it said which.

        Given others it writes an error into the output of the cell that happens to run.
        """
        return channel not in self.hello or kind in self.hello[channel]

    def reply(
        self, channel: Any, request: Message, content: dict[str, Any], metadata: bytes = b"{}"
    ) -> None:
        """Reply to a request ourselves."""
        kind = request.type.removesuffix("_request") + "_reply"
        frames = self.messages.make(request.route, kind, content, request.parent, metadata)
        channel.send_multipart(frames)

    def answer(self, request: Message, content: dict[str, Any]) -> None:
        """Reply to a control request, and be idle after it."""
        self.reply(self.sockets.control, request, content)
        self.publisher.status("idle", request.parent)

    def _announce(self, dropped: list[Parked], why: str) -> None:
        content = {
            "dropped": [{"checkpoint": parked.id, "msg_id": parked.msg_id} for parked in dropped],
            "why": why,
            "kept": len(self.checkpoints),
        }
        self.publisher.publish(b"patina", "patina_checkpoints", content, self.parent)


def unknown(kind: str) -> dict[str, Any]:
    """Return the content of the reply to a request of a kind that there is not."""
    return failure("UnknownRequest", _("there is no %1", kind))


def failure(name: str, message: str, hint: str = "") -> dict[str, Any]:
    """Return the content of a reply that says what went wrong, and what to do."""
    return {
        "status": "error",
        "ename": name,
        **told(evalue=message, hint=hint),
        "traceback": [],
    }
