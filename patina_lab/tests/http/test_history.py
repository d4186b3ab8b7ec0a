"""History: pinned and deleted output cells; what forks and undos leave behind after the server."""

from __future__ import annotations

import asyncio
import errno
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from patina_lab.document.format import Cell, TsnbDocument, write
from patina_lab.runlog.log import load
from patina_lab.tests.http.test_fork import KERNEL, begun, fork
from patina_lab.tests.http.test_globals import told, values
from patina_lab.tests.http.test_undo import CRASHES, undo
from patina_lab.tests.server import ServerProcess
from patina_lab.tests.user import PATIENCE, Refused, User, soon, text_of

LARGE = "from IPython.display import HTML\nHTML('{}' * 10_000)"


def blob_of(cell: dict[str, Any]) -> str:
    return str(cell["outputs"][0]["data"]["text/html"]["blob"])


async def test_an_output_cell_is_pinned_and_unpinned(user: User) -> None:
    notebook, run, (one,) = await begun(user, "1")
    await user.ran(run, one)
    follower = await user.follow(notebook)
    pinned = await user.ask("PATCH", f"runs/{run}/timeline/1", {"pinned": True})
    assert pinned["pinned"] is True
    await user.until(soon(lambda: follower.cell(run, 1)), lambda cell: cell.get("pinned"))
    unpinned = await user.ask("PATCH", f"runs/{run}/timeline/1", {"pinned": False})
    assert "pinned" not in unpinned
    with pytest.raises(Refused, match="404"):
        await user.ask("PATCH", f"runs/{run}/timeline/9", {"pinned": True})
    with pytest.raises(Refused, match="400"):
        await user.ask("PATCH", f"runs/{run}/timeline/1", {"pinned": "yes"})


async def test_what_is_deleted_from_history_is_gone_from_document_log_and_blobs(user: User) -> None:
    notebook, run, (secret, shared, again, one) = await begun(
        user, LARGE.format("s"), LARGE.format("t"), LARGE.format("t"), "1"
    )
    timeline = await user.ran(run, secret, shared, again)
    follower = await user.follow(notebook)
    for seq in (1, 2):
        await user.ask("DELETE", f"runs/{run}/timeline/{seq}")
    assert [cell["seq"] for cell in await user.timeline(run)] == [3]
    await user.until(
        soon(lambda: sorted(follower.runs[run]["cells"].to_py())), lambda seqs: seqs == ["3"]
    )
    log = (user.folder() / f"{run}.jsonl").read_text()
    assert "('s'" not in log
    blobs = {path.name for path in (user.folder() / "blobs").rglob("*") if path.is_file()}
    assert blobs == {blob_of(timeline[2])}, "what another cell shows as well stays"
    assert [cell["seq"] for cell in await user.ran(run, one)] == [3, 4]
    with pytest.raises(Refused, match="404"):
        await user.ask("DELETE", f"runs/{run}/timeline/1")


async def test_space_is_freed_but_for_what_is_pinned_or_inherited_and_it_is_told_how_much(
    user: User,
) -> None:
    notebook, run, (large, one) = await begun(user, LARGE.format("s"), "1")
    await user.ran(run, one, one)
    made = await fork(user, run, after_seq=2)
    await user.ran(run, large, one, large, one)
    await user.ask("PATCH", f"runs/{run}/timeline/5", {"pinned": True})
    await user.ask("PATCH", f"runs/{run}/timeline/4", {"pinned": False})
    follower = await user.follow(notebook)
    freed = await user.ask("POST", f"runs/{run}/free-space", {"keep": 1})
    assert (freed["deleted"], freed["spared"]) == (2, 3), "1 and 2 are the fork's, 5 is pinned"
    assert [cell["seq"] for cell in await user.timeline(run)] == [1, 2, 5, 6]
    await user.until(
        soon(lambda: sorted(follower.runs[run]["cells"].to_py())),
        lambda seqs: seqs == ["1", "2", "5", "6"],
    )
    assert freed["bytes"] > 100, "the blob is that of 5, too: it stays"
    await user.ask("PATCH", f"runs/{run}/timeline/5", {"pinned": False})
    await user.ask("DELETE", f"runs/{made['id']}")
    freed = await user.ask("POST", f"runs/{run}/free-space", {"keep": 0})
    assert (freed["deleted"], freed["spared"]) == (4, 0)
    assert freed["bytes"] > 10_000
    assert not any(path.is_file() for path in (user.folder() / "blobs").rglob("*"))
    assert load(user.folder() / f"{run}.jsonl").folded.cells == {}
    assert [cell["seq"] for cell in await user.ran(run, one)] == [7]
    with pytest.raises(Refused, match="400"):
        await user.ask("POST", f"runs/{run}/free-space", {"keep": -1})


async def test_a_cell_that_runs_is_not_deleted(user: User) -> None:
    _, run, (sleep,) = await begun(user, "import time\ntime.sleep(600)")
    await user.execute(run, sleep)
    with pytest.raises(Refused, match=r"409.*Interrupt"):
        await user.ask("DELETE", f"runs/{run}/timeline/1")
    assert len(await user.timeline(run)) == 1


