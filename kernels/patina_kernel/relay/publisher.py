"""Everything that goes out on iopub: welcome messages, merged streams, the journal."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import zmq

from patina_kernel.relay.journal import Entry, Frames, Journal
from patina_kernel.relay.loop import Loop
from patina_kernel.relay.messages import Messages
from patina_kernel.wire.packet import Frame

MERGE_SECONDS = 0.02
MERGE_CHARS = 64 * 1024
# How long to wait when a subscriber's queue is full.
FULL_SECONDS = 0.02
# Smaller messages are copied to ZMQ: cheaper than keeping track of who still reads them.
COPY_BYTES = 65_536


class Publisher:
    """Publishes in order. Text of one stream and cell that comes in quick succession is merged.

    What is said while there is no subscriber is kept; it is handed over `patience` seconds after
    one has come back, or as soon as one asks.

    Once a client has asked for a journal that it acknowledges, every message has a position, and is
    kept until that client has it safe: see `account`.
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
        # A client acknowledges: what is said is kept until then, whoever listens.
        self.accounting = False
        self.alone_since = time.monotonic()
        self._handing: Iterator[Frames] | None = None
        self._unsent: Frames | None = None
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
                self._keeping = not self.accounting
                self.alone_since = time.monotonic()
            return
        self._topics += 1
        topic = event[1:]
        content = {"subscription": topic.decode("utf-8", "replace")}
        self._send([*self._messages.make([topic] if topic else [], "iopub_welcome", content)])
        if self._keeping and self._topics == 1:
            patience, self._is_first = 0.0 if self._is_first else self._patience, False
            self._loop.call_later(patience, self.hand_over)

    @property
    def is_alone(self) -> bool:
        """Whether nobody listens."""
        return self._topics == 0

    @property
    def position(self) -> int:
        """The position of the latest message; 0 before a client acknowledges."""
        return self._journal.position if self.accounting else 0

    def account(self, acknowledged: int) -> None:
        """Keep what is said from now on until it is acknowledged; forget what is.

        What was kept for the first who comes is handed over first.
        """
        if not self.accounting:
            self.hand_over()
            # What is handed over only when its subscriber has room again comes before, too.
            self.accounting = self._handing is None
        self._keeping = self._keeping and not self.accounting
        self._journal.forget(acknowledged)

    def kept_after(self, position: int) -> tuple[list[Entry], bool]:
        """Return the next messages that are kept, and whether there are more."""
        self.flush()
        return self._journal.after(position)

    def replied(self, content: bytes, parent: bytes) -> None:
        """Publish what was replied to a cell, for a client that may not have heard it."""
        if self.accounting:
            self.publish(b"patina", "patina_reply", json.loads(content), parent)

    def hand_over(self) -> dict[str, int]:
        """Publish what was kept, if somebody listens; return how much it is."""
        self.flush()
        counts = {"messages": self._journal.messages, "dropped": self._journal.dropped}
        if not self._keeping or not self._topics or self._handing is not None:
            return {"messages": 0, "dropped": 0}
        self._handing = self._journal.hand_over()
        self._go_on_handing_over()
        return counts

    def _go_on_handing_over(self) -> None:
        """Send as much as fits; what is said meanwhile is kept behind it."""
        # Only for this: a subscriber that is stuck must not hold up the others for ever.
        self._socket.setsockopt(zmq.XPUB_NODROP, 1)
        try:
            while (frames := self._next_kept()) is not None:
                self._socket.send_multipart(frames, zmq.NOBLOCK)
        except zmq.Again:
            self._unsent = frames
            self._loop.call_later(FULL_SECONDS, self._go_on_handing_over)
            return
        finally:
            self._socket.setsockopt(zmq.XPUB_NODROP, 0)
        self._keeping, self._handing = False, None

    def _next_kept(self) -> Frames | None:
        frames, self._unsent = self._unsent, None
        if frames is None and self._handing is not None:
            frames = next(self._handing, None)
        if frames is None and self._journal.messages:
            self._handing = self._journal.hand_over()
            frames = next(self._handing, None)
        return frames

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
        if self.accounting:
            frames = self._messages.positioned(frames, self._journal.position + 1)
            self._journal.keep(frames)
            if self._topics:
                self._send(frames)
        elif self._keeping:
            self._journal.keep(frames)
        else:
            self._send(frames)

    def _send(self, frames: list[Frame]) -> None:
        self._socket.send_multipart(frames, copy=sum(map(len, frames)) < COPY_BYTES)
