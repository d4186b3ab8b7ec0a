"""A real server with Patina Lab and jupyter-collaboration, and somebody who uses it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from hypothesis import settings
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from patina_lab.tests.user import User

# How long an example takes says more of the machine, which others use too, than of our code.
settings.register_profile("patina", deadline=None)
settings.load_profile("patina")


@pytest.fixture
def jp_server_config() -> dict[str, Any]:
    """Enable both extensions, as a fresh installation does."""
    extensions = {"jupyter_server_fileid": True, "jupyter_server_ydoc": True, "patina_lab": True}
    # What a test leaves running must not outlive it.
    ends = {"on_server_stop": "stop"}
    return {"ServerApp": {"jpserver_extensions": extensions}, "PatinaLab": ends}


@pytest.fixture
def connect(
    jp_serverapp: Any, jp_http_port: int, jp_base_url: str, jp_auth_header: dict[str, str]
) -> Callable[[str], Awaitable[Any]]:
    """Open a WebSocket below the server's base URL. Room ids hold colons, as pages send them."""

    def open_socket(path: str) -> Awaitable[Any]:
        url = f"ws://localhost:{jp_http_port}{jp_base_url}{path}"
        return websocket_connect(HTTPRequest(url, headers=jp_auth_header))

    return open_socket


@pytest.fixture
def user(
    jp_serverapp: Any,
    jp_fetch: Any,
    connect: Callable[[str], Awaitable[Any]],
    jp_asyncio_loop: Any,
) -> Iterator[User]:
    """Somebody who asks the server over real sockets."""
    somebody = User(jp_serverapp, jp_fetch, connect)
    yield somebody
    jp_asyncio_loop.run_until_complete(somebody.leave())
