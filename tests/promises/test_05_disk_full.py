"""5: a full disk is said where people look, the file stays whole, and it recovers by itself."""

from __future__ import annotations

import asyncio
import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from patina_lab.document.format import Cell, TsnbDocument, read, write
from patina_lab.rooms import registry
from patina_lab.rooms.room import Room
from patina_lab.runlog.log import RunLog
from patina_lab.sources.diskside import LOOK_SECONDS
from patina_lab.sources.history import History
from patina_lab.sources.refuge import Refuge
from patina_lab.sources.sourcefile import SourceFile
from patina_lab.tests.editors import clocks, eventually, stays
from patina_lab.tests.server import ServerProcess
from patina_lab.tests.user import User, text_of
from tests.promises.mounts import fill, small_disk

LINES = "for n in range(3_000):\n    print(n, 'x' * 60)"


def text(*sources: str) -> str:
    cells = tuple(Cell(f"cell-{n}", "code", source) for n, source in enumerate(sources, 1))
    return write(TsnbDocument("n1", "patina-python", "python", cells))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    """A server whose notebooks are on a disk of 8 MiB."""
    process = ServerProcess(tmp_path)
    with small_disk(process.root):
        (process.root / "analysis.tsnb").write_text(text("1", LINES, "'later'"))
        yield process
        process.kill()


async def test_a_full_workspace(server: ServerProcess) -> None:
    user = await server.start()
    await user.open("analysis.tsnb")
    follower, editor = await user.follow("n1"), await user.edit()
    run = await user.start("n1")
    await user.ran(run, "cell-1")
    before = user.file().read_bytes()
    filler = fill(server.root)
    editor.text(0).insert(0, f"# {'typed ' * 2_000}\n")
    await eventually(lambda: [one["kind"] for one in follower.notices] == ["not saved"])
    assert "the disk is full" in follower.notices[0]["message"]
    assert await editor.save() == "failed"
    assert user.file().read_bytes() == before
    await eventually(lambda: editor.is_acknowledged(follower.meta["saved"]))
    timeline = await user.ran(run, "cell-2", "cell-3")
    assert [cell["status"] for cell in timeline] == ["succeeded"] * 3
    await eventually(lambda: "error" in follower.runs[run])
    assert "No space" in follower.runs[run]["error"]["reason"]
    filler.unlink()
    await eventually(lambda: "typed" in user.file().read_text())
    await eventually(lambda: follower.notices == [] and "error" not in follower.runs[run])
    assert not list(server.root.glob(".~*"))
    server.kill()
    await user.leave()
    again = await server.start()
    await again.open("analysis.tsnb")
    timeline = await again.timeline(run)
    assert text_of(timeline[2]) == "'later'"
    assert text_of(timeline[1]).endswith(f"2999 {'x' * 60}\n")
    await again.leave()


async def test_a_full_disk_of_the_history_of_edits_acknowledges_nothing(
    tmp_path: Path,
) -> None:
    server = ServerProcess(tmp_path)
    (server.root / "analysis.tsnb").write_text(text("1"))
    histories = tmp_path / "data" / "patina_lab"
    histories.mkdir(parents=True)
    with small_disk(histories, "1m"):
        user = await server.start()
        await user.open("analysis.tsnb")
        follower, editor = await user.follow("n1"), await user.edit()
        editor.text(0).insert(0, "# first\n")
        await eventually(lambda: editor.is_acknowledged(follower.meta["saved"]))
        saved = follower.meta["saved"]
        filler = fill(histories)
        editor.text(0).insert(0, f"# {'typed ' * 20_000}\n")
        await eventually(lambda: "history" in [one["kind"] for one in follower.notices])
        # Longer than what is acknowledged takes to be told.
        await stays(lambda: clocks(follower.meta["saved"]) == clocks(saved), turns=100)
        assert await editor.save() == "success"
        assert "typed" in read(user.file().read_text()).cells[0].source
        filler.unlink()
        await eventually(lambda: editor.is_acknowledged(follower.meta["saved"]))
        await eventually(lambda: follower.notices == [])
        server.kill()
        await user.leave()
        again = await server.start()
        await again.open("analysis.tsnb")
        other = await again.edit()
        assert other.sources() == editor.sources()
        await again.leave()
        server.kill()


@pytest.fixture
def forgetful(tmp_path: Path) -> Iterator[ServerProcess]:
    """A server whose histories of edits are on a disk of 1 MiB."""
    process = ServerProcess(tmp_path)
    histories = tmp_path / "data" / "patina_lab"
    histories.mkdir(parents=True)
    with small_disk(histories, "1m"):
        yield process
        process.kill()


