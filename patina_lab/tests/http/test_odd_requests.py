"""Requests that no page of ours sends: each gets an answer that explains, and soon."""

from __future__ import annotations

import asyncio

import pytest

from patina_lab.tests.user import Refused, User, text_of
from patina_lab.usecases.asking import MOST_CELLS

SLEEP = "import time\nprint('begun', flush=True)\ntime.sleep(60)"


async def test_a_request_that_is_repeated_after_its_output_was_deleted_runs_nothing(
    user: User,
) -> None:
    notebook = await user.create()
    one, two = await user.write("1", "2")
    run = await user.start(notebook["id"])
    await user.execute(run, one, two, request="r")
    await user.finished(run, 2)
    await user.ask("DELETE", f"runs/{run}/timeline/1")
    assert [cell["seq"] for cell in await user.execute(run, one, two, request="r")] == [2]
    assert len(await user.timeline(run)) == 1


@pytest.mark.parametrize("number", ["9" * 5_000, "\u0663", "-1", "x"])
async def test_what_is_no_number_is_refused(user: User, number: str) -> None:
    run = await user.start((await user.create())["id"])
    for name in ("from", "to"):
        with pytest.raises(Refused, match="400"):
            await user.ask("GET", f"runs/{run}/timeline", **{name: number})


async def test_a_name_that_no_disk_takes_is_refused(user: User) -> None:
    await user.create()
    name = "x" * 300
    with pytest.raises(Refused, match="400"):
        await user.ask("POST", "notebooks", {"path": f"{name}.tsnb", "kernel": "python3"})
    with pytest.raises(Refused, match=r"400.*too long"):
        await user.ask("POST", "convert", {"from": "analysis.tsnb", "to": f"{name}.ipynb"})


async def test_more_cells_than_any_notebook_has_are_refused_at_once(user: User) -> None:
    run = await user.start((await user.create())["id"])
    with pytest.raises(Refused, match=r"400.*too much"):
        await user.execute(run, *["nowhere"] * (MOST_CELLS + 1))


async def test_a_kernel_in_which_a_cell_runs_is_not_forked_by_its_id(user: User) -> None:
    notebook = await user.create(kernel="patina-python")
    (sleep,) = await user.write(SLEEP)
    run = await user.start(notebook["id"])
    await user.execute(run, sleep)
    await user.until(lambda: user.timeline(run), lambda cells: "begun" in text_of(cells[0]))
    kernel = (await user.status(notebook["id"], run))["kernel_id"]
    with pytest.raises(Refused, match=r"409.*A cell is running"):
        await asyncio.wait_for(user.ask("POST", f"kernels/{kernel}/fork"), 30)
