"""The runs document: everybody reads it, nobody but the server writes it."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest
from pycrdt import (
    YMessageType,
    YSyncMessageType,
    create_sync_message,
    create_update_message,
)

from patina_lab.tests.crafted import numbers_of
from patina_lab.tests.editors import eventually
from patina_lab.tests.followers import forged
from patina_lab.tests.user import User, soon, text_of


async def test_what_a_client_sends_is_neither_stored_nor_passed_on(user: User) -> None:
    notebook = await user.create()
    (cell,) = await user.write("'real'")
    run = await user.start(notebook["id"])
    await user.ran(run, cell)
    hostile, other = await user.follow(notebook["id"]), await user.follow(notebook["id"])
    await user.until(soon(lambda: other.cell(run, 1)), lambda cell: cell["status"] == "succeeded")
    update = forged(hostile, run)
    step2 = bytearray(create_update_message(update))
    step2[1] = YSyncMessageType.SYNC_STEP2
    for message in (create_update_message(update), bytes(step2)):
        await hostile.send(message)
    await user.ran(run, cell)
    for follower in (hostile, other):
        await user.until(
            soon(partial(follower.cell, run, 2)),
            lambda cell: cell.get("status") == "succeeded",
        )
    third = await user.follow(notebook["id"])
    for follower in (hostile, other, third):
        assert text_of(follower.cell(run, 1)) == "'real'"
        assert "forged" not in str(follower.runs)
        assert "forged" not in str(follower.meta)


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\x00\x00",
        b"\x00\x00\x05\xff\xff\xff\xff\x0f",
        b"\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
    ],
    ids=["empty", "no length", "bomb", "no end"],
)
async def test_a_frame_that_cannot_be_closes_its_own_socket_only(user: User, frame: bytes) -> None:
    notebook = await user.create()
    hostile, other = await user.follow(notebook["id"]), await user.follow(notebook["id"])
    await hostile.send(frame)
    await asyncio.wait_for(hostile.closed.wait(), 10)
    run = await user.start(notebook["id"])
    await user.until(soon(lambda: [*other.runs.keys()]), lambda runs: runs == [run])


async def test_text_and_frames_over_16_mib_close_their_own_socket_only(user: User) -> None:
    notebook = await user.create()
    other = await user.follow(notebook["id"])
    chatty, huge = await user.follow(notebook["id"]), await user.follow(notebook["id"])
    await chatty.socket.write_message("hello")
    await asyncio.wait_for(chatty.closed.wait(), 10)
    sending = asyncio.ensure_future(huge.send(b"\x00\x02" + bytes(16 * 2**20)))
    await asyncio.wait_for(huge.closed.wait(), 20)
    await asyncio.gather(sending, return_exceptions=True)
    run = await user.start(notebook["id"])
    await user.until(soon(lambda: [*other.runs.keys()]), lambda runs: runs == [run])


async def test_garbage_is_dropped_and_too_many_questions_end_the_conversation(user: User) -> None:
    notebook = await user.create()
    hostile, other = await user.follow(notebook["id"]), await user.follow(notebook["id"])
    for garbage in (b"\xff", b"\x00", b"\x00\x02", b"\x00\x02\x03abc", b"\x01\x05abcde", b"\x07"):
        await hostile.send(garbage)
    assert not hostile.closed.is_set()
    for _ in range(30):
        if not hostile.closed.is_set():
            await hostile.send(create_sync_message(hostile.ydoc))
    await asyncio.wait_for(hostile.closed.wait(), 10)
    assert hostile.socket.close_code == 1008
    run = await user.start(notebook["id"])
    await user.until(soon(lambda: [*other.runs.keys()]), lambda runs: runs == [run])


async def test_awareness_keeps_a_connection_alive_but_not_at_any_size(user: User) -> None:
    notebook = await user.create()
    follower = await user.follow(notebook["id"])
    other = await user.follow(notebook["id"])
    heard: list[int] = []
    overheard: list[bytes] = []
    other.on_other = overheard.append
    follower.on_other = lambda message: heard.append(len(message))
    small = bytes([YMessageType.AWARENESS, 1, 0])
    await follower.send(bytes([YMessageType.AWARENESS]) + bytes(10_000))
    await follower.send(small)
    await eventually(lambda: heard == [len(small)], lambda: heard)
    assert overheard == []


async def test_who_comes_late_sees_what_everybody_sees(user: User) -> None:
    notebook = await user.create()
    wait, one = await user.write("input('? ')", "1")
    run = await user.start(notebook["id"])
    early = await user.follow(notebook["id"])
    await user.execute(run, wait, one)
    await user.until(
        soon(lambda: early.cell(run, 1)), lambda cell: cell.get("input_request") is not None
    )
    late = await user.follow(notebook["id"])
    # Who asks for the state is not told later of what has just happened, as the others are.
    await eventually(lambda: late.runs.to_py() == early.runs.to_py(), late.runs.to_py)
    assert late.runs[run].to_py()["queue"] == [2.0]
    assert late.cell(run, 1)["started"]
    assert late.meta["epoch"] == early.meta["epoch"]
    assert late.meta["notebook"] == notebook["id"]


async def test_a_notebook_that_is_not_open_is_opened_by_its_path(user: User) -> None:
    notebook = await user.create()
    await user.rooms.close()
    follower = await user.follow(notebook["id"], path="analysis.tsnb")
    assert follower.meta["notebook"] == notebook["id"]


async def test_edits_are_acknowledged_once_they_are_stored(user: User) -> None:
    notebook = await user.create()
    await user.write("x")
    follower = await user.follow(notebook["id"])
    editor = await user.edit()
    editor.text(0).insert(0, "typed ")
    await eventually(
        lambda: _clock(follower.meta["saved"], editor.ydoc.client_id) > 0,
        lambda: follower.meta["saved"],
    )


def _clock(state_vector: bytes, client: int) -> int:
    """Return how much of a client's history a state vector covers (lib0's variable integers)."""
    numbers = numbers_of(state_vector)
    pairs = dict(zip(numbers[1::2], numbers[2::2], strict=True))
    return pairs.get(client, 0)
