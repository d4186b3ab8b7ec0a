"""17: who comes back with another history than the server's doubles nothing and empties nothing.

The cases of jupyter-collaboration#594 and jupyter-server-documents#305: the server's history is
gone, and a page that was open all the while comes back with edits of its own.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from jupyter_core.paths import jupyter_data_dir

from patina_lab.document.format import Cell, TsnbDocument, read, write
from patina_lab.sources.sourcefile import SourceFile
from patina_lab.tests.editors import Editor, eventually
from patina_lab.tests.server import ServerProcess
from patina_lab.tests.user import User


def histories() -> Path:
    """Return where the histories of edits are."""
    return Path(jupyter_data_dir(), "patina_lab", "histories")


def text(*sources: str) -> str:
    cells = tuple(Cell(f"cell-{n}", "code", source) for n, source in enumerate(sources, 1))
    return write(TsnbDocument("n1", "python3", "python", cells))


def on_disk(path: Path) -> list[str]:
    return [cell.source for cell in read(path.read_text()).cells]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    process = ServerProcess(tmp_path)
    (process.root / "analysis.tsnb").write_text(text("one", "two"))
    yield process
    process.kill()


async def opened(server: ServerProcess) -> tuple[User, Editor]:
    """Return somebody who has the notebook open, and has typed something that was saved."""
    user = await server.start()
    await user.open("analysis.tsnb")
    editor = await user.edit()
    editor.text(0).insert(0, "typed, ")
    await eventually(lambda: on_disk(user.file()) == ["typed, one", "two"])
    return user, editor


async def acknowledged(server: ServerProcess) -> tuple[User, Editor]:
    """The same, who typed something more: that is safe, and not in the file yet."""
    user, editor = await opened(server)
    follower = await user.follow("n1")
    editor.text(1).insert(0, "acknowledged, ")
    await eventually(lambda: editor.is_acknowledged(follower.meta["saved"]))
    return user, editor


async def test_a_client_of_a_history_that_is_gone_is_told_and_its_edits_are_kept(
    server: ServerProcess,
) -> None:
    user, stale = await opened(server)
    server.kill()
    await stale.go_offline()
    stale.text(1).insert(0, "while away, ")
    shutil.rmtree(server.folder / "data" / "patina_lab" / "histories")
    user.file().write_text(text("from disk", "two", "three"))

    again = await server.start()
    await again.open("analysis.tsnb")
    follower = await again.follow("n1")
    stale.move_to(again.fetch, again.connect)
    with pytest.raises(TimeoutError):
        await stale.go_online(seconds=3)
    await eventually(lambda: stale.close_code == 1003)
    reason = json.loads(stale.close_reason)
    assert reason["reloadable"]
    assert "kept in a file" in reason["errorReason"]
    await eventually(lambda: [one["kind"] for one in follower.notices] == ["backup"])
    backup = again.file(follower.notices[0]["file"])
    assert on_disk(backup) == ["typed, one", "while away, two"]
    assert read(backup.read_text()).id != "n1"
    fresh = await again.edit()
    await fresh.until_sources("from disk", "two", "three")
    fresh.text(2).insert(0, "and ")
    assert await fresh.save() == "success"
    assert on_disk(again.file()) == ["from disk", "two", "and three"]
    await again.leave()
    await user.leave()


async def test_a_client_of_a_history_that_is_gone_with_nothing_to_lose_makes_no_file(
    server: ServerProcess,
) -> None:
    user, stale = await opened(server)
    server.kill()
    await stale.go_offline()
    shutil.rmtree(server.folder / "data" / "patina_lab" / "histories")
    again = await server.start()
    stale.move_to(again.fetch, again.connect)
    with pytest.raises(TimeoutError):
        await stale.go_online(seconds=3)
    await eventually(lambda: stale.close_code == 1003)
    fresh = await again.edit()
    await fresh.until_sources("typed, one", "two")
    assert list(server.root.glob("*.unsynced-*")) == []
    await again.leave()
    await user.leave()


async def test_a_page_whose_edits_the_disk_does_not_take_keeps_them_until_it_does(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused: list[bytes] = []

    def refuse(_file: SourceFile, _name: str, data: bytes) -> bool:
        refused.append(data)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("patina_lab.http.parting.RETRY_SECONDS", 0.1)
    monkeypatch.setattr("patina_lab.http.parting.ANSWER_SECONDS", 1.0)
    await user.open("analysis.tsnb", text("one", "two"))
    stale = await user.edit()
    await stale.go_offline()
    stale.text(0).insert(0, "while away, ")
    await reopened(user, without_history=True)
    follower = await user.follow("n1")
    with monkeypatch.context() as full:
        full.setattr(SourceFile, "write_beside", refuse)
        with pytest.raises(TimeoutError):
            await stale.go_online(seconds=2)
        await eventually(lambda: [one["kind"] for one in follower.notices] == ["backup"])
        assert "No space" in follower.notices[0]["reason"]
        assert stale.is_online, "its edits are nowhere else"
        stale.text(1).insert(0, "later, ")
        await eventually(lambda: b"later" in refused[-1])
    await eventually(lambda: stale.close_code == 1003)
    assert "kept in a file" in json.loads(stale.close_reason)["errorReason"]
    await eventually(lambda: "file" in follower.notices[0])
    (notice,) = follower.notices
    assert on_disk(user.file(notice["file"])) == ["while away, one", "later, two"]


async def test_what_was_acknowledged_is_there_after_a_kill_before_it_was_saved(
    server: ServerProcess,
) -> None:
    user, _ = await acknowledged(server)
    before = on_disk(user.file())
    server.kill()
    assert before == ["typed, one", "two"], "the file is older than the acknowledgement"
    await user.leave()
    again = await server.start()
    await again.open("analysis.tsnb")
    other = await again.edit()
    await other.until_sources("typed, one", "acknowledged, two")
    await eventually(lambda: on_disk(again.file()) == ["typed, one", "acknowledged, two"])
    await again.leave()


async def test_what_changed_on_disk_while_the_server_was_away_is_merged_with_what_was_not_saved(
    server: ServerProcess,
) -> None:
    user, editor = await acknowledged(server)
    server.kill()
    await editor.go_offline()
    editor.text(1).insert(0, "offline, ")
    user.file().write_text(text("typed, one", "two", "three, from disk"))
    again = await server.start()
    await again.open("analysis.tsnb")
    editor.move_to(again.fetch, again.connect)
    await editor.go_online()
    whole = ["typed, one", "offline, acknowledged, two", "three, from disk"]
    await editor.until_sources(*whole)
    await eventually(lambda: on_disk(again.file()) == whole)
    await again.leave()
    await user.leave()


async def test_what_was_acknowledged_after_a_restart_is_known_after_the_next(user: User) -> None:
    notebook = await user.open("analysis.tsnb", text("one", "two"))
    await reopened(user)
    editor, follower = await user.edit(), await user.follow(notebook["id"])
    editor.text(0).insert(0, "typed, ")
    await eventually(lambda: editor.is_acknowledged(follower.meta["saved"]))
    await follower.close()
    await editor.go_offline()
    await reopened(user)
    # With what the server itself has said in that life: edits that refer to it are refused else.
    again = await user.follow(notebook["id"])
    await eventually(lambda: editor.is_acknowledged(again.meta["saved"]), seconds=5)


async def test_a_notebook_opens_although_its_history_is_damaged_and_that_is_said(
    user: User,
) -> None:
    notebook = await user.open("analysis.tsnb", text("one", "two"))
    editor = await user.edit()
    editor.text(0).insert(0, "typed, ")
    assert await editor.save() == "success"
    await editor.go_offline()
    await reopened(user, damaged=True)
    follower = await user.follow(notebook["id"])
    await eventually(lambda: [one["kind"] for one in follower.notices] == ["history"])
    assert "put aside" in follower.notices[0]["reason"]
    fresh = await user.edit()
    await fresh.until_sources("typed, one", "two")
    fresh.text(1).insert(0, "more, ")
    await eventually(lambda: fresh.is_acknowledged(follower.meta["saved"]))
    await fresh.go_offline()
    await reopened(user)
    follower = await user.follow(notebook["id"])
    assert follower.notices == []


async def reopened(user: User, *, without_history: bool = False, damaged: bool = False) -> None:
    """Close the notebook, and open it again: it is read from its history."""
    (room,) = user.rooms
    before = room.source.room
    # Whoever has left is seen off.
    await eventually(lambda: len(before.clients) == 1)
    user.rooms._rooms.pop(room.id)
    await room.close("for a test")
    if without_history:
        shutil.rmtree(histories())
    if damaged:
        (path,) = histories().glob("*.db")
        with sqlite3.connect(path) as database:
            database.execute("UPDATE edits SET edit = substr(edit, 1, 5)")
        database.close()
    await user.open("analysis.tsnb")
    (room,) = user.rooms
    assert room.source.room is not before
