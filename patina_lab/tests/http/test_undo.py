"""Undo: the state before the last cell comes back, and its output cell stays, marked."""

from __future__ import annotations

import os
import signal
from functools import partial
from typing import Any

import pytest

from patina_lab.tests.http.test_fork import KERNEL, begun, fork
from patina_lab.tests.user import Refused, User, soon, text_of

CRASHES = {
    "a segmentation fault": "import ctypes\nx = 9\nctypes.string_at(0)",
    "an exit": "import os\nx = 9\nos._exit(3)",
    "a signal to itself": "import os\nx = 9\nos.kill(os.getpid(), 9)",
}


async def undo(user: User, run: str) -> dict[str, Any]:
    undone: dict[str, Any] = await user.ask("POST", f"runs/{run}/undo")
    return undone


async def marks(user: User, run: str) -> list[bool]:
    return [cell.get("undone", False) for cell in await user.timeline(run)]


async def executor(user: User, run: str) -> int:
    """Return the process that runs the code of a run."""
    runner = user.rooms.by_run(run).roster.runner(run)
    pid: int = (await runner.connection.ask("state"))["pids"]["executor"]
    return pid


async def test_undo_brings_the_state_before_the_last_cell_back_exactly(user: User) -> None:
    notebook, run, cells = await begun(
        user,
        "import random\nrandom.seed(3)\nhalf = iter(range(9))\nbig = list(range(10))",
        "drawn = random.random(), next(half)\nbig.append(99)\ndrawn",
        "len(big)",
    )
    first = text_of((await user.ran(run, cells[0], cells[1]))[-1])
    undone = await undo(user, run)
    assert (undone["status"], undone["session"]) == ("idle", 1)
    assert await marks(user, run) == [False, True]
    assert text_of((await user.ran(run, cells[2]))[-1]) == "10"
    await undo(user, run)
    assert text_of((await user.ran(run, cells[1]))[-1]) == first
    assert await marks(user, run) == [False, True, True, False]
    assert (await user.status(notebook, run))["last_seq"] == 4


async def test_several_cells_in_a_row_until_nothing_is_left(user: User) -> None:
    _, run, cells = await begun(user, "x = 1", "x = 2", "x = 3", "x")
    await user.ran(run, *cells[:3])
    for left in (2, 1):
        await undo(user, run)
        assert text_of((await user.ran(run, cells[3]))[-1]) == str(left)
        await undo(user, run)  # of the look
    await undo(user, run)
    with pytest.raises(Refused, match=r"409.*No cell of this session is left"):
        await undo(user, run)
    assert all(await marks(user, run))
    assert (await user.ran(run, cells[3]))[-1]["status"] == "failed"


async def test_a_failed_cell_is_undone_as_well(user: User) -> None:
    _, run, (bind, fail, look) = await begun(user, "x = [1]", "x.append(2)\n1 / 0", "x")
    await user.ran(run, bind)
    await user.ran(run, fail)
    await undo(user, run)
    assert text_of((await user.ran(run, look))[-1]) == "[1]"


async def test_cells_that_run_or_wait_are_not_undone(user: User) -> None:
    _, run, (bind, sleep) = await begun(user, "x = 1", "import time\ntime.sleep(600)")
    await user.ran(run, bind)
    await user.execute(run, sleep)
    with pytest.raises(Refused, match=r"409.*running or queued.*interrupt"):
        await undo(user, run)
    assert await marks(user, run) == [False, False]


async def test_a_state_that_is_not_kept_any_more_is_said(user: User) -> None:
    notebook = await user.create(kernel=KERNEL)
    cells = await user.write("x = 1", "x = 2", "x")
    wanted = {"checkpoints": "off"}
    run = (await user.ask("POST", f"notebooks/{notebook['id']}/runs", wanted))["id"]
    await user.ran(run, cells[0], cells[1])
    with pytest.raises(Refused, match=r"409.*before output cell 2 is not kept"):
        await undo(user, run)
    assert text_of((await user.ran(run, cells[2]))[-1]) == "2"
    assert await user.ask("GET", f"runs/{run}/checkpoints") == []


async def test_after_a_restart_earlier_sessions_are_not_undone(user: User) -> None:
    _, run, (bind,) = await begun(user, "x = 1")
    await user.ran(run, bind)
    await user.ask("POST", f"runs/{run}/restart")
    with pytest.raises(Refused, match=r"409.*(starting|Earlier sessions)"):
        await undo(user, run)
    assert await marks(user, run) == [False]


