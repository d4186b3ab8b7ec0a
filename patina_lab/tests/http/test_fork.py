"""Forks: a run that starts with exactly another's state, and then goes its own way."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import pytest

from patina_lab.runs.memory import Memory
from patina_lab.tests.user import Refused, User, soon, text_of

KERNEL = "patina-python"
STATE = """
import random
random.seed(7)
random.random()
half = iter(range(10))
[next(half) for _ in range(5)]
"""
LOOK = "next(half), random.random()"
SLEEP = "import time\nx = 2\nprint('begun', flush=True)\ntime.sleep(600)"


async def begun(user: User, *sources: str) -> tuple[str, str, list[str]]:
    """Return a notebook with a run on a Patina kernel, and its cells."""
    notebook = await user.create(kernel=KERNEL)
    cells = await user.write(*sources)
    run = await user.start(notebook["id"])
    return notebook["id"], run, cells


async def fork(user: User, run: str, *cells: str, **wanted: Any) -> dict[str, Any]:
    body = {**wanted, "cells": [{"id": cell} for cell in cells]}
    made: dict[str, Any] = await user.ask("POST", f"runs/{run}/fork", body)
    return made


async def test_a_fork_has_the_exact_state_and_both_go_on_alike(user: User) -> None:
    notebook, run, (state, look) = await begun(user, STATE, LOOK)
    await user.ran(run, state)
    made = await fork(user, run)
    assert made["status"] == "idle"
    assert made["title"] == "Run 2"
    assert made["parent"] == {"run": run, "seq": 1}
    assert made["report"] == []
    assert made["kernel_id"] != (await user.status(notebook, run))["kernel_id"]
    theirs, ours = await user.ran(made["id"], look), await user.ran(run, look)
    assert [cell["seq"] for cell in theirs] == [2], "the fork's cells count on from its parent's"
    assert text_of(theirs[0]) == text_of(ours[1])
    assert text_of(theirs[0]).startswith("(5, 0.")


async def test_two_forks_go_different_ways_and_the_parent_a_third(user: User) -> None:
    _, run, cells = await begun(user, "x = 1", "x += 10", "x += 100", "x")
    await user.ran(run, cells[0])
    one, two = await asyncio.gather(fork(user, run), fork(user, run))
    assert {one["title"], two["title"]} == {"Run 2", "Run 3"}
    await user.ran(one["id"], cells[1])
    await user.ran(two["id"], cells[2])
    shown = {
        name: text_of((await user.ran(name, cells[3]))[-1]) for name in (run, one["id"], two["id"])
    }
    assert shown == {run: "1", one["id"]: "11", two["id"]: "101"}


async def test_fork_and_run_is_one_request_and_the_same_id_does_it_once(user: User) -> None:
    notebook, run, (bind, add) = await begun(user, "x = 1", "x += 1\nx")
    await user.ran(run, bind)
    follower = await user.follow(notebook)
    statuses: list[str] = []
    follower.runs.observe_deep(
        lambda _events: statuses.extend(
            fields["status"]
            for name, fields in (follower.runs.to_py() or {}).items()
            if name != run
        )
    )
    made = await fork(user, run, add, request_id="once", title="Other")
    assert (made["title"], made["status"] in ("idle", "busy")) == ("Other", True)
    timeline = await user.finished(made["id"], 2)
    assert text_of(timeline[0]) == "2"
    again = await fork(user, run, add, request_id="once")
    assert again["id"] == made["id"]
    assert len(await user.timeline(made["id"])) == 1
    assert len(await user.ask("GET", f"notebooks/{notebook}/runs")) == 2
    await user.until(soon(lambda: statuses), lambda seen: "idle" in seen)
    assert statuses[0] == "forking", "it appears at once"


async def test_a_fork_of_a_fork_of_a_fork(user: User) -> None:
    _, run, (bind, add) = await begun(user, "x = 1", "x += 1\nx")
    await user.ran(run, bind)
    for depth in range(1, 4):
        made = await fork(user, run)
        assert made["parent"] == {"run": run, "seq": depth}
        run = made["id"]
        assert text_of((await user.ran(run, add))[-1]) == str(depth + 1)


async def test_a_fork_after_an_earlier_cell_has_the_state_of_then(user: User) -> None:
    _, run, cells = await begun(user, "x = 1", "x = 2", "x = 3", "x")
    await user.ran(run, *cells[:3])
    made = await fork(user, run, after_seq=1)
    assert made["parent"] == {"run": run, "seq": 1}
    assert text_of((await user.ran(made["id"], cells[3]))[-1]) == "1"
    with pytest.raises(Refused, match=r"409.*no output cell 9"):
        await fork(user, run, after_seq=9)
    with pytest.raises(Refused, match=r"409.*one of its parent"):
        await fork(user, made["id"], after_seq=0)


async def test_a_checkpoint_that_was_dropped_between_menu_and_click_is_said(user: User) -> None:
    notebook = await user.create(kernel=KERNEL)
    cells = await user.write("x = 1", "x = 2", "x = 3", "x = 4")
    run = (await user.ask("POST", f"notebooks/{notebook['id']}/runs", {"checkpoints": 2}))["id"]
    await user.ran(run, *cells)
    kept = [one["seq"] for one in await user.ask("GET", f"runs/{run}/checkpoints")]
    assert 1 not in kept
    with pytest.raises(Refused, match=r"409.*not kept"):
        await fork(user, run, after_seq=1)
    assert len(await user.ask("GET", f"notebooks/{notebook['id']}/runs")) == 1


async def test_a_fork_of_a_busy_run_has_the_state_before_the_running_cell_and_says_so(
    user: User,
) -> None:
    _, run, (bind, sleep, look) = await begun(user, "x = 1", SLEEP, "x")
    await user.ran(run, bind)
    await user.execute(run, sleep)
    await user.until(lambda: user.timeline(run), lambda cells: "begun" in text_of(cells[1]))
    made = await fork(user, run, look)
    assert made["parent"] == {"run": run, "seq": 1}
    (line,) = made["report"]
    assert (line["kind"], line["name"]) == ("busy", "#2")
    assert text_of((await user.finished(made["id"], 2))[0]) == "1"
    assert (await user.timeline(run))[1]["status"] == "running"


async def test_a_fork_that_fails_says_why_and_leaves_its_parent_alone(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook, run, (bind, look) = await begun(user, "x = 1", "x")
    await user.ran(run, bind)
    manager = user.serverapp.kernel_manager
    start = manager.start_kernel

    async def fail(**wanted: Any) -> str:
        if "fork_of" in wanted:
            wanted["checkpoint"] = "gone"
        return str(await start(**wanted))

    monkeypatch.setattr(manager, "start_kernel", fail)
    made = await fork(user, run, look)
    assert made["status"] == "failed"
    assert "could not be forked" in made["error"]["message"]
    assert "no checkpoint 'gone'" in made["error"]["reason"]
    assert made["error"]["hint"]
    assert [cell["status"] for cell in await user.timeline(made["id"])] == ["not run"]
    assert text_of((await user.ran(run, look))[-1]) == "1"
    assert len(manager.list_kernels()) == 1
    assert (await user.status(notebook, run))["status"] == "idle"


async def test_what_has_no_state_is_not_forked(user: User) -> None:
    notebook, run, (bind,) = await begun(user, "x = 1")
    await user.ran(run, bind)
    await user.ask("POST", f"runs/{run}/stop")
    with pytest.raises(Refused, match=r"409.*stopped.*Restart it"):
        await fork(user, run)
    assert len(await user.ask("GET", f"notebooks/{notebook}/runs")) == 1


async def test_a_restarted_fork_is_a_fresh_kernel(user: User) -> None:
    notebook, run, (bind, look) = await begun(user, "x = 1", "x")
    await user.ran(run, bind)
    made = await fork(user, run)
    await user.ask("POST", f"runs/{made['id']}/restart")
    timeline = await user.ran(made["id"], look)
    assert timeline[-1]["status"] == "failed"
    assert "NameError" in text_of(timeline[-1])
    assert (await user.status(notebook, made["id"]))["session"] == 2


async def test_reseeded_forks_draw_other_numbers(user: User) -> None:
    _, run, (seed, draw) = await begun(user, "import random\nrandom.seed(1)", "random.random()")
    await user.ran(run, seed)
    same, other = await fork(user, run), await fork(user, run, reseed=True)
    drawn = [text_of((await user.ran(name, draw))[-1]) for name in (run, same["id"], other["id"])]
    assert drawn[0] == drawn[1] != drawn[2]


async def test_when_memory_is_short_a_fork_is_refused_with_figures(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook, run, (bind,) = await begun(user, "x = 1")
    await user.ran(run, bind)
    await user.start(notebook, title="Big")
    monkeypatch.setattr(
        "patina_lab.usecases.forks.memory_now", lambda: Memory(16 * 2**30, 100 * 2**20)
    )
    with pytest.raises(Refused, match=r"409.*100 MB of 16.0 GB.*819 MB.*Run 1 uses.*Stop.*Big"):
        await fork(user, run)
    assert len(await user.ask("GET", f"notebooks/{notebook}/runs")) == 2


async def test_other_kernels_are_refused_politely_and_work_as_before(user: User) -> None:
    notebook = await user.create(kernel="python3")
    bind, look = await user.write("x = 1", "x")
    run = await user.start(notebook["id"])
    await user.ran(run, bind)
    with pytest.raises(Refused, match=r"409.*python3, cannot be forked.*Patina kernel"):
        await fork(user, run)
    with pytest.raises(Refused, match=r"409.*python3 keeps no states"):
        await user.ask("POST", f"runs/{run}/undo")
    with pytest.raises(Refused, match=r"409.*cannot save"):
        await user.ask("POST", f"runs/{run}/save")
    assert await user.ask("GET", f"runs/{run}/checkpoints") == []
    assert await user.ask("GET", f"runs/{run}/globals") == []
    kernel = (await user.status(notebook["id"], run))["kernel_id"]
    with pytest.raises(Refused, match=r"409.*none of Patina's kernels"):
        await user.ask("POST", f"kernels/{kernel}/fork")
    assert text_of((await user.ran(run, look))[-1]) == "1"


async def test_two_clients_see_a_fork_and_what_it_does(user: User) -> None:
    notebook, run, (bind, add) = await begun(user, "x = 1", "x += 1\nx")
    await user.ran(run, bind)
    followers = [await user.follow(notebook), await user.follow(notebook)]
    made = await fork(user, run, add)
    for follower in followers:
        seen = await user.until(
            soon(partial(follower.cell, made["id"], 2)),
            lambda cell: cell.get("status") == "succeeded",
        )
        assert text_of(seen) == "2"
        assert follower.runs[made["id"]].to_py()["parent"] == {"run": run, "seq": 1}


async def test_a_plain_kernel_is_forked_by_its_id(user: User) -> None:
    manager = user.serverapp.kernel_manager
    kernel = await manager.start_kernel(kernel_name=KERNEL)
    made = await user.ask("POST", f"kernels/{kernel}/fork")
    assert made["id"] in manager.list_kernel_ids()
    assert (made["name"], made["report"]) == (KERNEL, [])
    with pytest.raises(Refused, match="404"):
        await user.ask("POST", "kernels/none/fork")
    for name in (kernel, made["id"]):
        await manager.shutdown_kernel(name)
