"""What a client may say of a document: all, a part, or nothing of an update."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from pycrdt import Doc, Text

from patina_lab.updates.content import MalformedUpdateError
from patina_lab.updates.guard import ForeignNameError, Guard, OtherHistoryError
from patina_lab.updates.historyname import new_name
from patina_lab.updates.known import GapError

SERVER, ADA, BOB = 5, 7, 9


class Client:
    """A connection of somebody, and their copy of the document."""

    def __init__(self, user: str, name: int, of: Doc[Any]) -> None:
        self.user, self.answers, self.gave_way = user, True, False
        self.ydoc: Doc[Any] = Doc(client_id=name)
        self.ydoc.apply_update(of.get_update())
        self.text: Text = self.ydoc.get("text", type=Text)

    async def is_there(self) -> bool:
        return self.answers

    def give_way(self) -> None:
        self.gave_way = True

    def typed(self, text: str) -> bytes:
        """Type at the end; return the update."""
        before = self.ydoc.get_state()
        self.text += text
        return self.ydoc.get_update(before)


@pytest.fixture
def ydoc() -> Doc[Any]:
    begun: Doc[Any] = Doc(client_id=new_name())
    begun.get("text", type=Text).insert(0, "begun")
    ydoc: Doc[Any] = Doc(client_id=SERVER)
    ydoc.apply_update(begun.get_update())
    return ydoc


@pytest.fixture
def guard(ydoc: Doc[Any], jp_asyncio_loop: asyncio.AbstractEventLoop) -> Iterator[Guard]:
    one = Guard(ydoc)
    jp_asyncio_loop.run_until_complete(one.ready())
    yield one
    one.close()


def text_of(ydoc: Doc[Any]) -> str:
    return str(ydoc.get("text", type=Text))


async def test_what_was_edited_before_the_guard_was_ready_is_known(ydoc: Doc[Any]) -> None:
    guard = Guard(ydoc)
    ada = Client("ada", ADA, ydoc)
    first = ada.typed(" one")
    ydoc.apply_update(first)
    await guard.ready()
    await guard.edit(ada.typed(" two"), ada)
    assert text_of(ydoc) == "begun one two"


async def test_an_edit_takes_its_name_for_its_connection(guard: Guard, ydoc: Doc[Any]) -> None:
    ada, other = Client("ada", ADA, ydoc), Client("bob", ADA, ydoc)
    await guard.edit(ada.typed("!"), ada)
    with pytest.raises(ForeignNameError):
        await guard.edit(other.typed("more"), other)
    assert text_of(ydoc) == "begun!"


async def test_who_repeats_an_edit_does_not_take_its_name(guard: Guard, ydoc: Doc[Any]) -> None:
    ada, other = Client("ada", ADA, ydoc), Client("bob", BOB, ydoc)
    edit = ada.typed("!")
    await guard.edit(edit, ada)
    await guard.edit(edit, other)
    await guard.edit(ada.typed("?"), ada)
    assert text_of(ydoc) == "begun!?"


@pytest.mark.parametrize("of_server", [True, False])
async def test_nobody_speaks_for_the_server_or_a_history(
    guard: Guard, ydoc: Doc[Any], of_server: bool
) -> None:
    somebody = Client("ada", SERVER if of_server else new_name(), ydoc)
    with pytest.raises(ForeignNameError):
        await guard.edit(somebody.typed("!"), somebody)
    assert text_of(ydoc) == "begun"


async def test_who_comes_back_gets_the_name_of_a_connection_that_is_lost(
    guard: Guard, ydoc: Doc[Any]
) -> None:
    lost = Client("ada", ADA, ydoc)
    await guard.edit(lost.typed("!"), lost)
    back = Client("ada", ADA, ydoc)
    with pytest.raises(ForeignNameError):
        await guard.edit(back.typed("?"), back)
    lost.answers = False
    again = Client("ada", ADA, ydoc)
    await guard.edit(again.typed("?"), again)
    assert lost.gave_way
    assert text_of(ydoc) == "begun!?"


async def test_of_an_answer_what_others_must_say_is_left_out(guard: Guard, ydoc: Doc[Any]) -> None:
    ada, bob = Client("ada", ADA, ydoc), Client("bob", BOB, ydoc)
    await guard.edit(ada.typed("!"), ada)
    bob.ydoc.apply_update(ada.ydoc.get_update())
    # Bob has heard of what Ada goes on to type, which has not come here yet.
    bob.typed("?")
    bob.ydoc.apply_update(ada.typed(" more"))
    await guard.answer(bob.ydoc.get_update(ydoc.get_state()), bob)
    assert text_of(ydoc) == "begun!?"


async def test_another_history_is_told_apart_by_its_update_and_by_its_state(
    guard: Guard, ydoc: Doc[Any]
) -> None:
    other: Doc[Any] = Doc(client_id=new_name())
    other.get("text", type=Text).insert(0, "begun")
    somebody = Client("ada", ADA, other)
    with pytest.raises(OtherHistoryError):
        await guard.answer(other.get_update(), somebody)
    with pytest.raises(OtherHistoryError):
        guard.refuse_other_history(other.get_state())
    guard.refuse_other_history(Client("ada", ADA, ydoc).ydoc.get_state())
    assert text_of(ydoc) == "begun"


async def test_what_does_not_fit_changes_nothing(guard: Guard, ydoc: Doc[Any]) -> None:
    ada = Client("ada", ADA, ydoc)
    ada.typed(" lost")
    with pytest.raises(GapError):
        await guard.edit(ada.typed(" later"), ada)
    with pytest.raises(MalformedUpdateError):
        await guard.edit(b"\xff\xff\xff", ada)
    assert text_of(ydoc) == "begun"
