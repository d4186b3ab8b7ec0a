"""WebSockets (https://websockets.spec.whatwg.org/), by tornado, which the kernel has anyway."""

from __future__ import annotations

import asyncio
import os
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from patina_javascript.host import Host, HostError, Reply
from patina_javascript.world.fetching import lookups

if TYPE_CHECKING:
    from tornado.websocket import WebSocketClientConnection

# Seconds until a server has to have answered.
CONNECT_SECONDS = 60.0
LARGEST = 64 << 20
ABNORMAL, NO_STATUS = 1006, 1005


@dataclass(slots=True)
class _Open:
    """A connection; a copy of the process must not use its parent's."""

    connection: WebSocketClientConnection
    process: int = field(default_factory=os.getpid)


_open: dict[str, _Open] = {}


async def begin(_: Host, value: Any, __: bytes) -> dict[str, str]:
    """Connect: {url, protocols}. Answer {id, protocol}; `id` is for the others."""
    from tornado.httpclient import HTTPClientError, HTTPRequest  # noqa: PLC0415 - who connects pays
    from tornado.websocket import WebSocketError, websocket_connect  # noqa: PLC0415

    request = HTTPRequest(value["url"], connect_timeout=CONNECT_SECONDS)
    try:
        async with lookups:
            connection = await websocket_connect(
                request, subprotocols=value["protocols"], max_message_size=LARGEST
            )
    except (HTTPClientError, WebSocketError, OSError, ValueError) as error:
        raise HostError(f"{value['url']}: {error}", "NetworkError") from error
    number = uuid.uuid4().hex
    _open[number] = _Open(connection)
    return {"id": number, "protocol": connection.selected_subprotocol or ""}


def _found(number: str) -> WebSocketClientConnection:
    found = _open.get(number)
    if found is None or found.process != os.getpid():
        raise HostError("the connection is not here: the state was copied or loaded meanwhile")
    return found.connection


async def read(_: Host, value: Any, __: bytes) -> Reply:
    """Answer what comes next: {text}, {} and bytes, or {code, reason} at the end."""
    connection = _found(value["id"])
    try:
        message = await connection.read_message()
    except asyncio.CancelledError:
        # The cell was stopped, or its state is no more: nobody reads this any longer.
        close(_, value, b"")
        raise
    if isinstance(message, str):
        return Reply({"text": message}, b"")
    if message is not None:
        return Reply({}, message)
    del _open[value["id"]]
    connection.close()
    code = connection.close_code
    ended = ABNORMAL if code is None and connection.close_reason is None else code or NO_STATUS
    return Reply({"code": ended, "reason": connection.close_reason or ""}, b"")


def send(_: Host, value: Any, data: bytes) -> None:
    """Send {text}, or bytes where there is none."""
    from tornado.websocket import WebSocketClosedError  # noqa: PLC0415 - loaded when it connected

    text = value.get("text")
    try:
        sent = _found(value["id"]).write_message(
            data if text is None else text, binary=text is None
        )
    except WebSocketClosedError:
        return  # what is sent after the end is dropped, says the standard
    asyncio.ensure_future(sent).add_done_callback(_forget)


def _forget(sent: asyncio.Future[None]) -> None:
    """Take the outcome: the reader is told of the end."""
    if not sent.cancelled():
        sent.exception()


def close(_: Host, value: Any, __: bytes) -> None:
    """Begin to close: {code, reason}, both may be left out."""
    found = _open.get(value["id"])
    if found is not None and found.process == os.getpid():
        found.connection.close(value.get("code"), value.get("reason"))
