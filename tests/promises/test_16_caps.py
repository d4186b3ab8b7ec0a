"""16: frames, presence and requests have limits."""

from __future__ import annotations

import asyncio
import json

import pytest
from pycrdt import Doc, YMessageType, create_sync_message

from patina_lab.clients import presence
from patina_lab.clients.pace import Pace
from patina_lab.tests.editors import eventually
from patina_lab.tests.user import User
from tests.promises.hostile import Open, said, typed


async def test_frames_and_presence_have_a_largest_size(user: User, hostile: Open) -> None:
    writer, witness = await user.edit(), await user.edit()
    attacker = await hostile()
    await attacker.send(said(7, json.dumps("x" * presence.MOST_BYTES)))
    assert await attacker.closing_code() == 1009
    attacker = await hostile()
    sending = asyncio.ensure_future(attacker.send(bytes(16 * 2**20 + 1)))
    assert await attacker.closing_code() in (1009, 1006)
    await asyncio.gather(sending, return_exceptions=True)
    await typed(writer, "still ", witness)


async def test_who_asks_for_the_state_without_end_is_let_go(user: User, hostile: Open) -> None:
    writer, witness = await user.edit(), await user.edit()
    attacker = await hostile()
    for _ in range(21):
        await attacker.send(create_sync_message(Doc()))
    assert await attacker.closing_code() == 1008
    await typed(writer, "still ", witness)


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """For how long clients are not listened to: a microsecond for each byte that they say."""
    waits: list[float] = []
    sleep = asyncio.sleep

    async def noted(seconds: float) -> None:
        waits.append(seconds)
        await sleep(seconds)

    monkeypatch.setattr(Pace, "wait", lambda _pace, size, _time: size / 1e6)
    monkeypatch.setattr("patina_lab.http.sourcesocket.asyncio.sleep", noted)
    return waits


async def test_who_is_too_fast_is_heard_later(
    user: User, hostile: Open, waits: list[float]
) -> None:
    frame = said(7, json.dumps("x" * 12_345))
    client = await hostile()
    await client.send(frame)
    await client.settle()
    assert len(frame) / 1e6 in waits


async def test_who_follows_the_runs_is_heard_no_faster(user: User, waits: list[float]) -> None:
    page = await user.follow((await user.create())["id"])
    frame = bytes([YMessageType.AWARENESS]) + b"x" * 2_345
    echoed = asyncio.Event()
    page.on_other = lambda _message: echoed.set()
    await page.send(frame)
    await echoed.wait()
    await eventually(lambda: len(frame) / 1e6 in waits)
