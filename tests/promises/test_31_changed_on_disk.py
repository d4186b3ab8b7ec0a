"""31: a file that changes on disk while it is open is merged, or both versions are kept."""

from __future__ import annotations

import asyncio
import errno
import os
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest

from patina_lab.document.format import Cell, TsnbDocument, read, write
from patina_lab.sources.sourcefile import SourceFile
from patina_lab.tests.editors import Editor, eventually
from patina_lab.tests.followers import Follower
from patina_lab.tests.user import Refused, User


def text(*sources: str, name: str = "n1") -> str:
    cells = tuple(Cell(f"cell-{n}", "code", source) for n, source in enumerate(sources, 1))
    return write(TsnbDocument(name, "python3", "python", cells))


def on_disk(path: Path) -> list[str]:
    return [cell.source for cell in read(path.read_text()).cells]


def kinds(follower: Follower) -> list[str]:
    return [notice["kind"] for notice in follower.notices]


async def opened(user: User) -> tuple[Editor, Follower]:
    """Return somebody who edits a notebook, and somebody who reads what is said of its file."""
    notebook = await user.open("analysis.tsnb", text("one", "two"))
    return await user.edit(), await user.follow(notebook["id"])


@pytest.fixture(autouse=True)
def _unsaved(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have nothing saved by itself: what is typed is only in the document."""
    monkeypatch.setattr("patina_lab.sources.source.QUIET_SECONDS", 3600.0)
    monkeypatch.setattr("patina_lab.sources.source.LONGEST_SECONDS", 3600.0)


async def test_a_checkout_is_merged_with_what_was_typed(
    user: User,
) -> None:
    editor, follower = await opened(user)
    folder = Path(user.serverapp.root_dir)
    _git(folder, "init", "-q", "-b", "main")
    _git(folder, "add", "analysis.tsnb")
    _git(folder, "commit", "-q", "-m", "first")
    _git(folder, "checkout", "-q", "-b", "other")
    user.file().write_text(text("one", "two, in the branch", "three"))
    _git(folder, "commit", "-q", "-a", "-m", "second")
    await editor.until_sources("one", "two, in the branch", "three")
    editor.text(0).insert(0, "typed, ")
    _git(folder, "checkout", "-q", "main")
    await editor.until_sources("typed, one", "two")
    assert await editor.save() == "success"
    assert on_disk(user.file()) == ["typed, one", "two"]
    assert kinds(follower) == []


async def test_of_lines_that_both_changed_both_versions_are_kept(
    user: User,
) -> None:
    editor, follower = await opened(user)
    editor.text(1).insert(0, "typed, ")
    user.file().write_text(text("one", "two, from disk"))
    await editor.until_sources("one", "typed, two", "two, from disk")
    await eventually(lambda: kinds(follower) == ["conflict"])
    assert follower.notices[0]["cells"] == ["cell-2"]
    assert await editor.save() == "success"
    assert on_disk(user.file()) == ["one", "typed, two", "two, from disk"]


async def test_touch_does_nothing(user: User) -> None:
    editor, follower = await opened(user)
    editor.text(0).insert(0, "typed, ")
    state = editor.ydoc.get_state()
    os.utime(user.file())
    await asyncio.sleep(2.5)
    assert editor.ydoc.get_state() == state
    assert editor.sources() == ["typed, one", "two"]
    assert kinds(follower) == []
    assert await editor.save() == "success"
    assert on_disk(user.file()) == ["typed, one", "two"]


async def test_an_editor_that_saves_by_a_rename_is_seen_also_with_an_older_time(
    user: User,
) -> None:
    editor, _ = await opened(user)
    editor.text(0).insert(0, "typed, ")
    aside = user.file("analysis.tsnb~")
    aside.write_text(text("one", "two, by an editor"))
    os.utime(aside, (1_000_000_000, 1_000_000_000))
    user.file().unlink()
    aside.rename(user.file())
    await editor.until_sources("typed, one", "two, by an editor")


async def test_a_file_that_is_half_written_is_not_taken_for_one_that_lost_its_end(
    user: User,
) -> None:
    editor, follower = await opened(user)
    seen: list[int] = []
    subscription = editor.cells.observe(lambda _event: seen.append(len(editor.cells)))
    whole = text("one", "two", "three")
    with user.file().open("w") as file:
        # In one cell after the other: each part is a notebook, too.
        for part in whole.split("\n\n"):
            file.write(f"{part}\n\n")
            file.flush()
            await asyncio.sleep(0.3)
    await editor.until_sources("one", "two", "three")
    editor.cells.unobserve(subscription)
    assert seen == [3]
    assert kinds(follower) == []


async def test_saving_over_a_file_that_has_just_changed_merges_first(
    user: User,
) -> None:
    editor, _ = await opened(user)
    editor.text(0).insert(0, "typed, ")
    user.file().write_text(text("one", "two, from disk"))
    assert await editor.save() == "success"
    assert on_disk(user.file()) == ["typed, one", "two, from disk"]
    await editor.until_sources("typed, one", "two, from disk")


async def test_another_notebook_in_its_place_is_not_written_over_and_nothing_typed_is_lost(
    user: User,
) -> None:
    editor, follower = await opened(user)
    editor.text(0).insert(0, "typed, ")
    other = text("of another", name="n2")
    user.file().write_text(other)
    await eventually(lambda: kinds(follower) == ["other notebook"])
    assert await editor.save() == "failed"
    assert user.file().read_text() == other
    assert on_disk(user.file(follower.notices[0]["file"])) == ["typed, one", "two"]
    reply = await user.ask("POST", "notebooks/n1/write-over")
    assert reply["id"] == "n1"
    assert on_disk(user.file()) == ["typed, one", "two"]
    assert user.texts("*.unreadable-*") == [other]
    await eventually(lambda: kinds(follower) == [])


async def test_what_cannot_be_kept_beside_is_not_written_over(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor, follower = await opened(user)
    editor.text(0).insert(0, "typed, ")
    user.file().write_text("<<<<<<< ours")
    await eventually(lambda: kinds(follower) == ["unreadable"])
    with monkeypatch.context() as full:
        full.setattr(SourceFile, "write_beside", refuse)
        with pytest.raises(Refused, match="No space"):
            await user.ask("POST", "notebooks/n1/write-over")
        monkeypatch.setattr("patina_lab.sources.backups.MOST", 0)
        with pytest.raises(Refused, match="such files already"):
            await user.ask("POST", "notebooks/n1/write-over")
    assert user.file().read_text() == "<<<<<<< ours"
    assert kinds(follower) == ["unreadable"]
    monkeypatch.setattr("patina_lab.sources.backups.MOST", 1)
    await user.ask("POST", "notebooks/n1/write-over")
    assert on_disk(user.file()) == ["typed, one", "two"]
    assert user.texts("*.unreadable-*") == ["<<<<<<< ours"]


async def test_edits_that_cannot_be_merged_stay_until_they_are_kept(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor, follower = await opened(user)
    (room,) = user.rooms
    editor.text(0).insert(0, "typed, ")
    await eventually(lambda: "typed" in room.source.document.get())
    room.source.room.disk._agreed = None
    with monkeypatch.context() as full:
        full.setattr(SourceFile, "write_beside", refuse)
        user.file().write_text(text("one", "two, from disk"))
        await eventually(lambda: kinds(follower) == ["backup"])
        assert await editor.save() == "failed"
        assert editor.sources() == ["typed, one", "two"]
        assert on_disk(user.file()) == ["one", "two, from disk"]
    await editor.until_sources("one", "two, from disk")
    (notice,) = follower.notices
    assert on_disk(user.file(notice["file"])) == ["typed, one", "two"]


def refuse(_file: SourceFile, _name: str, _data: bytes) -> bool:
    """Have no room for a file beside the notebook."""
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


async def test_a_file_with_conflict_marks_is_kept_until_a_person_decides(
    user: User,
) -> None:
    editor, follower = await opened(user)
    marks = "<<<<<<< ours\n=======\n>>>>>>> theirs\n" + text("one", "two")
    user.file().write_text(text("x").replace("source", marks + "source"))
    broken = user.file().read_text()
    await eventually(lambda: kinds(follower) == ["unreadable"])
    editor.text(0).insert(0, "typed, ")
    assert await editor.save() == "failed"
    assert user.file().read_text() == broken
    user.file().write_text(text("one", "two, mended"))
    await editor.until_sources("typed, one", "two, mended")
    assert await editor.save() == "success"


def _git(folder: Path, *arguments: str) -> None:
    who: dict[str, Any] = {
        f"GIT_{role}_{what}": "somebody@example.org"
        for role in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    command = ("git", "-C", str(folder), *arguments)
    subprocess.run(command, check=True, env={**os.environ, **who}, capture_output=True)


@pytest.mark.parametrize("is_given_up", [False, True], ids=["not synced", "given up"])
async def test_a_save_of_which_the_end_is_not_known_is_not_taken_for_the_change_of_somebody_else(
    user: User, monkeypatch: pytest.MonkeyPatch, *, is_given_up: bool
) -> None:
    editor, follower = await opened(user)
    editor.text(1).insert(0, "typed, ")
    (room,) = user.rooms
    await eventually(lambda: "typed" in (room.source.document.cell_source("cell-2") or ""))
    replaced = threading.Event()
    with monkeypatch.context() as broken:

        def fail(_folder: Path) -> None:
            replaced.set()
            raise OSError(errno.EIO, os.strerror(errno.EIO))

        broken.setattr("patina_lab.sources.sourcefile.sync_folder", fail)
        saving = asyncio.ensure_future(room.source.room.disk.save())
        await asyncio.to_thread(replaced.wait, 30.0)
        if is_given_up:
            saving.cancel()
        await asyncio.wait({saving})
        # By then the line has gone on; it is one line that was changed, and by us alone.
        editor.text(1).insert(0, "more, ")
        await asyncio.sleep(2.5)
    assert editor.sources() == ["one", "more, typed, two"]
    assert "conflict" not in kinds(follower)
    assert await editor.save() == "success"
    assert on_disk(user.file()) == ["one", "more, typed, two"]


async def test_a_file_that_goes_back_to_what_was_saved_last_is_a_change_as_any_other(
    user: User,
) -> None:
    editor, follower = await opened(user)
    editor.text(1).insert(0, "typed, ")
    assert await editor.save() == "success"
    saved = user.file().read_text()
    user.file().write_text(text("one", "two, from disk"))
    await editor.until_sources("one", "two, from disk")
    user.file().write_text(saved)
    await editor.until_sources("one", "typed, two")
    assert kinds(follower) == []
