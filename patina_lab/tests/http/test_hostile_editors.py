"""The room of the source document: who comes in, and what of what they send."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from pycrdt import Array, Doc, Map, Text, create_sync_message
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect

from patina_lab.rooms import presence
from patina_lab.tests.crafted import gc, number, sync
from patina_lab.tests.editors import Editor, eventually
from patina_lab.tests.http.test_authorization import Recording, recorded  # noqa: F401
from patina_lab.tests.rawsocket import RawSocket
from patina_lab.tests.user import User

ANSWER, UPDATE = 1, 2
Open = Callable[[], Awaitable[RawSocket]]


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
        room = await _room(user)
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


async def _room(user: User) -> str:
    body = json.dumps({"format": "text", "type": "tsnb"})
    reply = await user.fetch(
        "api", "collaboration", "session", "analysis.tsnb", method="PUT", body=body
    )
    session = json.loads(reply.body)
    return f"text:tsnb:{session['fileId']}?sessionId={session['sessionId']}"


def _said(name: int, state: str = '{"user": "me"}', clock: int = 1) -> bytes:
    return presence.message_of([presence.Present(name, clock, state)])


async def _type(editor: Editor, text: str, *others: Editor) -> None:
    editor.text(0).insert(0, text)
    for other in others:
        await other.until_sources(*editor.sources())


async def test_nobody_silences_another_under_their_name(user: User, hostile: Open) -> None:
    victim, witness = await user.edit(), await user.edit()
    await _type(victim, "mine ", witness)
    end = 100
    for frame in (
        sync(UPDATE, gc(2**32 - 20, victim.ydoc.client_id)),
        sync(UPDATE, gc(2**20, victim.ydoc.client_id)),
        sync(UPDATE, gc(1, victim.ydoc.client_id, end)),
        sync(UPDATE, gc(2**20, victim.ydoc.client_id, len("mine "))),
    ):
        attacker = await hostile()
        await attacker.send(frame)
        assert await attacker.closing_code() in (1007, 1008)
        await _type(victim, f"still {frame[2]} ", witness)
    document = await user.source()
    assert document.cell_source("cell-1") == victim.sources()[0]


async def test_who_has_only_said_who_they_are_cannot_be_silenced(user: User, hostile: Open) -> None:
    victim, witness = await user.edit(), await user.edit()
    await victim._socket.write_message(_said(victim.ydoc.client_id), binary=True)
    room = await _live_room(user)
    await eventually(lambda: victim.ydoc.client_id in room.awareness.states)
    attacker = await hostile()
    await attacker.send(sync(UPDATE, gc(50, victim.ydoc.client_id)))
    assert await attacker.closing_code() == 1008
    await _type(victim, "first words ", witness)


async def test_the_server_itself_cannot_be_silenced(user: User, hostile: Open) -> None:
    witness = await user.edit()
    document = await user.source()
    for name in (document._ydoc.client_id, 0):
        attacker = await hostile()
        await attacker.send(sync(UPDATE, gc(2**20, name, 1000 if name == 0 else 0)))
        assert await attacker.closing_code() in (1007, 1008)
    await user.write("from the server", "two")
    await witness.until_sources("from the server", "two")


async def test_of_an_answer_only_what_is_anothers_is_left_out(user: User, hostile: Open) -> None:
    victim, witness = await user.edit(), await user.edit()
    await _type(victim, "mine ", witness)
    forger: Doc[Any] = Doc()
    forger.apply_update(witness.ydoc.get_update())
    state = forger.get_state()
    cells: Array[Any] = forger.get("cells", type=Array)
    cells[1]["source"].insert(0, "my own ")
    own = forger.get_update(state)
    assert own[0] == 1
    theirs = gc(2**20, victim.ydoc.client_id, 5)
    both = b"\x02" + theirs[1:-1] + own[1:]
    attacker = await hostile()
    await attacker.send(sync(ANSWER, both))
    await witness.until_sources("mine one", "my own two")
    await _type(victim, "still ", witness)


async def test_a_client_that_comes_back_takes_its_name_from_its_lost_connection(
    user: User, hostile: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("patina_lab.http.sourcesocket.ANSWER_SECONDS", 0.2)
    editor, witness = await user.edit(), await user.edit()
    lost = await hostile()
    await lost.send(_said(editor.ydoc.client_id))
    await asyncio.sleep(0.2)
    await _type(editor, "I am back ", witness)
    await editor.go_offline()
    editor.text(0).insert(0, "and again ")
    await editor.go_online()
    await witness.until_sources("and again I am back one", "two")


async def test_a_name_of_somebody_who_answers_stays_theirs(user: User) -> None:
    await user.create()
    await user.write("one")
    victim, other = await user.edit(), await user.edit()
    await _type(victim, "mine ", other)
    update: Doc[Any] = Doc(client_id=victim.ydoc.client_id)
    update.apply_update(victim.ydoc.get_update())
    state = update.get_state()
    cells: Array[Any] = update.get("cells", type=Array)
    cells[0]["source"].insert(0, "forged ")
    await other._socket.write_message(sync(UPDATE, update.get_update(state)), binary=True)
    await eventually(lambda: other._socket.close_code == 1008, lambda: other._socket.close_code)
    await _type(victim, "still ")
    document = await user.source()
    await eventually(lambda: document.cell_source("cell-1") == "still mine one")


DEEP = b"\x75\x01" * 100_000 + b"\x7e"
MALFORMED = {
    "bomb": b"\x00\x00\x05\xff\xff\xff\xff\x0f",
    "no kind": b"\x00",
    "unknown kind": b"\x00\x07\x00",
    "no update": sync(UPDATE, b"\xff\xff\xff"),
    "cut": sync(UPDATE, gc(1)[:-1]),
    "declares more": b"\x00\x02\x7f\x00\x00",
    "nested values": sync(UPDATE, b"\x01\x01\x07\x00\x28\x01\x04meta\x01k\x01" + DEEP + b"\x00"),
    "nested types": sync(
        UPDATE,
        b"\x01"
        + number(30_000)
        + b"\x07\x00\x27\x01\x04meta\x01k\x01"
        + b"".join(b"\x27\x00\x07" + number(at) + b"\x01k\x01" for at in range(29_999))
        + b"\x00",
    ),
    "presence": b"\x01\x05abcde",
    "presence that is none": _said(7, "[[["),
}


@pytest.mark.parametrize("frame", MALFORMED.values(), ids=MALFORMED)
async def test_a_malformed_frame_closes_that_socket_only(
    user: User, hostile: Open, frame: bytes
) -> None:
    writer, witness = await user.edit(), await user.edit()
    attacker = await hostile()
    await attacker.send(frame)
    assert await attacker.closing_code() == 1007
    await _type(writer, "still ", witness)


async def test_what_follows_on_something_unheard_closes_that_socket_only(
    user: User, hostile: Open
) -> None:
    writer, witness = await user.edit(), await user.edit()
    attacker = await hostile()
    await attacker.send(sync(ANSWER, b"\x00\x00"))
    await attacker.send(sync(UPDATE, gc(1, 7, 5)))
    assert await attacker.closing_code() == 1008
    await _type(writer, "still ", witness)


async def test_an_edit_before_the_answer_waits_for_what_it_follows(user: User) -> None:
    """A page that comes back and is typed in at once sends the last edit first."""
    await user.create()
    await user.write("one", "two")
    editor, witness = await user.edit(), await user.edit()
    await editor.go_offline()
    editor.text(0).insert(0, "offline ")
    state = editor.ydoc.get_state()
    editor.text(0).insert(0, "at once ")
    last = editor.ydoc.get_update(state)
    socket = await user.connect(f"api/collaboration/room/{await _room(user)}")
    await socket.write_message(sync(UPDATE, last), binary=True)
    await socket.write_message(create_sync_message(editor.ydoc), binary=True)
    await socket.write_message(sync(ANSWER, editor.ydoc.get_update()), binary=True)
    await witness.until_sources("at once offline one", "two")
    socket.close()


async def test_frames_and_presence_have_a_largest_size(user: User, hostile: Open) -> None:
    writer, witness = await user.edit(), await user.edit()
    attacker = await hostile()
    await attacker.send(_said(7, json.dumps("x" * presence.MOST_BYTES)))
    assert await attacker.closing_code() == 1009
    attacker = await hostile()
    sending = asyncio.ensure_future(attacker.send(bytes(16 * 2**20 + 1)))
    assert await attacker.closing_code() in (1009, 1006)
    await asyncio.gather(sending, return_exceptions=True)
    await _type(writer, "still ", witness)


async def test_who_asks_for_the_state_without_end_is_let_go(user: User, hostile: Open) -> None:
    writer, witness = await user.edit(), await user.edit()
    attacker = await hostile()
    for _ in range(21):
        await attacker.send(create_sync_message(Doc()))
    assert await attacker.closing_code() == 1008
    await _type(writer, "still ", witness)


async def test_who_reads_nothing_is_let_go_before_memory_is_full(
    user: User, hostile: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("patina_lab.http.sourcesocket.MAX_BACKLOG_BYTES", 2**20)
    writer = await user.edit()
    await hostile()
    room = await _live_room(user)
    await eventually(lambda: len(_sockets(room)) == 2)
    stalled = next(one for one in _sockets(room) if one is not None and _is_raw(one, room))
    for _ in range(60):
        writer.text(0).insert(0, "x" * 2**17)
        await eventually(lambda: not writer._sending or all(s.done() for s in writer._sending))
        backlog = stalled._backlog_bytes()
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


async def _live_room(user: User) -> Any:
    apps = user.serverapp.extension_manager.extension_apps["jupyter_server_ydoc"]
    files = user.serverapp.web_app.settings["file_id_manager"]
    server = next(iter(apps)).ywebsocket_server
    return await server.get_room(f"text:tsnb:{files.index('analysis.tsnb')}")


async def test_presence_is_ones_own(user: User, hostile: Open) -> None:
    victim = await user.edit()
    name = victim.ydoc.client_id
    await victim._socket.write_message(_said(name, '{"cursor": 1}'), binary=True)
    room = await _live_room(user)
    await eventually(lambda: room.awareness.states.get(name) == {"cursor": 1})
    attacker = await hostile()
    await attacker.send(_said(99, '{"cursor": 2}'))
    await attacker.send(_said(name, '{"cursor": "forged"}', clock=9))
    await attacker.send(_said(name, "null", clock=9))
    await attacker.send(_said(99, '{"cursor": 3}', clock=2))
    await eventually(lambda: room.awareness.states.get(99) == {"cursor": 3})
    assert room.awareness.states.get(name) == {"cursor": 1}


async def test_who_may_only_read_reads_and_changes_nothing(
    user: User,
    hostile: Open,
    recorded: Recording,  # noqa: F811
) -> None:
    writer = await user.edit()
    session = await _room(user)
    recorded.allowed = {"read"}
    reader: Any = await user.connect(f"api/collaboration/room/{session}")
    recorded.allowed = {"read", "write", "execute"}
    copy: Doc[Any] = Doc()
    copy.apply_update(writer.ydoc.get_update())
    state = copy.get_state()
    cells: Array[Any] = copy.get("cells", type=Array)
    cells.append(Map({"id": "x", "cell_type": "code", "source": Text("forged")}))
    update = copy.get_update(state)
    for kind in (ANSWER, UPDATE):
        await reader.write_message(sync(kind, update), binary=True)
    await reader.write_message(b"\x02\x04save\x05", binary=True)
    heard = b""
    while not heard.startswith(b"\x02"):
        heard = await reader.read_message()
    assert json.loads(heard[2:]) == {"type": "save", "responseTo": 5, "status": "failed"}
    writer.text(0).insert(0, "seen ")
    while heard[:2] != bytes([0, UPDATE]):
        heard = await reader.read_message()
    assert b"seen" in heard
    document = await user.source()
    assert document.cell_source("x") is None
    reader.close()


async def test_the_rooms_want_a_token_and_an_origin_of_ours(
    user: User, jp_http_port: int, jp_base_url: str, jp_auth_header: dict[str, str]
) -> None:
    await user.create()
    room = await _room(user)
    apps = user.serverapp.extension_manager.extension_apps["jupyter_server_ydoc"]
    rooms = next(iter(apps)).ywebsocket_server.rooms
    before = set(rooms)
    for name in (room, "anything", "JupyterLab:globalAwareness"):
        url = f"ws://localhost:{jp_http_port}{jp_base_url}api/collaboration/room/{name}"
        for headers in ({}, {**jp_auth_header, "Origin": "http://evil.example"}):
            with pytest.raises(HTTPClientError, match="403"):
                await websocket_connect(HTTPRequest(url, headers=headers))
    assert set(rooms) == before, "no room is made for a stranger"


async def test_reading_is_a_right_too(user: User, recorded: Recording) -> None:  # noqa: F811
    await user.create()
    room = await _room(user)
    recorded.allowed = {"write", "execute"}
    with pytest.raises(HTTPClientError, match="403"):
        await user.connect(f"api/collaboration/room/{room}")
