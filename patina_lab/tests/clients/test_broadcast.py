"""What a Y room tells its clients: what waits goes as one frame, and says the same."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from anyio import create_memory_object_stream
from pycrdt import Doc, Text, handle_sync_message

from patina_lab.clients.broadcast import PAUSE_SECONDS, Hearer, broadcast
from patina_lab.tests.editors import clocks, eventually

EDITS = 300


class Replica:
    """A client that applies what it is told."""

    def __init__(self) -> None:
        self.ydoc: Doc[Any] = Doc()
        self.text: Text = self.ydoc.get("text", type=Text)
        self.frames = 0

    def tell(self, message: bytes) -> None:
        self.frames += 1
        handle_sync_message(message[1:], self.ydoc)


@asynccontextmanager
async def broadcasting(ydoc: Doc[Any], hearers: set[Hearer]) -> AsyncIterator[None]:
    """Have hearers told of what happens to a document."""
    sending, receiving = create_memory_object_stream[bytes](10_000)
    watch = ydoc.observe(lambda event: sending.send_nowait(event.update))
    telling = asyncio.create_task(broadcast(receiving, hearers))
    try:
        yield
    finally:
        ydoc.unobserve(watch)
        sending.close()
        await telling


async def test_what_is_typed_at_once_is_few_frames_and_the_same_text() -> None:
    source, replica = Replica(), Replica()
    people = [Replica() for _ in range(3)]
    dice = random.Random(5)
    start = time.monotonic()
    async with broadcasting(source.ydoc, {replica}):
        for number in range(EDITS):
            one = dice.choice(people)
            text = one.text
            if number % 3 == 2 and len(text) > 4:
                del text[1:4]
            else:
                text.insert(dice.randint(0, len(text)), f"<{number}>")
            source.ydoc.apply_update(one.ydoc.get_update(source.ydoc.get_state()))
            if number % 7 == 0:
                one.ydoc.apply_update(source.ydoc.get_update(one.ydoc.get_state()))
            if number % 50 == 0:
                await asyncio.sleep(0)
        await eventually(lambda: str(replica.text) == str(source.text), lambda: replica.text)
    assert clocks(replica.ydoc.get_state()) == clocks(source.ydoc.get_state())
    # One at once, and then no more than a pause allows: a slow machine has time for more of them.
    most = 2 + (time.monotonic() - start) / PAUSE_SECONDS
    assert 1 <= replica.frames <= min(most, EDITS / 2)


async def test_the_first_edit_after_a_rest_is_told_in_the_next_turn() -> None:
    source, replica = Replica(), Replica()
    async with broadcasting(source.ydoc, {replica}):
        await asyncio.sleep(0)
        source.text += "a"
        for _ in range(3):
            await asyncio.sleep(0)
        assert str(replica.text) == "a"


async def test_who_comes_and_goes_between_is_told_from_and_to_then() -> None:
    source, early, late = Replica(), Replica(), Replica()
    hearers: set[Hearer] = {early}
    async with broadcasting(source.ydoc, hearers):
        source.text += "a"
        await eventually(lambda: str(early.text) == "a")
        hearers.remove(early)
        hearers.add(late)
        late.ydoc.apply_update(source.ydoc.get_update())
        source.text += "b"
        await eventually(lambda: str(late.text) == "ab")
    assert str(early.text) == "a"
