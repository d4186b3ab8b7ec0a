"""A server that is killed or shut down, and started again: history, blobs and edits are there."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from patina_lab.document.format import Cell, TsnbDocument, write
from patina_lab.tests.editors import eventually
from patina_lab.tests.server import ServerProcess
from patina_lab.tests.user import Refused, User, text_of

LARGE = "from IPython.display import HTML\nHTML('x' * 10_000)"
LINES = "for n in range(20_000):\n    print(n)"
SLEEP = "import os, time\nprint('pid', os.getpid(), flush=True)\ntime.sleep(600)"
SOURCES = ("1 + 1", LARGE, LINES, SLEEP, "'never'")
CELLS = [f"cell-{number}" for number in range(1, len(SOURCES) + 1)]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    process = ServerProcess(tmp_path)
    cells = tuple(Cell(name, "code", text) for name, text in zip(CELLS, SOURCES, strict=True))
    text = write(TsnbDocument("n1", "python3", "python", cells))
    (process.root / "analysis.tsnb").write_text(text)
    yield process
    process.kill()


async def busy_run(user: User) -> tuple[str, int]:
    """Run everything up to the cell that sleeps; return the run and its kernel's pid."""
    await user.open("analysis.tsnb")
    run = await user.start("n1", title="Mine")
    await user.ran(run, *CELLS[:3])
    await user.execute(run, *CELLS[3:])
    timeline = await user.until(
        lambda: user.timeline(run), lambda cells: "pid" in text_of(cells[3])
    )
    return run, int(text_of(timeline[3]).split()[1])


async def whole_history(user: User, run: str) -> None:
    """See that everything that was finished is there, to the last byte."""
    timeline = await user.timeline(run)
    assert [cell["status"] for cell in timeline[:3]] == ["succeeded"] * 3
    assert text_of(timeline[0]) == "2"
    html = timeline[1]["outputs"][0]["data"]["text/html"]["blob"]
    reply = await user.get("api", "patina", "notebooks", "n1", "blobs", html)
    assert reply.body == b"x" * 10_000
    stream = timeline[2]["outputs"][0]
    parts = [
        (await user.get("api", "patina", "notebooks", "n1", "blobs", chunk["blob"])).body
        for chunk in stream["sealed"]
    ]
    text = b"".join(parts).decode() + stream["tail"]
    assert text == "".join(f"{n}\n" for n in range(20_000))


async def test_a_server_that_is_killed_loses_nothing_that_was_finished(
    server: ServerProcess,
) -> None:
    user = await server.start()
    run, pid = await busy_run(user)
    follower = await user.follow("n1")
    epoch = follower.meta["epoch"]
    editor = await user.edit()
    editor.text(0).insert(0, "# typed\n")
    await eventually(lambda: "# typed" in user.file().read_text())
    # What streams is in the log within two seconds.
    log = user.folder() / f"{run}.jsonl"
    await eventually(lambda: "pid" in log.read_text().splitlines()[-1])
    server.kill()
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    await user.leave()

    user = await server.start()
    (found,) = (await user.open("analysis.tsnb"))["runs"]
    assert (found["id"], found["title"], found["status"]) == (run, "Mine", "lost")
    assert "server ended" in found["error"]["message"]
    assert found["error"]["hint"]
    await whole_history(user, run)
    timeline = await user.timeline(run)
    assert [cell["status"] for cell in timeline[3:]] == ["failed", "not run"]
    assert timeline[3]["outputs"][-1]["ename"] == "ServerEnded"
    assert text_of(timeline[3]).startswith("pid ")
    follower = await user.follow("n1")
    assert follower.meta["epoch"] != epoch
    assert follower.cell(run, 1)["source"] == "1 + 1"
    with pytest.raises(Refused, match="409"):
        await user.execute(run, CELLS[0])
    await user.ask("POST", f"runs/{run}/restart")
    timeline = await user.ran(run, CELLS[0])
    assert (timeline[-1]["seq"], timeline[-1]["session"]) == (6, 2)
    assert timeline[-1]["source"].startswith("# typed")
    await user.leave()


async def test_a_server_that_is_shut_down_ends_its_runs_and_saves_what_was_typed(
    server: ServerProcess,
) -> None:
    user = await server.start()
    run, pid = await busy_run(user)
    editor = await user.edit()
    editor.text(0).insert(0, "# typed last\n")
    await eventually(lambda: bool(editor.sources()))
    document_arrived = await user.edit()
    await document_arrived.until_sources(*editor.sources())
    server.terminate()
    await user.leave()
    assert "# typed last" in user.file().read_text()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)

    user = await server.start()
    (found,) = (await user.open("analysis.tsnb"))["runs"]
    assert found["status"] == "stopped"
    await whole_history(user, run)
    timeline = await user.timeline(run)
    assert [cell["status"] for cell in timeline[3:]] == ["interrupted", "not run"]
    assert "shut down" in timeline[3]["outputs"][-1]["evalue"]
    await user.leave()


async def test_edits_made_while_the_server_was_away_merge_with_its_kept_history(
    server: ServerProcess,
) -> None:
    user = await server.start()
    await user.open("analysis.tsnb")
    ada = await user.edit()
    ada.text(0).insert(0, "# first\n")
    await eventually(lambda: "# first" in user.file().read_text())
    server.kill()
    await ada.go_offline()
    ada.text(0).insert(0, "# away\n")
    again = await server.start()
    await again.open("analysis.tsnb")
    ada.move_to(again.fetch, again.connect)
    await ada.go_online()
    bob = await again.edit()
    await bob.until_sources("# away\n# first\n1 + 1", *SOURCES[1:])
    assert ada.sources() == bob.sources()
    await again.leave()
    await user.leave()