async def test_what_was_saved_while_the_disk_of_the_history_was_full_is_there_once(
    forgetful: ServerProcess,
) -> None:
    server, histories = forgetful, forgetful.folder / "data" / "patina_lab"
    (server.root / "analysis.tsnb").write_text(text("1", "by hand:"))
    user = await server.start()
    await user.open("analysis.tsnb")
    follower, editor = await user.follow("n1"), await user.edit()
    editor.text(0).insert(0, "first ")
    await eventually(lambda: editor.is_acknowledged(follower.meta["saved"]))
    filler = fill(histories)
    editor.text(0).insert(0, f"second {'x' * 100_000} ")
    await eventually(lambda: "history" in [one["kind"] for one in follower.notices])
    assert await editor.save() == "success"
    user.file().write_text(user.file().read_text().replace("by hand:", "by hand: third"))
    await eventually(lambda: "third" in " ".join(editor.sources()))
    server.kill()
    await user.leave()
    user.file().write_text(user.file().read_text().replace("third", "third fourth"))
    # It is still full. Whoever typed comes back with what is in the file, and not in the history.
    again = await server.start()
    await again.open("analysis.tsnb")
    editor.move_to(again.fetch, again.connect)
    await editor.go_online()
    await eventually(lambda: "fourth" in " ".join(editor.sources()))
    words = " ".join(editor.sources()).split()
    assert [words.count(word) for word in ("first", "second", "third", "fourth")] == [1] * 4
    assert len(editor.sources()) == 2
    (beside,) = server.root.glob(".~*")
    assert stat.S_IMODE(beside.stat().st_mode) == 0o600
    filler.unlink()
    await eventually(lambda: not list(server.root.glob(".~*")))
    await editor.go_offline()
    await again.leave()


async def test_a_change_of_the_file_that_no_disk_keeps_is_shown_later(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shown now, and lost, it would come back by who has seen it, and once more from the file."""
    await user.open("analysis.tsnb", text("1", "2"))
    editor = await user.edit()

    def refuse(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as full:
        full.setattr(History, "_write", refuse)
        full.setattr(Refuge, "write", refuse)
        user.file().write_text(text("1", "2, by hand"))
        await asyncio.sleep(3 * LOOK_SECONDS)
        assert editor.sources() == ["1", "2"]
        editor.text(0).insert(0, "typed, ")
    await editor.until_sources("typed, 1", "2, by hand")
    assert await editor.save() == "success"
    cells = read(user.file().read_text()).cells
    assert [cell.source for cell in cells] == editor.sources()


async def test_a_notebook_is_opened_on_a_full_disk_and_how_its_runs_ended_is_written_later(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    await user.open("analysis.tsnb", text("1"))
    run = await user.start("n1")
    await user.ran(run, "cell-1")
    (room,) = user.rooms
    log = room.folder.log_path(run)
    as_killed = log.read_bytes()
    user.rooms._rooms.pop(room.id)
    await room.close("for a test")
    log.write_bytes(as_killed)

    def refuse(_log: RunLog, *_records: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as full:
        full.setattr(RunLog, "append", refuse)
        (opened,) = (await user.open("analysis.tsnb"))["runs"]
        assert opened["status"] == "lost"
        assert [text_of(cell) for cell in await user.timeline(run)] == ["1"]
        assert log.read_bytes() == as_killed
    await eventually(lambda: b'"lost"' in log.read_bytes())


@pytest.mark.parametrize("what", ["run", "file", "history"])
async def test_a_notebook_of_which_something_waits_for_the_disk_is_not_closed(
    user: User, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    rooms = user.rooms
    await user.open("analysis.tsnb", text("1"))
    (room,) = rooms
    editor = await user.edit()
    run = await user.start("n1")
    await user.ran(run, "cell-1")

    def refuse(*_args: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    disks = {
        "run": (RunLog, "append"),
        "file": (SourceFile, "write"),
        "history": (History, "_write_waiting"),
    }
    with monkeypatch.context() as full:
        full.setattr(*disks[what], refuse)
        editor.text(0).insert(0, "# typed\n")
        await user.ask("POST", f"runs/{run}/stop")
        await eventually(lambda: room.is_waiting)
        if what != "history":
            assert await editor.save() == ("failed" if what == "file" else "success")
        await editor.go_offline()
        await eventually(lambda: not room.roster.is_live)
        monkeypatch.setattr(registry, "IDLE_SECONDS", 0.01)

        async def swept() -> list[Room]:
            # As the task does that looks at them every few seconds.
            async with rooms._opening[room.source.path]:
                for one in rooms:
                    await rooms._close_if_idle(one)
            return [*rooms]

        for _ in range(3):
            await asyncio.sleep(0.02)
            assert await swept() == [room]
    await user.until(swept, lambda found: not found)
    assert "typed" in user.file().read_text()
    assert b'"stopped"' in room.folder.log_path(run).read_bytes()
