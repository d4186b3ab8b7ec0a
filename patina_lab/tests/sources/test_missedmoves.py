"""Whose history it is, of a file that got another name while no server looked."""

from __future__ import annotations

import os
from pathlib import Path

from patina_lab.document.format import TsnbDocument, write
from patina_lab.sources.history import History
from patina_lab.sources.missedmoves import Left, moved_from, notebook_in


def text_of(notebook: str) -> str:
    return write(TsnbDocument(notebook, "python3", "python"))


async def left_by(notebook: str, place: Path, name: str) -> Left:
    """Leave a history whose notebook was in a file of that name, which is gone."""
    history = History(place / f"{name}.db")
    history.agree(text_of(notebook))
    await history.flush()
    await history.stop()
    return Left(name, place / f"{name}.tsnb", history.path)


async def test_the_history_of_a_notebook_is_found_by_the_text_in_it(tmp_path: Path) -> None:
    ours, others = await left_by("n1", tmp_path, "ours"), await left_by("n2", tmp_path, "others")
    assert moved_from([others, ours], "n1") == ours
    assert moved_from([others], "n1") is None


async def test_a_notebook_that_is_still_there_was_copied_and_not_moved(tmp_path: Path) -> None:
    left = await left_by("n1", tmp_path, "original")
    left.path.write_text(text_of("n1"))
    assert moved_from([left], "n1") is None
    left.path.write_text(text_of("n2"))
    assert moved_from([left], "n1") == left


async def test_the_history_that_was_written_last_goes_along(tmp_path: Path) -> None:
    first, last = await left_by("n1", tmp_path, "first"), await left_by("n1", tmp_path, "last")
    os.utime(first.database, (1, 1))
    assert moved_from([last, first], "n1") == last
    os.utime(last.database, (0, 0))
    assert moved_from([last, first], "n1") == first


def test_what_is_no_file_of_ours_has_no_id(tmp_path: Path) -> None:
    file = tmp_path / "other.tsnb"
    assert notebook_in(file) is None
    os.mkfifo(file)
    assert notebook_in(file) is None
    file.unlink()
    file.write_text('format = "patina-lab 1"\n\n[[cells]]\nid = "a"\n')
    assert notebook_in(file) is None


async def test_a_history_that_cannot_be_read_is_nobody_s(tmp_path: Path) -> None:
    left = await left_by("n1", tmp_path, "broken")
    left.database.write_bytes(b"no database at all")
    assert moved_from([left], "n1") is None
