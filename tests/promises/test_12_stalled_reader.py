"""12: a client that reads nothing cannot make memory grow."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from pycrdt import Doc, Map, create_sync_message

from patina_lab.http.backlog import backlog_bytes
from patina_lab.http.runsdocument import RunsDocumentHandler
from patina_lab.tests.editors import eventually
from patina_lab.tests.rawsocket import RawSocket
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


async def test_who_reads_no_runs_is_let_go_as_well(
    user: User,
    jp_http_port: int,
    jp_base_url: str,
    jp_auth_header: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("patina_lab.http.backlog.MAX_BACKLOG_BYTES", 2**20)
    handlers = _opened(monkeypatch)
    notebook = (await user.create())["id"]
    await user.open("analysis.tsnb")
    url = f"http://localhost:{jp_http_port}{jp_base_url}"
    url += f"api/patina/notebooks/{notebook}/runs-document"
    raw = await RawSocket.open(url, jp_auth_header)
    await raw.send(create_sync_message(Doc()))
    await eventually(lambda: len(handlers) == 1)
    (stalled,) = handlers
    meta: Map[Any] = user.rooms.by_id(notebook).document.ydoc.get("meta", type=Map)
    for number in range(200):
        meta["large"] = f"{number}" * 2**17
        await asyncio.sleep(0.02)
        assert backlog_bytes(stalled) < 4 * 2**20
        if stalled.ws_connection is None:
            break
    assert stalled.ws_connection is None
    await raw.close()


async def test_what_a_client_of_the_runs_may_not_say_does_not_wait_in_memory(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    handlers = _opened(monkeypatch)

    async def serve_nobody(_self: Any, _channel: Any) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr("patina_lab.clients.followers.Followers.serve", serve_nobody)
    notebook = (await user.create())["id"]
    await user.open("analysis.tsnb")
    socket: Any = await user.connect(f"api/patina/notebooks/{notebook}/runs-document")
    for frame in (*(bytes([0, kind]) + bytes(1000) for kind in (1, 2, 3)), b"\x02save", b"\x07"):
        await socket.write_message(frame, binary=True)
    await socket.write_message(said := b"\x01" + bytes(10), binary=True)
    assert await socket.read_message() == said
    assert [one._channel.received.qsize() for one in handlers] == [0]
    handlers[0]._serving.cancel()
    socket.close()


def _opened(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return the sockets of runs documents, as they are opened."""
    handlers: list[Any] = []
    opened = RunsDocumentHandler.open

    def noted(self: RunsDocumentHandler, *parts: str) -> None:
        handlers.append(self)
        opened(self, *parts)

    monkeypatch.setattr(RunsDocumentHandler, "open", noted)
    return handlers


async def test_who_has_just_gone_disturbs_nobody(user: User, hostile: Open) -> None:
    await hostile()
    room = await live_room(user)
    (gone,) = [one for one in _sockets(room) if one is not None]
    # As when a connection is reset: the handler is told of it a moment later.
    gone.ws_connection.stream.close()
    assert gone.ws_connection is not None
    assert backlog_bytes(gone) == 0
    gone.tell(b"x")


def _sockets(room: Any) -> list[Any]:
    return [client for client in room.clients if hasattr(client, "ws_connection")]


def _is_raw(client: Any, room: Any) -> bool:
    """Whether a client came last: the one that reads nothing."""
    return client is max(_sockets(room), key=lambda one: one.request._start_time)
