"""12: a client that reads nothing cannot make memory grow."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from patina_lab.http.backlog import backlog_bytes
from patina_lab.tests.editors import eventually
from patina_lab.tests.user import User
from tests.promises.hostile import Open, live_room


async def test_who_reads_nothing_is_let_go_before_memory_is_full(
    user: User, hostile: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("patina_lab.http.backlog.MAX_BACKLOG_BYTES", 2**20)
    writer = await user.edit()
    await hostile()
    room = await live_room(user)
    await eventually(lambda: len(_sockets(room)) == 2)
    stalled = next(one for one in _sockets(room) if one is not None and _is_raw(one, room))
    for _ in range(200):
        writer.text(0).insert(0, "x" * 2**17)
        await eventually(lambda: not writer._sending or all(s.done() for s in writer._sending))
        backlog = backlog_bytes(stalled)
        assert backlog < 4 * 2**20
        if stalled.ws_connection is None:
            break
        await asyncio.sleep(0.01)
    assert stalled.ws_connection is None


def _sockets(room: Any) -> list[Any]:
    return [client for client in room.clients if hasattr(client, "ws_connection")]


def _is_raw(client: Any, room: Any) -> bool:
    """Whether a client came last: the one that reads nothing."""
    return client is max(_sockets(room), key=lambda one: one.request._start_time)
