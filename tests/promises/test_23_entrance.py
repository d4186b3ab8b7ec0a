"""23: no token, a page of another origin, no XSRF token: 403, on every route."""

from __future__ import annotations

import pytest
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect

from patina_lab.tests.user import User
from tests.promises.hostile import session_of


async def test_the_rooms_want_a_token_and_an_origin_of_ours(
    user: User, jp_http_port: int, jp_base_url: str, jp_auth_header: dict[str, str]
) -> None:
    await user.create()
    room = await session_of(user)
    apps = user.serverapp.extension_manager.extension_apps["jupyter_server_ydoc"]
    rooms = next(iter(apps)).ywebsocket_server.rooms
    before = set(rooms)
    for name in (room, "anything", "JupyterLab:globalAwareness"):
        url = f"ws://localhost:{jp_http_port}{jp_base_url}api/collaboration/room/{name}"
        for headers in ({}, {**jp_auth_header, "Origin": "http://evil.example"}):
            with pytest.raises(HTTPClientError, match="403"):
                await websocket_connect(HTTPRequest(url, headers=headers))
    assert set(rooms) == before, "no room is made for a stranger"