@pytest.mark.parametrize("crash", CRASHES.values(), ids=CRASHES)
async def test_after_a_crash_a_person_is_asked_and_goes_on_from_before_the_cell(
    user: User, crash: str
) -> None:
    notebook, run, (bind, end, look) = await begun(user, "x = 1\nhalf = iter('abc')", crash, "x")
    await user.ran(run, bind)
    await user.execute(run, end, look)
    failed = await user.until_status(notebook, run, "failed")
    assert failed["crash"]["seq"] == 2
    assert failed["error"]["message"].startswith("The kernel died: ")
    assert "Undo" in failed["error"]["hint"]
    assert [cell["status"] for cell in await user.timeline(run)] == [
        "succeeded",
        "failed",
        "not run",
    ]
    names = [row["name"] for row in await user.ask("GET", f"runs/{run}/globals")]
    assert names == ["half", "x"], "what was known last stays"
    with pytest.raises(Refused, match=r"409.*The kernel died"):
        await user.execute(run, look)
    with pytest.raises(Refused, match=r"409.*Go on from before the crash"):
        await fork(user, run)
    back = await undo(user, run)
    assert (back["status"], back["session"], back.get("error")) == ("idle", 1, None)
    assert "crash" not in back
    assert text_of((await user.ran(run, look))[-1]) == "1"
    assert await marks(user, run) == [False, True, False, False]


async def test_a_process_killed_while_idle_goes_on_with_nothing_undone(user: User) -> None:
    notebook, run, (one, two, look) = await begun(user, "x = 1", "x = 2", "x")
    await user.ran(run, one, two)
    await user.until(
        user.rooms.by_run(run).roster.runner(run).states.kept, lambda kept: len(kept) == 3
    )
    os.kill(await executor(user, run), signal.SIGKILL)
    failed = await user.until_status(notebook, run, "failed")
    assert "seq" not in failed["crash"]
    assert (await undo(user, run))["status"] == "idle"
    assert await marks(user, run) == [False, False]
    assert text_of((await user.ran(run, look))[-1]) == "2"


async def test_a_crash_can_be_left_for_a_restart_or_an_end(user: User) -> None:
    notebook, run, (end, one) = await begun(user, "import os\nos._exit(1)", "1")
    await user.execute(run, end)
    await user.until_status(notebook, run, "failed")
    await user.ask("POST", f"runs/{run}/restart")
    assert text_of((await user.ran(run, one))[-1]) == "1"
    await user.execute(run, end)
    await user.until_status(notebook, run, "failed")
    stopped = await user.ask("POST", f"runs/{run}/stop")
    assert (stopped["status"], stopped.get("crash")) == ("stopped", None)
    await user.until(soon(user.serverapp.kernel_manager.list_kernels), lambda kernels: not kernels)


async def test_a_run_that_goes_on_by_itself_marks_the_cell_that_crashed(user: User) -> None:
    notebook = await user.create(kernel=KERNEL)
    bind, end, look = await user.write("x = 1", "import os\nx = 9\nos._exit(1)", "x")
    wanted = {"on_crash": "continue"}
    run = (await user.ask("POST", f"notebooks/{notebook['id']}/runs", wanted))["id"]
    await user.ran(run, bind)
    await user.ran(run, end)
    assert text_of((await user.ran(run, look))[-1]) == "1"
    assert await marks(user, run) == [False, True, False]


async def test_two_clients_see_what_is_undone(user: User) -> None:
    notebook, run, (one, two) = await begun(user, "x = 1", "x = 2\ny = 3")
    await user.ran(run, one, two)
    followers = [await user.follow(notebook), await user.follow(notebook)]
    await undo(user, run)
    for follower in followers:
        await user.until(soon(partial(follower.cell, run, 2)), lambda cell: cell.get("undone"))
        rows = {row["name"]: row for row in follower.runs[run].to_py()["globals"]}
        assert (rows["x"]["summary"], rows["x"]["changed"], rows["x"]["by"]) == ("1", "rebound", 1)
        assert rows["y"]["changed"] == "gone"


def _shows(summary: str, rows: list[dict[str, Any]]) -> bool:
    return [row["summary"] for row in rows] == [summary]


async def test_a_plain_kernel_is_undone_by_its_id(user: User) -> None:
    manager = user.serverapp.kernel_manager
    kernel = await manager.start_kernel(kernel_name=KERNEL)
    client = manager.get_kernel(kernel).client()
    client.start_channels()
    try:
        await client.wait_for_ready(timeout=60)
        for value in range(3):
            await client.execute_interactive(f"x = {value}", output_hook=lambda _message: None)
        for left in (2, 1, 0):
            await user.until(
                lambda: user.ask("GET", f"kernels/{kernel}/globals"),
                partial(_shows, str(left)),
            )
            assert (await user.ask("POST", f"kernels/{kernel}/undo"))["left"] == left
        with pytest.raises(Refused, match=r"409.*is kept"):
            await user.ask("POST", f"kernels/{kernel}/undo")
        await client.execute_interactive("deep = {'a': [1, 2]}", output_hook=lambda _message: None)
        page = await user.ask("GET", f"kernels/{kernel}/globals/deep")
        assert [child["name"] for child in page["children"]] == ["['a']"]
    finally:
        client.stop_channels()
        await manager.shutdown_kernel(kernel)
