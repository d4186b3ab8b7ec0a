"""Requests through the socket of the runs document: the same as over HTTP."""

from __future__ import annotations

import asyncio
import itertools
import json
from typing import Any

from patina_lab.http.socketrequests import REQUEST
from patina_lab.tests.followers import Follower
from patina_lab.tests.http.test_authorization import Recording, recorded
from patina_lab.tests.user import Refused, User, text_of

__all__ = ["recorded"]


class Asking:
    """Sends requests through the socket of a follower, and hears the replies."""

    def __init__(self, follower: Follower) -> None:
        self.follower = follower
        self.replies: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._ids = itertools.count(1)
        follower.on_other = self._hear

    def _hear(self, message: bytes) -> None:
        assert message[0] == REQUEST
        self.replies.put_nowait(json.loads(message[1:]))

    async def send(self, run: str, body: dict[str, Any]) -> int:
        number = next(self._ids)
        request = json.dumps({"id": number, "run": run, "execute": body})
        await self.follower.send(bytes([REQUEST]) + request.encode())
        return number

    async def ask(self, run: str, body: dict[str, Any]) -> dict[str, Any]:
        number = await self.send(run, body)
        reply = await asyncio.wait_for(self.replies.get(), 20)
        assert reply.pop("id") == number
        return reply


async def asking(user: User, notebook: str) -> Asking:
    return Asking(await user.follow(notebook))


async def over_http(user: User, run: str, body: dict[str, Any]) -> dict[str, Any]:
    """Ask the same by a request of its own; return what the socket would answer."""
    try:
        return {"status": 200, "cells": await user.ask("POST", f"runs/{run}/execute", body)}
    except Refused as refused:
        return {"status": refused.status, "problem": refused.problem}


async def test_a_cell_runs_and_a_request_sent_again_by_http_runs_nothing_twice(user: User) -> None:
    notebook = await user.create()
    (cell,) = await user.write("6 * 7")
    run = await user.start(notebook["id"])
    body = {"cells": [{"id": cell}], "request_id": "once"}
    reply = await (await asking(user, notebook["id"])).ask(run, body)
    assert reply["status"] == 200
    (ran,) = await user.finished(run, 1)
    assert [asked["id"] for asked in reply["cells"]] == [ran["id"]]
    assert text_of(ran) == "42"
    assert await over_http(user, run, body) == {"status": 200, "cells": [ran]}


async def test_requests_are_answered_in_the_order_in_which_they_came(user: User) -> None:
    notebook = await user.create()
    cells = await user.write("1", "2", "3")
    run = await user.start(notebook["id"])
    line = await asking(user, notebook["id"])
    sent = [await line.send(run, {"cells": [{"id": cell}], "request_id": cell}) for cell in cells]
    replies = [await asyncio.wait_for(line.replies.get(), 20) for _ in cells]
    assert [reply["id"] for reply in replies] == sent
    assert [reply["cells"][0]["cell"] for reply in replies] == cells


async def test_what_is_refused_is_refused_as_over_http(user: User) -> None:
    notebook = await user.create()
    (cell,) = await user.write("1")
    run = await user.start(notebook["id"])
    line = await asking(user, notebook["id"])
    other = {"id": cell, "source_hash": "0" * 64}
    for reference in ({"id": "no such cell"}, other):
        body = {"cells": [reference], "request_id": "r"}
        reply = await line.ask(run, body)
        assert reply["status"] == 409
        assert reply == await over_http(user, run, body)
    assert await user.timeline(run) == []


async def test_only_runs_of_the_notebook_can_be_asked(user: User) -> None:
    notebook = await user.create()
    other = await user.create("other.tsnb")
    line = await asking(user, notebook["id"])
    for run in (await user.start(other["id"]), "nothing"):
        reply = await line.ask(run, {"cells": [], "request_id": "r"})
        assert reply["status"] == 404
        assert reply["problem"]["message"] == "There is no such run"


async def test_who_may_read_and_not_execute_is_refused_each_time(
    user: User, recorded: Recording
) -> None:
    notebook = await user.create()
    (cell,) = await user.write("1")
    run = await user.start(notebook["id"])
    line = await asking(user, notebook["id"])
    body = {"cells": [{"id": cell}], "request_id": "r"}
    recorded.allowed = {"read", "write"}
    reply = await line.ask(run, body)
    assert recorded.asked[-1] == ("patina", "execute")
    assert reply["status"] == 403
    assert reply == await over_http(user, run, body)
    assert await user.timeline(run) == []
    recorded.allowed = {"read", "execute"}
    assert (await line.ask(run, body))["status"] == 200


async def test_what_is_no_request_closes_this_socket_and_no_other(user: User) -> None:
    notebook = await user.create()
    other = await asking(user, notebook["id"])
    for garbage in (b"", b"\xff", b"[]", b'{"id": 1, "run": "x", "more": 1}', b"[" * 100_000):
        follower = await user.follow(notebook["id"])
        await follower.send(bytes([REQUEST]) + garbage)
        await asyncio.wait_for(follower.closed.wait(), 10)
        assert follower.socket.close_code == 1007
    reply = await other.ask("nothing", {"cells": [], "request_id": "r"})
    assert reply["status"] == 404
