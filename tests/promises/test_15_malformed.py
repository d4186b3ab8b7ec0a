"""15: a malformed frame closes its own socket, and no other."""

from __future__ import annotations

from typing import Any

import psutil  # type: ignore[import-untyped]
import pytest
from pycrdt import Array, Doc, Map, Text, create_sync_message

from patina_lab.tests.crafted import gc, number, sync
from patina_lab.tests.user import User
from tests.promises.hostile import ANSWER, UPDATE, Open, said, session_of, typed

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
    "no text of a save": b"\x02\x04\xff\xff\xff\xff\x01",
    "no number of a save": b"\x02\x04save",
    "presence": b"\x01\x05abcde",
    "presence that is none": said(7, "[[["),
}


@pytest.mark.parametrize("frame", MALFORMED.values(), ids=MALFORMED)
async def test_a_malformed_frame_closes_that_socket_only(
    user: User, hostile: Open, frame: bytes
) -> None:
    writer, witness = await user.edit(), await user.edit()
    attacker = await hostile()
    await attacker.send(frame)
    assert await attacker.closing_code() == 1007
    await typed(writer, "still ", witness)


async def test_what_follows_on_something_unheard_closes_that_socket_only(
    user: User, hostile: Open
) -> None:
    writer, witness = await user.edit(), await user.edit()
    attacker = await hostile()
    await attacker.send(sync(ANSWER, b"\x00\x00"))
    await attacker.send(sync(UPDATE, gc(1, 7, 5)))
    assert await attacker.closing_code() == 1008
    await typed(writer, "still ", witness)


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
    socket = await user.connect(f"api/collaboration/room/{await session_of(user)}")
    await socket.write_message(sync(UPDATE, last), binary=True)
    await socket.write_message(create_sync_message(editor.ydoc), binary=True)
    await socket.write_message(sync(ANSWER, editor.ydoc.get_update()), binary=True)
    await witness.until_sources("at once offline one", "two")
    socket.close()


async def test_no_byte_of_a_frame_that_is_changed_hurts_anybody_else(
    user: User, hostile: Open
) -> None:
    writer, witness = await user.edit(), await user.edit()
    honest: Doc[Any] = Doc(client_id=70_000)
    honest.apply_update(writer.ydoc.get_update())
    state = honest.get_state()
    cells: Array[Any] = honest.get("cells", type=Array)
    value = {"a": [1, 2.5, None, True, "é"], "b": {"c": 2**40}}
    cells.append(Map({"id": "new", "source": Text("x"), "metadata": Map({"v": value})}))
    frame = sync(UPDATE, honest.get_update(state))
    process = psutil.Process()
    before = process.memory_info().rss
    attacker = await hostile()
    for at in range(len(frame)):
        for change in (0x01, 0x80, 0xFF):
            changed = bytearray(frame)
            changed[at] ^= change
            if attacker.is_closed:
                attacker = await hostile()
            await attacker.send(bytes(changed))
            await attacker.settle()
    assert process.memory_info().rss - before < 200 * 2**20
    await typed(writer, "still ", witness)
    document = await user.source()
    assert (document.cell_source("cell-1") or "").startswith("still ")
    assert document.get()
