"""The history of edits: durable when it says so, small, in order whatever the clock says."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from pycrdt import Doc, Text

from patina_lab.sources.durability import NOTHING, Durability
from patina_lab.sources.history import History, HistoryDamagedError, HistoryError
from patina_lab.tests.editors import eventually
from patina_lab.updates.historyname import is_name, names_in, new_name
from tests.promises.mounts import fill, small_disk


async def kept(path: Path) -> str:
    """Return the text that a server would find."""
    ydoc: Doc[Any] = Doc()
    text = ydoc.get("text", type=Text)
    history = History(path)
    await history.apply_to(ydoc)
    await history.stop()
    return str(text)


async def agreed(path: Path) -> list[str]:
    """Return the texts that a server would take the file for."""
    history = History(path)
    texts = await history.agreed()
    await history.stop()
    return texts


def size_of(folder: Path) -> int:
    """Return how many bytes the files of a folder have."""
    return sum(file.stat().st_size for file in folder.iterdir())


class Written:
    """A document that is being written to a history."""

    def __init__(self, path: Path) -> None:
        self.ydoc: Doc[Any] = Doc()
        self.text = self.ydoc.get("text", type=Text)
        self.history = History(path)
        self.durability = Durability(self.ydoc, self.history)
        self.durability.begin()

    async def until_saved(self) -> None:
        await eventually(lambda: self.durability.saved == self.ydoc.get_state())

    async def end(self) -> None:
        await self.durability.end()
        await self.history.stop()


async def test_what_is_called_saved_is_found_again(tmp_path: Path) -> None:
    written = Written(tmp_path / "h.db")
    for letter in "abc":
        written.text += letter
        await written.until_saved()
        assert await kept(tmp_path / "h.db") == str(written.text)
    await written.end()


async def test_what_the_disk_refuses_is_not_called_saved_and_is_written_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("patina_lab.sources.durability.RETRY_SECONDS", 0.02)
    written = Written(tmp_path / "h.db")
    troubles: list[HistoryError | None] = []
    written.durability.on_trouble = troubles.append
    written.text += "first"
    await written.until_saved()
    saved = written.durability.saved
    full = True

    def refusing(connection: sqlite3.Connection) -> None:
        if full:
            raise sqlite3.OperationalError("database or disk is full")
        History._write_waiting(written.history, connection)

    monkeypatch.setattr(written.history, "_write_waiting", refusing)
    written.text += ", second"
    await eventually(lambda: isinstance(troubles[-1], HistoryError))
    assert written.durability.saved == saved
    assert "full" in str(troubles[-1])
    full = False
    await written.until_saved()
    assert troubles[-1] is None
    assert await kept(tmp_path / "h.db") == "first, second"
    await written.end()


async def test_a_history_that_cannot_be_opened_saves_nothing(tmp_path: Path) -> None:
    (tmp_path / "no-folder").write_text("")
    written = Written(tmp_path / "no-folder" / "h.db")
    written.text += "x"
    troubles: list[HistoryError | None] = []
    written.durability.on_trouble = troubles.append
    await eventually(lambda: bool(troubles))
    assert written.durability.saved == NOTHING
    with pytest.raises(HistoryError):
        await written.end()


@pytest.mark.parametrize("is_closed", [True, False])
async def test_a_full_disk_keeps_nobody_from_reading_what_is_there(
    tmp_path: Path, is_closed: bool
) -> None:
    with small_disk(tmp_path, "1m"):
        written = Written(tmp_path / "h.db")
        written.text += "kept"
        await written.until_saved()
        if is_closed:
            await written.end()
        filler = fill(tmp_path)
        assert await kept(tmp_path / "h.db") == "kept"
        filler.unlink()
        if not is_closed:
            await written.end()


async def test_a_history_stays_small_and_whole_however_long_one_types(tmp_path: Path) -> None:
    path = tmp_path / "h.db"
    written = Written(path)
    for number in range(6_000):
        written.text.insert(0, f"{number:06}")
        if len(written.text) > 600:
            del written.text[600:]
        if number % 50 == 0:
            await written.until_saved()
    await written.until_saved()
    live = len(written.ydoc.get_update())
    size = size_of(tmp_path)
    assert size <= 10 * live + 2**17, (size, live)
    assert await kept(path) == str(written.text)
    await written.end()


async def test_a_damaged_history_is_put_aside_and_a_new_one_begun(tmp_path: Path) -> None:
    path = tmp_path / "h.db"
    path.write_bytes(b"no database" * 1000)
    written = Written(path)
    written.text += "new"
    await written.until_saved()
    assert await kept(path) == "new"
    assert path.with_suffix(".damaged").read_bytes().startswith(b"no database")
    await written.end()


async def test_a_history_that_cannot_be_put_aside_is_logged_as_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refused(_path: Path) -> Path:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("patina_lab.sources.historydatabase.put_aside", refused)
    path = tmp_path / "h.db"
    path.write_bytes(b"no database" * 1000)
    history = History(path)
    with pytest.raises(HistoryError):
        await history.flush()
    await history.stop()
    assert f"{path} is damaged" in caplog.text


async def test_damage_inside_an_edit_applies_nothing_and_is_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "h.db"
    await written_twice(path)
    with sqlite3.connect(path) as database:
        database.execute("UPDATE edits SET edit = substr(edit, 1, 5) WHERE number = 2")
    database.close()
    ydoc: Doc[Any] = Doc()
    history = History(path)
    with pytest.raises(HistoryDamagedError):
        await history.apply_to(ydoc)
    assert ydoc.get_state() == NOTHING
    for name in ("h.damaged", "h.damaged-2"):
        await history.begin_anew(b"\0\0")
        assert history.waiting().after == "", "what waits follows nothing in the next database"
        await history.flush()
        assert history.aside == tmp_path / name
        assert history.aside.exists()
    await history.stop()


async def test_damage_that_is_found_while_it_is_written_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "h.db"
    written = Written(path)
    written.text += "before"
    await written.until_saved()
    connection = written.history._connection
    assert connection is not None
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (path.stat().st_size - 4096))
    connection.execute("PRAGMA shrink_memory")
    written.text += ", after"
    await written.until_saved()
    assert await kept(path) == "before, after"
    assert written.history.aside == path.with_suffix(".damaged")
    await written.end()


async def test_a_text_that_is_damaged_is_not_known(tmp_path: Path) -> None:
    path = tmp_path / "h.db"
    await written_twice(path)
    history = History(path)
    history.agree("text")
    await history.flush()
    await history._do(lambda connection: connection.execute("UPDATE texts SET packed = x'ff'"))
    await history.stop()
    history = History(path)
    assert await history.agreed() == []
    assert await history.apply_to(Doc())
    await history.stop()


async def written_twice(path: Path) -> None:
    """Write a history of two edits."""
    written = Written(path)
    for letter in "ab":
        written.text += letter
        await written.until_saved()
    await written.end()


async def test_of_a_save_that_was_begun_both_texts_are_known(tmp_path: Path) -> None:
    path = tmp_path / "h.db"
    history = History(path)
    history.agree("old")
    history.intend("new")
    await history.flush()
    assert await agreed(path) == ["old", "new"]
    history.agree("new")
    await history.flush()
    assert await agreed(path) == ["new"]
    await history.stop()


async def test_what_the_disk_refused_of_the_file_is_written_with_the_edits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("patina_lab.sources.durability.RETRY_SECONDS", 0.02)
    with small_disk(tmp_path, "1m"):
        path = tmp_path / "h.db"
        written = Written(path)
        written.history.agree("old")
        written.text += "first"
        await written.until_saved()
        filler = fill(tmp_path)
        written.text += "x" * 100_000
        written.history.agree("new")
        with pytest.raises(HistoryError):
            await written.history.flush()
        filler.unlink()
        await written.until_saved()
        assert await agreed(path) == ["new"]
        assert not written.history.has_waiting
        await written.end()


async def test_another_server_goes_on_with_what_the_disk_refused_and_not_with_what_is_old(
    tmp_path: Path,
) -> None:
    path = tmp_path / "h.db"
    written = Written(path)
    written.text += "first"
    await written.until_saved()
    written.text += ", second"
    written.history.agree("second")
    waiting = written.history.waiting()
    other: Doc[Any] = Doc()
    history = History(path)
    await history.apply_to(other)
    assert await history.go_on_with(waiting, other)
    await history.flush()
    assert str(other.get("text", type=Text)) == await kept(path) == "first, second"
    assert await agreed(path) == ["second"]
    assert not await history.go_on_with(waiting, other)
    await history.stop()
    await written.end()


def test_the_name_of_a_history_is_no_clients() -> None:
    name = new_name()
    assert is_name(name)
    assert name < 2**53
    assert not is_name(2**32 - 1)
    ours: Doc[Any] = Doc(client_id=name)
    ours.get("text", type=Text).insert(0, "x")
    assert names_in(ours.get_state()) == {name}
    assert names_in(NOTHING) == set()
