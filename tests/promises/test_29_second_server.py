"""29: a second server opens a notebook read-only, follows it, and takes over when it may."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from patina_lab.document.format import read
from patina_lab.tests.editors import eventually
from patina_lab.tests.followers import Follower
from patina_lab.tests.server import ServerProcess
from patina_lab.tests.user import Refused, User, hash_of, text_of


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Callable[[], ServerProcess]]:
    """Make servers of one person with the same root."""
    made: list[ServerProcess] = []

    def make() -> ServerProcess:
        made.append(ServerProcess(tmp_path))
        return made[-1]

    yield make
    for one in made:
        one.kill()


def state_of(notebook: Path, runs: Path) -> dict[str, tuple[int, int]]:
    """Return size and time of change of a notebook, and of every file of its runs."""
    return {
        str(path): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in (notebook, *runs.rglob("*"))
    }


def opened_histories(pid: int) -> list[str]:
    """Return which histories of edits a process has open."""
    files = [str(one.readlink()) for one in Path(f"/proc/{pid}/fd").iterdir() if one.is_symlink()]
    return [file for file in files if "/histories/" in file]


async def test_the_second_looks_on_writes_nothing_and_takes_over(
    server: Callable[[], ServerProcess],
) -> None:
    holder, other = server(), server()
    first, second = await holder.start(), await other.start()
    notebook = (await first.create())["id"]
    (cell,) = [cell.id for cell in read(first.file().read_text()).cells]
    editor = await first.edit()
    editor.text(0).insert(0, "print('one')")
    run = await first.start(notebook)
    await first.execute(run, cell, hashes={cell: hash_of("print('one')")})
    await first.finished(run, 1)
    await first.ask("POST", f"notebooks/{notebook}/flush")

    # It opens, says who has it, and shows the run.
    await second.open("analysis.tsnb")
    follower = await second.follow(notebook)
    (notice,) = follower.notices
    assert notice["kind"] == "other server"
    assert f"process {holder.pid}, port {holder.port}" in notice["reason"]
    assert text_of(follower.cell(run, 1)) == "one\n"
    assert [text_of(one) for one in await second.timeline(run)] == ["one\n"]

    # What it is asked to write is refused, and nothing is written.
    before = state_of(first.file(), first.folder())
    await refused_all(second, notebook, run, cell)
    intruder = await second.edit()
    intruder.text(0).insert(0, "forged = 1\n")
    await asyncio.sleep(1.5)  # At least one look of each of its watches.
    assert state_of(first.file(), first.folder()) == before
    assert opened_histories(other.pid) == []
    assert opened_histories(holder.pid) != []
    assert editor.sources() == ["print('one')"]

    # What happens at the first is seen at the second.
    await first.ran(run, cell)
    await eventually(lambda: printed(follower, run, 2) == "one\n")
    editor.text(0).insert(0, "# known\n")
    await first.ask("POST", f"notebooks/{notebook}/flush")
    await second.until(lambda: second.ask("GET", f"notebooks/{notebook}/cells"), has_comment)

    # The first ends: the second goes on, and what is typed there is kept.
    holder.kill()
    began = time.monotonic()
    await eventually(lambda: intruder.close_code is not None)
    assert (intruder.close_code, "Reload" in intruder.close_reason) == (1003, True)
    await eventually(follower.closed.is_set)
    assert time.monotonic() - began < 10
    late = await second.edit()
    assert late.sources() == ["# known\nprint('one')"]
    again = await second.follow(notebook, path="analysis.tsnb")
    assert again.notices == []
    late.text(0).insert(0, "# taken over\n")
    fresh = await second.start(notebook)
    assert (await second.ran(fresh, cell))[-1]["status"] == "succeeded"
    await second.ask("POST", f"notebooks/{notebook}/flush")
    assert "# taken over" in second.file().read_text()
    assert [text_of(one) for one in await second.timeline(run)] == ["one\n", "one\n"]
    await first.leave()
    await second.leave()


async def refused_all(user: User, notebook: str, run: str, cell: str) -> None:
    """Ask for everything that writes."""
    execute = {"cells": [{"id": cell}], "request_id": "r"}
    asked = [
        ("POST", f"notebooks/{notebook}/runs", {}),
        ("POST", f"notebooks/{notebook}/flush", {}),
        ("POST", f"notebooks/{notebook}/write-over", {}),
        ("POST", f"runs/{run}/execute", execute),
        ("POST", f"runs/{run}/interrupt", {}),
        ("POST", f"runs/{run}/restart", {}),
        ("POST", f"runs/{run}/stop", {}),
        ("POST", f"runs/{run}/fork", {}),
        ("POST", f"runs/{run}/undo", {}),
        ("POST", f"runs/{run}/save", {}),
        ("POST", f"runs/{run}/load", {}),
        ("POST", f"runs/{run}/free-space", {"keep": 0}),
        ("PATCH", f"runs/{run}", {"title": "Forged"}),
        ("PATCH", f"runs/{run}/timeline/1", {"pinned": True}),
        ("DELETE", f"runs/{run}/timeline/1", None),
        ("DELETE", f"runs/{run}", None),
    ]
    for method, path, body in asked:
        with pytest.raises(Refused, match=r"409.*Another server has this notebook"):
            await user.ask(method, path, body)


def printed(follower: Follower, run: str, seq: int) -> str:
    """Return what an output cell has printed, as far as it is told."""
    cell = follower.cell(run, seq)
    return text_of(cell) if cell else ""


def has_comment(cells: list[dict[str, str]]) -> bool:
    """Whether the edit has come."""
    return cells[0]["source"].startswith("# known")


async def test_a_lock_that_a_crash_has_left_holds_nothing(
    server: Callable[[], ServerProcess], tmp_path: Path
) -> None:
    holder = server()
    first = await holder.start()
    notebook = (await first.create())["id"]
    (lock,) = (tmp_path / "data" / "patina_lab" / "histories").glob("*.lock")
    assert str(holder.pid) in lock.read_text()
    holder.kill()
    # Its process id now is that of somebody who lives.
    lock.write_text(f'{{"pid": {os.getpid()}, "port": 1}}')
    second = await server().start()
    await second.open("analysis.tsnb")
    assert (await second.follow(notebook)).notices == []
    await second.start(notebook)
    await second.leave()
