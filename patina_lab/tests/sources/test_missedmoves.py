"""Whose history it is, of a file that got another name while no server looked."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from patina_lab.document.format import Cell, TsnbDocument, write
from patina_lab.sources.history import History
from patina_lab.sources.missedmoves import Left, is_of_other, moved_from, notebook_in


def text_of(notebook: str, *cells: Cell) -> str:
    return write(TsnbDocument(notebook, "python3", "python", cells))


async def left_by(notebook: str, place: Path, name: str, *cells: Cell) -> Left:
    """Leave a history whose notebook was in a file of that name, which is gone."""
    history = History(place / f"{name}.db")
    history.agree(text_of(notebook, *cells))
    await history.flush()
    await history.stop()
    return Left(name, place / f"{name}.tsnb", history.path)


def moved(place: Path, notebook: str) -> Path:
    """Make a file with that notebook, under a name that it had not before."""
    file = place / "moved.tsnb"
    file.write_text(text_of(notebook))
    return file


async def test_the_history_of_a_notebook_is_found_by_the_text_in_it(tmp_path: Path) -> None:
    ours, others = await left_by("n1", tmp_path, "ours"), await left_by("n2", tmp_path, "others")
    assert moved_from([others, ours], moved(tmp_path, "n1")) == ours
    assert moved_from([others], moved(tmp_path, "n1")) is None


async def test_a_notebook_that_is_still_there_was_copied_and_not_moved(tmp_path: Path) -> None:
    left, file = await left_by("n1", tmp_path, "original"), moved(tmp_path, "n1")
    left.path.write_text(text_of("n1"))
    assert moved_from([left], file) is None
    left.path.write_text(text_of("n2"))
    assert moved_from([left], file) == left


async def test_a_link_at_the_old_name_is_not_the_notebook_and_one_at_the_new_is(
    tmp_path: Path,
) -> None:
    left, file = await left_by("n1", tmp_path, "original"), moved(tmp_path, "n1")
    left.path.symlink_to(file)
    assert moved_from([left], file) == left
    left.path.unlink()
    file.rename(left.path)
    file.symlink_to(left.path)
    assert moved_from([left], file) is None


async def test_of_two_histories_the_one_of_what_the_file_says_goes_along(tmp_path: Path) -> None:
    file = moved(tmp_path, "n1")
    ours = await left_by("n1", tmp_path, "ours")
    copy = await left_by("n1", tmp_path, "copy", Cell("c", "code", "edited = 1"))
    os.utime(ours.database, (1, 1))
    assert moved_from([copy, ours], file) == ours
    file.write_text(text_of("n1", Cell("c", "code", "edited = 1\nand = 2")))
    assert moved_from([ours, copy], file) == copy


async def test_of_equal_histories_the_one_that_was_written_last_goes_along(tmp_path: Path) -> None:
    first, last = await left_by("n1", tmp_path, "first"), await left_by("n1", tmp_path, "last")
    file = moved(tmp_path, "n1")
    os.utime(first.database, (1, 1))
    assert moved_from([last, first], file) == last
    os.utime(last.database, (0, 0))
    assert moved_from([last, first], file) == first


async def test_a_history_of_another_notebook_is_one_only_if_all_of_it_can_be_read(
    tmp_path: Path,
) -> None:
    left, file = await left_by("n1", tmp_path, "ours"), moved(tmp_path, "n2")
    assert is_of_other(left.database, file)
    assert not is_of_other(left.database, moved(tmp_path, "n1"))
    file.write_text("no notebook")
    assert not is_of_other(left.database, file)
    left.database.write_bytes(b"no database at all")
    assert not is_of_other(left.database, moved(tmp_path, "n2"))


def names(place: Path) -> list[str]:
    return sorted(path.name for path in place.iterdir())


async def test_to_look_at_a_history_leaves_nothing_beside_it(tmp_path: Path) -> None:
    left, file = await left_by("n1", tmp_path, "ours"), moved(tmp_path, "n1")
    before = names(tmp_path)
    assert moved_from([left], file) == left
    assert names(tmp_path) == before


@pytest.mark.parametrize(
    "line",
    ['id = "n1"\r', "id = 'n1'", 'id = "n1"  # ours', 'id="n1"', 'id = "n1"\n[metadata'],
)
def test_an_id_is_found_however_it_is_written(tmp_path: Path, line: str) -> None:
    file = tmp_path / "odd.tsnb"
    file.write_bytes(f'format = "patina-lab 1"\n{line}\n\n[[cells]]\nid = "a"\n'.encode())
    assert notebook_in(file) == "n1"


def test_what_is_no_file_of_ours_has_no_id(tmp_path: Path) -> None:
    file = tmp_path / "other.tsnb"
    assert notebook_in(file) is None
    os.mkfifo(file)
    assert notebook_in(file) is None
    file.unlink()
    file.write_text('format = "patina-lab 1"\n\n[[cells]]\nid = "a"\n')
    assert notebook_in(file) is None


def test_what_is_nested_without_end_has_no_id(tmp_path: Path) -> None:
    deep = tmp_path / "deep.tsnb"
    deep.write_text("a = " + "[" * 3000 + "]" * 3000)
    assert notebook_in(deep) is None


async def test_a_history_that_cannot_be_read_is_nobody_s(tmp_path: Path) -> None:
    left = await left_by("n1", tmp_path, "broken")
    left.database.write_bytes(b"no database at all")
    assert moved_from([left], moved(tmp_path, "n1")) is None
