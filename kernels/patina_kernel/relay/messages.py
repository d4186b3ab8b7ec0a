"""Jupyter messages on the wire.

https://jupyter-client.readthedocs.io/en/stable/messaging.html
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import os
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from patina_kernel.wire.packet import Frame

DELIMITER = b"<IDS|MSG>"
PROTOCOL = "5.4"
# How many signatures are remembered against a replay, as jupyter_client does.
REMEMBERED = 65_536
SIGNED = 4
# In the metadata of messages on iopub, for a client that acknowledges them.
POSITION = "patina_position"


@dataclass(frozen=True, slots=True)
class Message:
    """A verified message: its route, its frames from the header on, and the parsed header."""

    route: list[bytes]
    frames: list[bytes]
    header: dict[str, Any]

    @property
    def type(self) -> str:
        """Its message type."""
        return str(self.header.get("msg_type", ""))

    @property
    def id(self) -> str:
        """Its message id."""
        return str(self.header.get("msg_id", ""))

    @property
    def parent(self) -> bytes:
        """The JSON of its header, the parent of what it causes."""
        return self.frames[0]

    @property
    def content(self) -> dict[str, Any]:
        """Its parsed content."""
        content = json.loads(self.frames[3])
        return content if isinstance(content, dict) else {}

    def for_executor(self) -> list[Frame]:
        """Return its frames for the executor, which is trusted: unsigned."""
        return [*self.route, DELIMITER, b"", *self.frames]


class Messages:
    """Makes, signs and verifies the messages of one kernel."""

    def __init__(self, key: bytes, scheme: str) -> None:
        self.session = uuid.uuid4().hex
        self._numbers = itertools.count(1)
        digest = getattr(hashlib, scheme.partition("-")[2] or "sha256")
        self._hmac = hmac.HMAC(key, digestmod=digest) if key else None
        self._seen: set[bytes] = set()

    def sign(self, frames: list[Frame]) -> bytes:
        """Return the signature of the first four frames, from the header on."""
        if self._hmac is None:
            return b""
        state = self._hmac.copy()
        for frame in frames[:SIGNED]:
            state.update(frame)
        return state.hexdigest().encode()

    def verify(self, frames: list[bytes]) -> Message | None:
        """Return the message, or None when it is malformed, unsigned, or was seen before."""
        try:
            mark = frames.index(DELIMITER)
            signature, *rest = frames[mark + 1 :]
            header = json.loads(rest[0])
        except (ValueError, IndexError):
            return None
        if len(rest) < SIGNED or not isinstance(header, dict) or not self._is_new(signature, rest):
            return None
        return Message(frames[:mark], rest, header)

    def _is_new(self, signature: bytes, frames: list[bytes]) -> bool:
        if self._hmac is None:
            return True
        if signature in self._seen or not hmac.compare_digest(signature, self.sign([*frames])):
            return False
        if len(self._seen) >= REMEMBERED:
            self._seen.clear()
        self._seen.add(signature)
        return True

    def make(
        self,
        route: list[bytes],
        kind: str,
        content: dict[str, Any],
        parent: bytes = b"{}",
        metadata: bytes = b"{}",
    ) -> list[Frame]:
        """Return a signed message of our own."""
        body: list[Frame] = [self._header(kind), parent, metadata, dumps(content)]
        return [*route, DELIMITER, self.sign(body), *body]

    def signed(self, frames: list[Frame]) -> list[Frame]:
        """Return a message of the executor, signed."""
        mark = [bytes(frame[: len(DELIMITER) + 1]) for frame in frames].index(DELIMITER)
        return [*frames[: mark + 1], self.sign(frames[mark + 2 :]), *frames[mark + 2 :]]

    def positioned(self, frames: list[Frame], position: int) -> list[Frame]:
        """Return a message that says its position in the journal, signed."""
        mark = [bytes(frame[: len(DELIMITER) + 1]) for frame in frames].index(DELIMITER)
        header, parent, metadata, *rest = frames[mark + 2 :]
        told = dumps({**json.loads(bytes(metadata)), POSITION: position})
        body: list[Frame] = [header, parent, told, *rest]
        return [*frames[: mark + 1], self.sign(body), *body]

    def _header(self, kind: str) -> bytes:
        return dumps(
            {
                "msg_id": f"{self.session}_{os.getpid()}_r{next(self._numbers)}",
                "msg_type": kind,
                "username": "patina",
                "session": self.session,
                "date": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
                "version": PROTOCOL,
            }
        )


def replied(frames: list[Frame]) -> tuple[str, bytes, bytes]:
    """Return the type, the parent's header and the content of a message of the executor."""
    mark = [bytes(frame[: len(DELIMITER) + 1]) for frame in frames].index(DELIMITER)
    header, parent, _metadata, content = (bytes(frame) for frame in frames[mark + 2 :][:SIGNED])
    return str(json.loads(header)["msg_type"]), parent, content


def unpacked(frames: list[bytes]) -> dict[str, Any]:
    """Return a message of ours as JSON values, without its route, its signature and its buffers."""
    names = ("header", "parent_header", "metadata", "content")
    body = frames[frames.index(DELIMITER) + 2 :]
    return {name: json.loads(part) for name, part in zip(names, body, strict=False)}


def dumps(content: object) -> bytes:
    """Return JSON."""
    return json.dumps(content, default=str).encode()
