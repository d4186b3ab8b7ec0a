"""2: what was acknowledged survives a server that is killed, at whatever moment, and once."""

from __future__ import annotations

import asyncio
import random
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from tornado.httpclient import HTTPClientError
from tornado.websocket import WebSocketClosedError

from patina_lab.tests.user import FINAL, User, text_of
from tests.promises.survival import NOTEBOOK, Surviving, surviving, whole_text

LINES = 30
TICK = f"""
n += 1
for i in range({LINES}):
    print(n, i, flush=True)
    time.sleep(0.01)
"""
GONE = (OSError, HTTPClientError, WebSocketClosedError)


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Surviving]:
    with surviving(monkeypatch):
        one = Surviving(tmp_path, "'words'", "import time\nn = 0", TICK)
        yield one
        one.kill()


@pytest.mark.timeout(900)
async def test_a_dozen_random_moments(server: Surviving) -> None:
    await killed_at_random(server, points=12)


@pytest.mark.long
@pytest.mark.timeout(7_200)
async def test_two_hundred_random_moments(server: Surviving) -> None:
    await killed_at_random(server, points=200)


async def killed_at_random(server: Surviving, points: int) -> None:
    """Kill the server so often; after each time all that was acknowledged is there, once."""
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    dice = random.Random(seed)
    _, begin, tick = server.cells
    user = await server.start()
    run = await server.run(user)
    await user.ran(run, begin)
    words: list[str] = []
    for point in range(1, points + 1):
        # Any moment from before the request to after the end of the cell.
        moment = dice.uniform(0, 1.0)
        acknowledged, word = await busy_until_killed(server, user, run, point, moment)
        words += word
        user = await server.start()
        await user.open("analysis.tsnb")
        # Asked again for what may not have been taken: it runs once.
        await user.execute(run, tick, request=request_of(run, point))
        await check(user, run, acknowledged, point)
        text = (await user.edit()).sources()[0]
        assert [text.count(word) for word in words] == [1] * len(words)
    await user.leave()


async def busy_until_killed(
    server: Surviving, user: User, run: str, point: int, moment: float
) -> tuple[list[dict[str, Any]], list[str]]:
    """Run a cell and type; return the output cells and the words that were acknowledged."""
    follower, editor = await user.follow(NOTEBOOK), await user.edit()
    word = f"# {point}.\n"

    async def work() -> None:
        with suppress(*GONE):
            await user.execute(run, server.cells[-1], request=request_of(run, point))

    # First: else it is seldom acknowledged by the time that the server is killed.
    editor.text(0).insert(0, word)
    working = asyncio.ensure_future(work())
    await asyncio.sleep(moment)
    cells = [dict(cell) for cell in follower.runs[run]["cells"].to_py().values()]
    safe = word in editor.sources()[0] and editor.is_acknowledged(follower.meta["saved"])
    server.kill()
    await asyncio.wait({working})
    await user.leave()
    return [cell for cell in cells if cell["status"] in FINAL], [word] if safe else []


def request_of(run: str, point: int) -> str:
    """Return the id of a request: the same when it is sent again."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{run} {point}"))


async def check(user: User, run: str, acknowledged: list[dict[str, Any]], point: int) -> None:
    """See that every request has run once, and that what was acknowledged is as it was."""
    cells = await user.finished(run, 1 + point)
    assert [cell["seq"] for cell in cells] == [*range(1, point + 2)]
    assert [cell["status"] for cell in cells] == ["succeeded"] * len(cells)
    for cell in acknowledged:
        assert text_of(cells[int(cell["seq"]) - 1]) == text_of(cell)
    expected = "".join(f"{point} {line}\n" for line in range(LINES))
    assert await whole_text(user, cells[-1]) == expected
