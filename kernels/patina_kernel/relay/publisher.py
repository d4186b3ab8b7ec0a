"""Everything that goes out on iopub: welcome messages, merged streams, the journal."""

from __future__ import annotations

import time
from typing import Any

import zmq

from patina_kernel.relay.journal import Journal
from patina_kernel.relay.loop import Loop
from patina_kernel.relay.messages import Messages
from patina_kernel.wire.packet import Frame

MERGE_SECONDS = 0.02
MERGE_CHARS = 64 * 1024
# Smaller messages are copied to ZMQ: cheaper than keeping track of who still reads them.
COPY_BYTES = 65_536


class Publisher:
    """Publishes in order. Text of one stream and cell that comes in quick succession is merged.

    What is said while there is no subscriber is kept; it is handed over `patience` seconds after
    one has come back, or as soon as one asks.
    """

    def __init__(
        self,
        loop: Loop,
        socket: zmq.Socket[bytes],
        messages: Messages,
        journal: Journal,
        patience: float,
    ) -> None:
        self._loop, self._socket, self._messages = loop, socket, messages
        self._journal, self._patience = journal, patience
        self._topics = 0
        # The first client may come a moment after the kernel has begun to speak.
        self._keeping, self._is_first = True, True
        self._pending: tuple[str, bytes, list[str]] | None = None
        self._pending_chars = 0
        self._flushed = 0.0

    def on_subscription(self) -> None:
        """Note who comes and goes; a new subscriber is welcomed (JEP 65)."""
        event = self._socket.recv()
        if event[:1] == b"\x00":
            self._topics -= 1
            if self._topics == 0:
                self.flush()
                self._keeping = True
            return
        self._topics += 1
        topic = event[1:]
        content = {"subscription": topic.decode("utf-8", "replace")}
        self._send([*self._messages.make([topic] if topic else [], "iopub_welcome", content)])
        if self._keeping and self._topics == 1:
            patience, self._is_first = 0.0 if self._is_first else self._patience, False
            self._loop.call_later(patience, self.hand_over)

    def hand_over(self) -> dict[str, int]:
        """Publish what was kept, if somebody listens; return how much it was."""
        self.flush()
        counts = {"messages": self._journal.messages, "dropped": self._journal.dropped}
        if not self._keeping or not self._topics:
            return {"messages": 0, "dropped": 0}
        self._keeping = False
        for frames in self._journal.hand_over():
            self._send([*frames])
        return counts

    def publish(self, topic: bytes, kind: str, content: dict[str, Any], parent: bytes) -> None:
        """Publish a message of our own."""
        self.flush()
        self._out(self._messages.make([topic], kind, content, parent))

    def status(self, state: str, parent: bytes) -> None:
        """Publish the state of the kernel, as the consequence of a request."""
        self.publish(b"kernel.patina.status", "status", {"execution_state": state}, parent)

    def forward(self, frames: list[Frame]) -> None:
        """Publish a message of the executor."""
        self.flush()
        self._out(self._messages.signed(frames))

    def stream(self, name: str, parent: bytes, text: str) -> None:
        """Publish text that was printed, soon."""
        if self._pending is not None and self._pending[:2] != (name, parent):
            self.flush()
        if self._pending is None:
            self._pending = (name, parent, [])
            self._loop.call_later(MERGE_SECONDS, self.flush)
        self._pending[2].append(text)
        self._pending_chars += len(text)
        waited = time.monotonic() - self._flushed
        if self._pending_chars > MERGE_CHARS or waited > MERGE_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Publish text that waits."""
        if self._pending is None:
            return
        name, parent, parts = self._pending
        self._pending, self._pending_chars = None, 0
        self._flushed = time.monotonic()
        content = {"name": name, "text": "".join(parts)}
        self._out(self._messages.make([b"stream." + name.encode()], "stream", content, parent))

    def _out(self, frames: list[Frame]) -> None:
        if self._keeping:
            self._journal.keep(frames)
        else:
            self._send(frames)

    def _send(self, frames: list[Frame]) -> None:
        self._socket.send_multipart(frames, copy=sum(map(len, frames)) < COPY_BYTES)
