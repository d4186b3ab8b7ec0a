"""30: a clock that is a day off changes no order, ends nothing, and costs no bytes.

The clock is put where the server reads it (`clock.py`): what waits or expires is measured by clocks
that nobody can set, in the server and in the kernels' relays.
"""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from typing import Self

import pytest

from patina_lab.tests.user import User, text_of

LARGE = "display({'text/html': 'y' * 10_000}, raw=True)"
DAYS = (0, -1, 1, -1)


async def test_a_clock_a_day_off_changes_nothing_but_what_it_says(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    off = timedelta()

    class Off(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return super().now(tz) + off

    monkeypatch.setattr("patina_lab.clock.datetime", Off)
    notebook = (await user.create(kernel="patina-python"))["id"]
    one, large = await user.write("n = globals().get('n', 0) + 1\nn", LARGE)
    runs: list[str] = []
    for days in DAYS:
        off = timedelta(days=days)
        runs.append(await user.start(notebook))
        await user.ran(runs[-1], large)
        # What began under another clock goes on.
        await user.ran(runs[0], one)
    timeline = await user.timeline(runs[0])
    assert [text_of(cell) for cell in timeline[1:]] == [str(n + 1) for n in range(len(DAYS))]
    listed = await user.ask("GET", f"notebooks/{notebook}/runs")
    assert [run["id"] for run in listed] == runs
    assert [run["status"] for run in listed] == ["idle"] * len(DAYS)
    (blob,) = {
        output["data"]["text/html"]["blob"]
        for run in runs
        for output in (await user.timeline(run))[0]["outputs"]
    }
    (room,) = user.rooms
    user.rooms._rooms.pop(room.id)
    await room.close("for a test")
    opened = await user.open("analysis.tsnb")
    assert [run["id"] for run in opened["runs"]] == runs
    assert (await user.get("api", "patina", "notebooks", notebook, "blobs", blob)).code == 200
