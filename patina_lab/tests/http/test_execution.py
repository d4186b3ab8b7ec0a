"""Running cells, over real sockets with a real kernel."""

from __future__ import annotations

import ast
import asyncio
import os

import pytest

from patina_lab.tests.user import Refused, User, hash_of, soon, text_of

WAIT = "import time\nprint('begun', flush=True)\ntime.sleep(60)"


async def running(user: User, run: str, seq: int = 1) -> None:
    """Wait until a cell has begun to print."""
    await user.until(lambda: user.timeline(run), lambda cells: "begun" in text_of(cells[seq - 1]))


def statuses(timeline: list[dict[str, str]]) -> list[str]:
    return [cell["status"] for cell in timeline]


async def test_a_cell_runs_and_its_results_are_kept(user: User) -> None:
    notebook = await user.create()
    (cell,) = await user.write("print('hello')\n6 * 7")
    run = await user.start(notebook["id"])
    (ran,) = await user.ran(run, cell)
    assert ran["status"] == "succeeded"
    assert ran["source_hash"] == hash_of("print('hello')\n6 * 7")
    assert text_of(ran) == "hello\n42"
    assert ran["execution_count"] == 1
    assert ran["queued"] <= ran["started"] <= ran["ended"]
    assert ran["outputs"][1]["type"] == "execute_result"


