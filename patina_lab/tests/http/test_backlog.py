"""Sending to a client that is gone: nobody else notices."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from tornado.websocket import WebSocketClosedError

from patina_lab.http.backlog import send_or_let_go


class Gone:
    """A connection of which the stream has ended, as tornado has it."""

    ws_connection = SimpleNamespace(stream=SimpleNamespace(_write_buffer=None))

    def write_message(self, _message: bytes, *, binary: bool) -> Any:
        assert binary
        raise WebSocketClosedError


def test_a_client_whose_stream_has_just_ended_is_no_error() -> None:
    gone: Any = Gone()
    send_or_let_go(gone, b"\x00")
