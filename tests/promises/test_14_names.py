"""14: nobody writes under the name of another, nor of the server; no implausible lengths."""

from __future__ import annotations

from typing import Any

import pytest
from pycrdt import Array, Doc

from patina_lab.tests.crafted import gc, sync
from patina_lab.tests.editors import eventually
from patina_lab.tests.user import User
from tests.promises.hostile import ANSWER, UPDATE, Open, live_room, said, typed


async def test_nobody_silences_another_under_their_name(user: User, hostile: Open) -> None:
    victim, witness = await user.edit(), await user.edit()
    await typed(victim, "mine ", witness)
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
        await typed(victim, f"still {frame[2]} ", witness)
    document = await user.source()
    assert document.cell_source("cell-1") == victim.sources()[0]


async def test_who_has_only_said_who_they_are_cannot_be_silenced(user: User, hostile: Open) -> None:
    victim, witness = await user.edit(), await user.edit()
    await victim._socket.write_message(said(victim.ydoc.client_id), binary=True)
    room = await live_room(user)
    await eventually(lambda: victim.ydoc.client_id in room.awareness.states)
    attacker = await hostile()
    await attacker.send(sync(UPDATE, gc(50, victim.ydoc.client_id)))
    assert await attacker.closing_code() == 1008
    await typed(victim, "first words ", witness)


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
    await typed(victim, "mine ", witness)
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
    await typed(victim, "still ", witness)


async def test_a_client_that_comes_back_takes_its_name_from_its_lost_connection(
    user: User, hostile: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("patina_lab.http.sourcesocket.ANSWER_SECONDS", 0.2)
    editor, witness = await user.edit(), await user.edit()
    lost = await hostile()
    await lost.send(said(editor.ydoc.client_id))
    room = await live_room(user)
    await eventually(lambda: editor.ydoc.client_id in room.awareness.states)
    await typed(editor, "I am back ", witness)
    await editor.go_offline()
    editor.text(0).insert(0, "and again ")
    await editor.go_online()
    await witness.until_sources("and again I am back one", "two")


async def test_a_name_of_somebody_who_answers_stays_theirs(user: User) -> None:
    await user.create()
    await user.write("one")
    victim, other = await user.edit(), await user.edit()
    await typed(victim, "mine ", other)
    update: Doc[Any] = Doc(client_id=victim.ydoc.client_id)
    update.apply_update(victim.ydoc.get_update())
    state = update.get_state()
    cells: Array[Any] = update.get("cells", type=Array)
    cells[0]["source"].insert(0, "forged ")
    await other._socket.write_message(sync(UPDATE, update.get_update(state)), binary=True)
    await eventually(lambda: other._socket.close_code == 1008, lambda: other._socket.close_code)
    await typed(victim, "still ")
    document = await user.source()
    await eventually(lambda: document.cell_source("cell-1") == "still mine one")


async def test_presence_is_ones_own(user: User, hostile: Open) -> None:
    victim = await user.edit()
    name = victim.ydoc.client_id
    await victim._socket.write_message(said(name, '{"cursor": 1}'), binary=True)
    room = await live_room(user)
    await eventually(lambda: room.awareness.states.get(name) == {"cursor": 1})
    attacker = await hostile()
    await attacker.send(said(99, '{"cursor": 2}'))
    await attacker.send(said(name, '{"cursor": "forged"}', clock=9))
    await attacker.send(said(name, "null", clock=9))
    await attacker.send(said(99, '{"cursor": 3}', clock=2))
    await eventually(lambda: room.awareness.states.get(99) == {"cursor": 3})
    assert room.awareness.states.get(name) == {"cursor": 1}