async def test_a_kernel_has_the_environment_of_the_server(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SET_FOR_THE_SERVER", "as in every Jupyter")
    notebook = await user.create()
    names = ("PATH", "HOME", "SET_FOR_THE_SERVER", "JPY_SESSION_NAME")
    (cell,) = await user.write(f"import os\nprint([os.environ.get(name) for name in {names}])")
    (ran,) = await user.ran(await user.start(notebook["id"]), cell)
    found = ast.literal_eval(text_of(ran))
    assert found == [*(os.environ[name] for name in names[:3]), notebook["path"]]


async def test_cells_run_in_the_order_they_were_asked_for_and_may_be_asked_for_twice(
    user: User,
) -> None:
    notebook = await user.create()
    one, two = await user.write("seen = globals().get('seen', []) + [1]", "seen += [2]; seen")
    run = await user.start(notebook["id"])
    asked = await user.execute(run, two, request="before the kernel is there")
    await user.execute(run, one, two, one)
    timeline = await user.finished(run, 4)
    assert asked[0]["seq"] == 1
    # The first fails, for there is no `seen`: nothing behind it runs.
    assert statuses(timeline) == ["failed", "not run", "not run", "not run"]
    again = await user.ran(run, one, two, one, two)
    assert statuses(again[4:]) == ["succeeded"] * 4
    assert text_of(again[-1]) == "[1, 2, 1, 2]"


async def test_an_error_is_kept_with_its_colours_and_lets_nothing_behind_it_run(
    user: User,
) -> None:
    notebook = await user.create()
    bad, good = await user.write("print('begun')\n1 / 0", "'fine'")
    run = await user.start(notebook["id"])
    timeline = await user.ran(run, bad, good)
    assert statuses(timeline) == ["failed", "not run"]
    error = timeline[0]["outputs"][-1]
    assert (error["type"], error["ename"]) == ("error", "ZeroDivisionError")
    assert "\x1b[" in "".join(error["traceback"])
    assert text_of((await user.ran(run, good))[-1]) == "'fine'"


async def test_an_interrupt_stops_the_cell_and_the_kernel_goes_on(user: User) -> None:
    notebook = await user.create()
    wait, good = await user.write(WAIT, "x = 1")
    run = await user.start(notebook["id"])
    await user.execute(run, wait, good)
    await running(user, run)
    busy = await user.status(notebook["id"], run)
    assert (busy["status"], busy["queue"]) == ("busy", [2])
    await user.ask("POST", f"runs/{run}/interrupt")
    timeline = await user.finished(run, 2)
    assert statuses(timeline) == ["interrupted", "not run"]
    assert timeline[0]["outputs"][-1]["ename"] == "KeyboardInterrupt"
    assert statuses(await user.ran(run, good))[-1] == "succeeded"


async def test_a_restart_counts_the_session_and_keeps_what_was_before(user: User) -> None:
    notebook = await user.create()
    wait, name = await user.write(WAIT, "try:\n    x\nexcept NameError:\n    print('new')\nx = 1")
    run = await user.start(notebook["id"])
    await user.ran(run, name)
    await user.execute(run, wait)
    await running(user, run, 2)
    restarted = await user.ask("POST", f"runs/{run}/restart")
    assert (restarted["session"], restarted["status"]) == (2, "starting")
    timeline = await user.ran(run, name)
    assert statuses(timeline) == ["succeeded", "interrupted", "succeeded"]
    assert [cell["session"] for cell in timeline] == [1, 1, 2]
    assert text_of(timeline[2]) == "new\n"
    assert timeline[1]["outputs"][-1]["ename"] == "KernelRestarted"


async def test_hasty_restarts_and_stops_leave_exactly_the_last_kernel(user: User) -> None:
    notebook = await user.create()
    (cell,) = await user.write("'here'")
    run = await user.start(notebook["id"])
    for action in ("restart", "stop", "restart", "restart", "stop", "restart"):
        await user.ask("POST", f"runs/{run}/{action}")
        await asyncio.sleep(0)
    assert text_of((await user.ran(run, cell))[-1]) == "'here'"
    kernels = user.serverapp.kernel_manager
    await user.until(soon(lambda: len(kernels.list_kernels())), lambda count: count == 1)
    await user.ask("POST", f"runs/{run}/stop")
    await user.ask("POST", f"runs/{run}/restart")
    await user.until_status(notebook["id"], run, "idle")
    await user.until(soon(lambda: len(kernels.list_kernels())), lambda count: count == 1)


async def test_a_stopped_run_keeps_its_history_and_takes_no_cells(user: User) -> None:
    notebook = await user.create()
    wait, name = await user.write(WAIT, "1")
    run = await user.start(notebook["id"])
    await user.execute(run, wait, name)
    await running(user, run)
    assert (await user.ask("POST", f"runs/{run}/stop"))["status"] == "stopped"
    assert statuses(await user.timeline(run)) == ["interrupted", "not run"]
    with pytest.raises(Refused, match=r"409.*has no kernel"):
        await user.execute(run, name)
    with pytest.raises(Refused, match="409"):
        await user.ask("POST", f"runs/{run}/interrupt")


async def test_runs_of_a_notebook_do_not_touch_each_other(user: User) -> None:
    notebook = await user.create()
    (cell,) = await user.write("x = globals().get('x', 0) + 1; x")
    one, two = await user.start(notebook["id"]), await user.start(notebook["id"], title="Mine")
    await user.ran(one, cell)
    await user.ran(one, cell)
    assert text_of((await user.ran(two, cell))[0]) == "1"
    runs = await user.ask("GET", f"notebooks/{notebook['id']}/runs")
    assert [run["title"] for run in runs] == ["Run 1", "Mine"]


async def test_a_run_is_renamed_and_deleted(user: User) -> None:
    notebook = await user.create()
    (cell,) = await user.write("from IPython.display import HTML\nHTML('x' * 10_000)")
    run, other = await user.start(notebook["id"]), await user.start(notebook["id"])
    await user.ran(run, cell)
    folder = user.folder()
    assert len(list(folder.glob("blobs/*/*"))) == 1
    assert (await user.ask("PATCH", f"runs/{run}", {"title": " Best "}))["title"] == "Best"
    for title in ("", "  ", "x" * 1_000):
        with pytest.raises(Refused, match="400"):
            await user.ask("PATCH", f"runs/{run}", {"title": title})
    follower = await user.follow(notebook["id"])
    gone = await asyncio.gather(
        user.ask("DELETE", f"runs/{run}"),
        user.ask("DELETE", f"runs/{run}"),
        return_exceptions=True,
    )
    assert {type(reply) for reply in gone} == {type(None), Refused}
    await user.until(soon(lambda: [*follower.runs.keys()]), lambda runs: runs == [other])
    assert not list(folder.glob("blobs/*/*"))
    assert [path.stem for path in folder.glob("*.jsonl")] == [other]
    with pytest.raises(Refused, match="404"):
        await user.timeline(run)


async def test_a_blob_that_another_run_shows_survives_the_end_of_one(user: User) -> None:
    notebook = await user.create()
    (cell,) = await user.write("from IPython.display import HTML\nHTML('x' * 10_000)")
    one, two = await user.start(notebook["id"]), await user.start(notebook["id"])
    await asyncio.gather(user.ran(one, cell), user.ran(two, cell))
    await user.ask("DELETE", f"runs/{one}")
    assert len(list(user.folder().glob("blobs/*/*"))) == 1


async def test_input_is_answered_by_any_client_once(user: User) -> None:
    notebook = await user.create()
    ask, secret = await user.write(
        "print(input('Name? '))", "import getpass\nlen(getpass.getpass())"
    )
    run = await user.start(notebook["id"])
    await user.execute(run, ask)
    other = await user.follow(notebook["id"])
    await user.until(
        soon(lambda: other.cell(run, 1)), lambda cell: cell.get("input_request") is not None
    )
    assert other.cell(run, 1)["input_request"]["prompt"] == "Name? "
    answer = {"output_cell": 1, "value": "Ada"}
    await user.ask("POST", f"runs/{run}/input", answer)
    with pytest.raises(Refused, match=r"409.*Nobody asks"):
        await user.ask("POST", f"runs/{run}/input", answer)
    assert text_of((await user.finished(run, 1))[0]) == "Name? Ada\nAda\n"
    await user.execute(run, secret)
    await user.until(
        lambda: user.timeline(run), lambda cells: cells[1].get("input_request", {}).get("password")
    )
    await user.ask("POST", f"runs/{run}/input", {"output_cell": 2, "value": "geheim"})
    assert text_of((await user.finished(run, 2))[1]).endswith("········\n6")
    logs = "".join(path.read_text() for path in user.folder().glob("*.jsonl"))
    assert "geheim" not in logs


async def test_a_request_that_is_repeated_runs_nothing_twice(user: User) -> None:
    notebook = await user.create()
    (cell,) = await user.write("1")
    run = await user.start(notebook["id"])
    first, again = await asyncio.gather(
        user.execute(run, cell, request="once"), user.execute(run, cell, request="once")
    )
    assert [one["seq"] for one in first] == [one["seq"] for one in again] == [1]
    await user.finished(run, 1)
    (once_more,) = await user.execute(run, cell, request="once")
    assert once_more["status"] == "succeeded"
    assert len(await user.timeline(run)) == 1


async def test_a_source_that_is_not_the_callers_is_not_run(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("patina_lab.sources.source.SYNC_SECONDS", 0.2)
    notebook = await user.create()
    (cell,) = await user.write("old")
    run = await user.start(notebook["id"])
    with pytest.raises(Refused, match="409") as refused:
        await user.execute(run, cell, hashes={cell: hash_of("new")})
    assert hash_of("old") in refused.value.problem["reason"]
    with pytest.raises(Refused, match=r"409.*not in the document"):
        await user.execute(run, "nowhere")
    assert await user.timeline(run) == []


async def test_a_cell_waits_for_the_edit_that_it_was_asked_for_with(user: User) -> None:
    notebook = await user.create()
    (cell,) = await user.write("old = 1")
    run = await user.start(notebook["id"])
    editor = await user.edit()
    asking = asyncio.create_task(user.execute(run, cell, hashes={cell: hash_of("new = 1\nnew")}))
    await asyncio.sleep(0.1)
    assert not asking.done()
    text = editor.text(0)
    with editor.ydoc.transaction():
        text.clear()
        text += "new = 1\nnew"
    (asked,) = await asking
    assert asked["source"] == "new = 1\nnew"
    assert text_of((await user.finished(run, 1))[0]) == "1"


async def test_a_part_of_the_timeline_can_be_asked_for(user: User) -> None:
    notebook = await user.create()
    (cell,) = await user.write("1")
    run = await user.start(notebook["id"])
    await user.ran(run, cell, cell, cell)

    async def seqs(**query: str) -> list[int]:
        part = await user.ask("GET", f"runs/{run}/timeline", **query)
        return [one["seq"] for one in part]

    assert await seqs() == [1, 2, 3]
    assert await seqs(**{"from": "2"}) == [2, 3]
    assert await seqs(to="2") == [1, 2]
    with pytest.raises(Refused, match="400"):
        await seqs(to="two")
