"""24: reading, writing and running are different rights, in the rooms of documents, too."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pycrdt import Array, Doc, Map, Text
from tornado.httpclient import HTTPClientError

from patina_lab.tests.crafted import sync
from patina_lab.tests.http.test_authorization import Recording
from patina_lab.tests.user import User
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