async def test_cells_that_print_while_another_is_deleted_lose_nothing(user: User) -> None:
    _, run, (one, lines) = await begun(user, "1", "for n in range(30_000):\n    print(n)")
    await user.ran(run, one)
    await user.execute(run, lines)
    await user.ask("DELETE", f"runs/{run}/timeline/1")
    (cell,) = await user.finished(run, 2)
    sealed = sum(chunk["lines"] for chunk in cell["outputs"][0]["sealed"])
    assert sealed + cell["outputs"][0]["tail"].count("\n") == 30_000
    log = (user.folder() / f"{run}.jsonl").read_text().splitlines()
    assert '{"record":"deleted","seq":1}' in log


async def test_a_cell_that_could_not_be_deleted_is_shown_and_logged_as_before(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook, run, (one, two) = await begun(
        user,
        "from IPython.display import display\nhandle = display('old', display_id='d')",
        "handle.update('new')",
    )
    await user.ran(run, one)
    follower = await user.follow(notebook)
    await user.ran(run, two)
    may_fail = threading.Event()

    def refused(*_: object) -> None:
        may_fail.wait(PATIENCE)
        raise OSError(errno.EIO, "The disk went away")

    monkeypatch.setattr("patina_lab.runlog.log.RunLog.rewrite", refused)
    deleting = asyncio.ensure_future(user.ask("DELETE", f"runs/{run}/timeline/1"))
    recorder = user.rooms.by_run(run).roster.runner(run).recorder
    await user.until(soon(lambda: 1 in recorder._timeline), lambda there: not there)
    recorder._showing.cell(1)
    await user.until(soon(lambda: [*follower.runs[run]["cells"]]), lambda seqs: seqs == ["2"])
    may_fail.set()
    with pytest.raises(Refused, match=r"500.*disk"):
        await deleting
    await user.until(soon(lambda: sorted(follower.runs[run]["cells"])), lambda seqs: "1" in seqs)
    before = await user.timeline(run)
    assert "new" in str(before[0])
    log = user.folder() / f"{run}.jsonl"
    await user.until(soon(lambda: "new" in str(load(log).folded.cells[1].outputs)), bool)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    process = ServerProcess(tmp_path)
    sources = ("x = 1", "x = 2\ny = 3", "x", CRASHES["an exit"])
    cells = tuple(Cell(f"c{number}", "code", text) for number, text in enumerate(sources, 1))
    text = write(TsnbDocument("n1", KERNEL, "python", cells))
    (process.root / "analysis.tsnb").write_text(text)
    yield process
    with suppress(ProcessLookupError):
        process.terminate()


async def test_after_a_restart_of_the_server_forks_undone_marks_and_variables_are_there(
    server: ServerProcess,
) -> None:
    user = await server.start()
    await user.open("analysis.tsnb")
    run = await user.start("n1")
    await user.ran(run, "c1", "c2")
    await told(user, run, 2, "x", "y")
    made = await fork(user, run, "c3", title="Fork")
    await user.finished(made["id"], 3)
    await undo(user, run)
    await user.ask("PATCH", f"runs/{run}/timeline/1", {"pinned": True})
    await user.ran(run, "c3")
    await user.ask("DELETE", f"runs/{run}/timeline/3")
    before = [await user.timeline(name) for name in (run, made["id"])]
    await user.leave()
    server.terminate()
    user = await server.start()
    await user.open("analysis.tsnb")
    runs = await user.ask("GET", "notebooks/n1/runs")
    assert [one["title"] for one in runs] == ["Run 1", "Fork"]
    assert runs[1]["parent"] == {"run": run, "seq": 2}
    assert (runs[1]["report"], runs[1]["last_seq"], runs[0]["last_seq"]) == ([], 3, 3)
    assert [await user.timeline(name) for name in (run, made["id"])] == before
    assert [(cell.get("pinned"), cell.get("undone")) for cell in before[0]] == [
        (True, None),
        (None, True),
    ]
    assert await values(user, run, after=1) == {"x": "1"}
    assert await values(user, run, after=2) == {"x": "2", "y": "3"}
    assert await values(user, made["id"], after=3) == {"x": "2", "y": "3"}
    with pytest.raises(Refused, match=r"409.*stopped"):
        await fork(user, made["id"])
    with pytest.raises(Refused, match=r"409.*no kernel"):
        await undo(user, run)


async def test_a_run_that_crashed_and_went_on_is_read_back_as_it_was(
    server: ServerProcess,
) -> None:
    user = await server.start()
    await user.open("analysis.tsnb")
    run = await user.start("n1")
    await user.ran(run, "c1")
    await user.execute(run, "c4")
    await user.until_status("n1", run, "failed")
    await undo(user, run)
    assert text_of((await user.ran(run, "c3"))[-1]) == "1"
    before = await user.timeline(run)
    await user.leave()
    server.kill()
    user = await server.start()
    await user.open("analysis.tsnb")
    assert (await user.status("n1", run))["status"] == "lost"
    after = await user.timeline(run)
    assert after == before
    assert [cell.get("undone", False) for cell in after] == [False, True, False]
    assert await values(user, run) == {"x": "1"}, "last known"
