"""Fixtures of the promises' tests: a server, somebody who uses it, and somebody who means harm."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from patina_lab.tests.conftest import connect, jp_server_config, user
from patina_lab.tests.http.conftest import _kernels, _runtime_directory
from patina_lab.tests.http.test_authorization import recorded
from patina_lab.tests.rawsocket import RawSocket
from patina_lab.tests.user import User
from tests.promises.hostile import Open, session_of

__all__ = [
    "_kernels",
    "_runtime_directory",
    "connect",
    "jp_server_config",
    "recorded",
    "user",
]


@pytest.fixture
def hostile(
    user: User,
    jp_asyncio_loop: Any,
    jp_http_port: int,
    jp_base_url: str,
    jp_auth_header: dict[str, str],
) -> Iterator[Open]:
    """Open sockets of the room by hand; the notebook is there."""
    opened: list[RawSocket] = []

    async def open_socket() -> RawSocket:
        room = await session_of(user)
        url = f"http://localhost:{jp_http_port}{jp_base_url}api/collaboration/room/{room}"
        opened.append(await RawSocket.open(url, jp_auth_header))
        return opened[-1]

    async def prepare() -> None:
        await user.create()
        await user.write("one", "two")

    async def end() -> None:
        for one in opened:
            await one.close()

    jp_asyncio_loop.run_until_complete(prepare())
    yield open_socket
    jp_asyncio_loop.run_until_complete(end())
