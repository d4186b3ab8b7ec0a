"""24: reading, writing and running are different rights, in the rooms of documents, too."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jupyter_server.auth import Authorizer
from pycrdt import Array, Doc, Map, Text, create_sync_message, handle_sync_message
from tornado.httpclient import HTTPClientError

from patina_lab.sources.collaboration import SESSION
from patina_lab.tests.crafted import sync
from patina_lab.tests.http.test_authorization import Recording
from patina_lab.tests.user import Refused, User, hash_of, soon, text_of
from tests.promises.hostile import ANSWER, UPDATE, Open, session_of


async def test_who_may_only_read_reads_and_changes_nothing(
    user: User,
    hostile: Open,
    recorded: Recording,
) -> None:
    writer = await user.edit()
    session = await session_of(user)
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


async def test_reading_is_a_right_too(user: User, recorded: Recording) -> None:
    await user.create()
    room = await session_of(user)
    recorded.allowed = {"write", "execute"}
    with pytest.raises(HTTPClientError, match="403"):
        await user.connect(f"api/collaboration/room/{room}")


class Readers(Authorizer):
    """Lets everybody read everything, and nothing else, once it is told to."""

    is_strict = False

    def is_authorized(self, handler: Any, user: Any, action: str, resource: str) -> bool:
        del handler, user, resource
        return action == "read" or not self.is_strict


def _readers(user: User) -> Readers:
    serverapp = user.serverapp
    rights = Readers(parent=serverapp, identity_provider=serverapp.identity_provider)
    serverapp.web_app.settings["authorizer"] = rights
    return rights


async def test_a_reader_opens_a_notebook_as_a_page_does_and_follows_a_run(user: User) -> None:
    rights = _readers(user)
    notebook = (await user.create())["id"]
    (cell,) = await user.write("print('one')")
    run = await user.start(notebook)
    rights.is_strict = True
    asked = json.dumps({"contents": ["read", "write"], "patina": ["write", "execute"]})
    me = await user.get("api", "me", params={"permissions": asked})
    assert json.loads(me.body)["permissions"]["contents"] == ["read"]
    assert json.loads(me.body)["permissions"]["patina"] == []
    reader = await user.edit()  # A session, then the socket.
    follower = await user.follow(notebook, path="analysis.tsnb")
    assert reader.sources() == ["print('one')"]
    for method, path in [
        ("POST", f"runs/{run}/execute"),
        ("POST", f"notebooks/{notebook}/flush"),
        ("DELETE", f"runs/{run}"),
    ]:
        body = {"cells": [], "request_id": "r"} if path.endswith("execute") else {}
        with pytest.raises(Refused, match="403"):
            await user.ask(method, path, body)
    reader.text(0).insert(0, "forged = 1\n")
    assert await reader.save() == "failed"
    rights.is_strict = False
    await user.execute(run, cell, hashes={cell: hash_of("print('one')")})
    rights.is_strict = True
    told = await user.until(soon(lambda: follower.cell(run, 1)), lambda one: "ended" in one)
    assert text_of(told) == "one\n"
    assert (await user.source()).cell_source(cell) == "print('one')"
    assert "forged" not in user.file().read_text()


@pytest.mark.parametrize(
    ("kind", "path", "status"),
    [
        ("tsnb", "analysis.tsnb", 200),
        ("tsnb", "nowhere.tsnb", 404),
        ("tsnb", "../outside.tsnb", 404),
        ("notebook", "analysis.tsnb", 403),
        ("file", "analysis.tsnb", 403),
        ("tsnb", "notes.txt", 403),
    ],
)
async def test_a_reader_gets_a_session_of_our_notebooks_only(
    user: User, kind: str, path: str, status: int
) -> None:
    await user.create()
    user.file("notes.txt").write_text("mine")
    rights = _readers(user)
    rights.is_strict = True
    body = json.dumps({"format": "text", "type": kind})
    parts = ("api", "collaboration", "session", path)
    reply = await user.get(*parts, method="PUT", body=body)
    assert reply.code == status
    reply = await user.get(*parts, method="PUT", body=body, headers={"Authorization": ""})
    assert reply.code == 403


async def test_a_reader_changes_no_other_document_either(user: User) -> None:
    rights = _readers(user)
    user.file("notes.txt").write_text("mine")
    notes = await _file_id(user, "file", "notes.txt")
    room = f"api/collaboration/room/text:file:{notes}?sessionId={SESSION}"
    writer: Any = await user.connect(room)
    rights.is_strict = True
    reader: Any = await user.connect(room)
    rights.is_strict = False
    copy: Doc[Any] = Doc()
    for one in (writer, reader):
        await one.write_message(create_sync_message(copy), binary=True)
    while (heard := await reader.read_message())[:2] != bytes([0, ANSWER]):
        pass
    handle_sync_message(heard[1:], copy)
    state = copy.get_state()
    copy.get("source", type=Text).insert(0, "forged ")
    forged = copy.get_update(state)
    for kind in (ANSWER, UPDATE):
        await reader.write_message(sync(kind, forged), binary=True)
    await reader.write_message(b"\x82\x00\x04save\x04", binary=True)
    await reader.write_message(b"\x02\x04save\x05", binary=True)
    while not (heard := await reader.read_message()).startswith(b"\x02"):
        pass
    assert json.loads(heard[2:]) == {"type": "save", "responseTo": 5, "status": "failed"}
    await writer.write_message(sync(UPDATE, _typed(" seen ")), binary=True)
    while b"seen" not in (heard := await reader.read_message()):
        assert b"forged" not in heard
    await writer.write_message(b"\x02\x04save\x05", binary=True)
    while not (await writer.read_message()).startswith(b"\x02"):
        pass
    assert sorted(user.file("notes.txt").read_text().split()) == ["mine", "seen"]
    for one in (writer, reader):
        one.close()


def _typed(words: str) -> bytes:
    """Return the update of somebody who types, and says nothing of what is there."""
    typing: Doc[Any] = Doc()
    typing.get("source", type=Text).insert(0, words)
    return typing.get_update()


async def test_a_notebook_is_edited_as_a_notebook_and_nothing_else_as_one(user: User) -> None:
    await user.create()
    await user.open("analysis.tsnb")
    user.file("notes.txt").write_text("mine")
    user.file("other.tsnb").write_text("broken")
    notebook = await _file_id(user, "tsnb", "analysis.tsnb")
    notes = await _file_id(user, "file", "notes.txt")
    for room in (
        f"json:tsnb:{notebook}",
        f"text:file:{notebook}",
        f"json:notebook:{notebook}",
        f"text:tsnb:{notes}",
        "text:tsnb:nothing",
    ):
        with pytest.raises(HTTPClientError, match="404"):
            await user.connect(f"api/collaboration/room/{room}")
    other = await _file_id(user, "file", "other.tsnb")
    mending: Any = await user.connect(
        f"api/collaboration/room/text:file:{other}?sessionId={SESSION}"
    )
    mending.close()
    parts = ("api", "collaboration", "session", "analysis.tsnb")
    body = json.dumps({"format": "text", "type": "file"})
    assert (await user.get(*parts, method="PUT", body=body)).code == 409


async def test_collaboration_forks_and_shows_no_notebook(user: User) -> None:
    await user.create()
    room = f"text:tsnb:{await _file_id(user, 'tsnb', 'analysis.tsnb')}"
    server = _collaboration(user).ywebsocket_server
    before = set(server.rooms)
    for method, path, query in (
        ("PUT", f"fork/{room}", {}),
        ("GET", f"fork/{room}", {}),
        ("GET", "timeline/analysis.tsnb", {"format": "text", "type": "tsnb"}),
        ("GET", "timeline/x/../analysis.tsnb/", {"format": "text", "type": "tsnb"}),
        ("PUT", f"undo_redo/{room}", {"action": "undo", "steps": "1", "forkRoom": "x"}),
    ):
        options = {"body": "{}"} if method == "PUT" else {}
        parts = ("api", "collaboration", path)
        reply = await user.get(*parts, method=method, params=query, **options)
        assert reply.code == 404, path
        assert b"Patina" in reply.body, path
    assert set(server.rooms) == before


async def _file_id(user: User, kind: str, path: str) -> str:
    reply = await user.get(
        *("api", "collaboration", "session", path),
        method="PUT",
        body=json.dumps({"format": "text", "type": kind}),
    )
    return str(json.loads(reply.body)["fileId"])


def _collaboration(user: User) -> Any:
    (app,) = user.serverapp.extension_manager.extension_apps["jupyter_server_ydoc"]
    return app
