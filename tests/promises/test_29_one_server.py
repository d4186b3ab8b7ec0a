"""29: one server drives the runs of a notebook; others, of whomever, are refused until it ends."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from patina_lab.document.format import read
from patina_lab.tests.server import ServerProcess
from patina_lab.tests.user import Refused


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Callable[[], ServerProcess]]:
    """Make servers with the same root, and directories of their own."""
    made: list[ServerProcess] = []

    def make() -> ServerProcess:
        folder = tmp_path / f"server-{len(made)}"
        folder.mkdir()
        one = ServerProcess(folder)
        if made:
            one.root, one.root_dir = made[0].root, made[0].root_dir
        made.append(one)
        return one

    yield make
    for one in made:
        one.kill()


async def test_a_second_server_is_refused_until_the_first_has_ended(
    server: Callable[[], ServerProcess],
) -> None:
    holder, other = server(), server()
    first, second = await holder.start(), await other.start()
    notebook = await first.create()
    (cell,) = [cell.id for cell in read(first.file().read_text()).cells]
    # Both have it open; whoever starts a run first has the runs.
    await second.open("analysis.tsnb")
    run = await first.start(notebook["id"])
    cells = await first.ran(run, cell)
    log = first.folder() / f"{run}.jsonl"
    before = log.read_bytes()
    with pytest.raises(Refused, match=r"409.*Another server"):
        await second.start(notebook["id"])
    third = await server().start()
    seen = await third.open("analysis.tsnb")
    assert [one["id"] for one in seen["runs"]] == [run]
    with pytest.raises(Refused, match=r"409.*Another server"):
        await third.start(notebook["id"])
    with pytest.raises(Refused, match=r"409.*Another server"):
        await third.execute(run, cell)
    await third.create("own.tsnb")
    assert log.read_bytes() == before
    assert (await first.timeline(run)) == cells
    holder.kill()
    other.kill()

    async def started() -> str | None:
        with contextlib.suppress(Refused):
            await third.open("analysis.tsnb")
            return await third.start(notebook["id"])
        return None

    again = await third.until(started, bool)
    assert (await third.ran(again, cell))[0]["status"] == "succeeded"
    assert await third.timeline(run) == cells
