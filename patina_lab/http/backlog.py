"""Sending to a client that may be slow: nobody waits for it, and it does not grow the server."""

from __future__ import annotations

import asyncio
from typing import Any

from tornado.websocket import WebSocketClosedError, WebSocketHandler

MAX_BACKLOG_BYTES = 64 * 2**20
"""A client that is this far behind is let go: it comes back and asks for what it lacks."""
TOO_SLOW = 1013


def backlog_bytes(handler: WebSocketHandler) -> int:
    """Return how much was sent that the client has not taken."""
    stream: Any = getattr(handler.ws_connection, "stream", None)
    # A stream that has ended has none, a moment before the connection is known to have.
    buffer = getattr(stream, "_write_buffer", None)
    return len(buffer) if buffer is not None else 0


def send_or_let_go(handler: WebSocketHandler, message: bytes) -> None:
    """Send a frame, or let go of a client that is too far behind."""
    if backlog_bytes(handler) > MAX_BACKLOG_BYTES:
        handler.close(TOO_SLOW, "Too far behind")
        return
    try:
        # Not awaited: tornado's future is done once the client has taken everything.
        sent = asyncio.ensure_future(handler.write_message(message, binary=True))
    except WebSocketClosedError:
        return
    sent.add_done_callback(_heard)


def _heard(sent: asyncio.Future[None]) -> None:
    """Take note that a client left before it had everything: nobody has to be told."""
    if not sent.cancelled():
        sent.exception()
