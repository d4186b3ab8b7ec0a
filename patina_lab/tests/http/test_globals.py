"""Variables: told after each cell, kept for every cell, opened without keeping anybody waiting."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import quote

import pytest

from patina_lab.tests.http.test_fork import begun, fork
from patina_lab.tests.http.test_undo import undo
from patina_lab.tests.user import Refused, User, soon, text_of


async def rows(user: User, run: str, after: int | None = None) -> dict[str, dict[str, Any]]:
    query = "" if after is None else f"?after={after}"
    return {row["name"]: row for row in await user.ask("GET", f"runs/{run}/globals{query}")}


async def values(user: User, run: str, after: int | None = None) -> dict[str, str]:
    return {
        name: row["summary"]
        for name, row in (await rows(user, run, after)).items()
        if row.get("changed") != "gone"
    }


async def told(user: User, run: str, seq: int, *names: str) -> dict[str, Any]:
    """Wait until a cell has told which variables it changed."""

    def heard(timeline: list[dict[str, Any]]) -> bool:
        cell = next(cell for cell in timeline if cell["seq"] == seq)
        return set(names) <= set(cell.get("globals_changed", ()))

    timeline = await user.until(lambda: user.timeline(run), heard)
    return next(cell for cell in timeline if cell["seq"] == seq)


async def test_a_cell_lists_what_it_changed_and_the_document_has_all_of_it(user: User) -> None:
    notebook, run, cells = await begun(user, "x = 1\ny = [1, 2]", "x = 2", "del y")
    follower = await user.follow(notebook)
    await user.ran(run, cells[0])
    assert set((await told(user, run, 1, "x", "y"))["globals_new"]) == {"x", "y"}
    first = await rows(user, run)
    assert (first["x"]["changed"], first["x"]["by"]) == ("new", 1)
    assert (first["y"]["type"], first["y"]["length"]) == ("list", 2)
    await user.ran(run, cells[1], cells[2])
    assert "globals_new" not in await told(user, run, 2, "x")
    assert (await told(user, run, 3, "y"))["globals_gone"] == ["y"]
    after = await rows(user, run)
    assert (after["x"]["summary"], after["x"]["by"], after["x"].get("changed")) == ("2", 2, None)
    assert after["y"]["changed"] == "gone"
    assert await values(user, run, after=1) == {"x": "1", "y": "[1, 2]"}
    assert await values(user, run, after=2) == {"x": "2", "y": "[1, 2]"}
    assert await values(user, run, after=3) == {"x": "2"}
    await user.until(soon(follower.runs[run].to_py), lambda seen: seen.get("globals_total") == 1)
    assert [row["name"] for row in follower.runs[run].to_py()["globals"]] == ["x", "y"]


async def test_the_history_of_variables_forgets_undone_cells_and_remembers_their_time(
    user: User,
) -> None:
    _, run, cells = await begun(user, "x = 1", "x = 2\nextra = 1", "z = 3")
    await user.ran(run, cells[0], cells[1])
    await told(user, run, 2, "x", "extra")
    await undo(user, run)
    assert await values(user, run) == {"x": "1"}
    await user.ran(run, cells[2])
    await told(user, run, 3, "z")
    assert await values(user, run) == {"x": "1", "z": "3"}
    assert await values(user, run, after=2) == {"x": "2", "extra": "1"}
    assert await values(user, run, after=3) == {"x": "1", "z": "3"}


async def test_a_fork_begins_with_its_parents_variables_and_who_changed_them(user: User) -> None:
    _, run, cells = await begun(user, "x = 1", "y = 2", "x = 5")
    await user.ran(run, cells[0], cells[1])
    await told(user, run, 2, "y")
    made = await fork(user, run)
    inherited = await rows(user, made["id"])
    assert {name: row["by"] for name, row in inherited.items()} == {"x": 1, "y": 2}
    await user.ran(made["id"], cells[2])
    await told(user, made["id"], 3, "x")
    assert await values(user, made["id"]) == {"x": "5", "y": "2"}
    assert await values(user, made["id"], after=2) == {"x": "1", "y": "2"}
    assert await values(user, made["id"], after=1) == {"x": "1"}, "its parent knows"
    assert await values(user, run) == {"x": "1", "y": "2"}


async def test_a_restart_empties_them_and_earlier_cells_keep_theirs(user: User) -> None:
    _, run, (bind, other) = await begun(user, "x = 1", "y = 1")
    await user.ran(run, bind)
    await told(user, run, 1, "x")
    await user.ask("POST", f"runs/{run}/restart")
    assert await values(user, run) == {}
    await user.ran(run, other)
    await told(user, run, 2, "y")
    assert await values(user, run) == {"y": "1"}
    assert await values(user, run, after=1) == {"x": "1"}
    await user.ask("POST", f"runs/{run}/stop")
    assert await values(user, run) == {}


async def test_a_variable_is_opened_level_by_level_and_page_by_page(user: User) -> None:
    _, run, (bind,) = await begun(user, "deep = {'a': list(range(250)), 'b': {'c': 1}}")
    await user.ran(run, bind)
    page = await user.ask("GET", f"runs/{run}/globals/deep")
    assert page["global"]["name"] == "deep"
    assert page["total"] == 2
    assert "stale" not in page
    step = page["children"][0]["name"]
    path = quote(json.dumps([step]))
    inner = await user.ask("GET", f"runs/{run}/globals/deep?path={path}", offset="100", limit="50")
    assert (inner["total"], len(inner["children"])) == (250, 50)
    assert inner["children"][0]["summary"] == "100"
    with pytest.raises(Refused, match="404"):
        await user.ask("GET", f"runs/{run}/globals/nothing")
    with pytest.raises(Refused, match="400"):
        await user.ask("GET", f"runs/{run}/globals/deep?path=not-json")


async def test_what_is_opened_while_a_cell_runs_is_marked_and_keeps_nobody_waiting(
    user: User,
) -> None:
    _, run, (bind, stuck) = await begun(
        user, "known = [1, 2, 3]", "print('begun', flush=True)\nsum(range(10**10))"
    )
    await user.ran(run, bind)
    await told(user, run, 1, "known")
    await user.ask("GET", f"runs/{run}/globals/known")
    await user.execute(run, stuck)
    await user.until(lambda: user.timeline(run), lambda cells: "begun" in text_of(cells[1]))
    loop = asyncio.get_running_loop()
    began = loop.time()
    page = await user.ask("GET", f"runs/{run}/globals/known")
    assert page["stale"] is True
    assert [child["summary"] for child in page["children"]] == ["1", "2", "3"]
    assert loop.time() - began < 10
    assert await values(user, run) == {"known": "[1, 2, 3]"}
    await user.ask("POST", f"runs/{run}/stop")


async def test_a_variable_that_cannot_be_shown_harms_no_other_and_runs_no_code(user: User) -> None:
    _, run, (bind, look) = await begun(
        user,
        "ran = []\nclass Bad:\n    def __repr__(self):\n        ran.append(1)\n        1 / 0\n"
        "    __len__ = __repr__\nbad, good = Bad(), 1",
        "ran",
    )
    await user.ran(run, bind)
    await told(user, run, 1, "bad", "good")
    table = await rows(user, run)
    assert table["good"]["summary"] == "1"
    assert "Bad" in table["bad"]["type"]
    await user.ask("GET", f"runs/{run}/globals/bad")
    assert text_of((await user.ran(run, look))[-1]) == "[]"


async def test_after_a_cell_that_is_not_there_or_not_done_it_is_said(user: User) -> None:
    _, run, (sleep,) = await begun(user, "import time\ntime.sleep(600)")
    await user.execute(run, sleep)
    with pytest.raises(Refused, match=r"409.*not done yet"):
        await rows(user, run, after=1)
    with pytest.raises(Refused, match=r"404"):
        await rows(user, run, after=7)
    with pytest.raises(Refused, match=r"400"):
        await user.ask("GET", f"runs/{run}/globals?after=x")


async def test_ten_thousand_variables(user: User) -> None:
    _, run, (many, one) = await begun(
        user, "globals().update({f'v{n}': n for n in range(10_000)})", "v7 = 'changed'"
    )
    await user.ran(run, many)
    # The kernel tells so many within a second, not at once; the next cell would get the rest.
    await user.until(lambda: rows(user, run), lambda table: len(table) == 10_000)
    await user.ran(run, one)
    await told(user, run, 2, "v7")
    await user.until(
        lambda: user.timeline(run), lambda cells: len(cells[0]["globals_changed"]) == 100
    )
    table = await rows(user, run)
    assert len(table) == 10_000
    assert (table["v7"]["summary"], table["v7"]["by"]) == ("'changed'", 2)
    assert table["v9999"]["by"] == 1
