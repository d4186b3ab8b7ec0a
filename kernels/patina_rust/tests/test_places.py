"""Folders to build in: one family each, and free again when the last of it has ended."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from patina_rust import launching, places
from patina_rust.tests import processes


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATINA_TARGET_DIR", str(tmp_path))
    return tmp_path


def _compiler(folder: Path, key: str) -> int:
    """Stand in for a compiler: hold its lock. Returns what is to be closed."""
    (folder / "key").write_text(key)
    lock = places.locked(folder)
    assert lock is not None
    return lock


def test_two_families_get_two_folders_and_a_copy_keeps_that_of_its_original(root: Path) -> None:
    one, two = places.choose("k"), places.choose("k")
    assert (one.folder, two.folder) == (root / "0", root / "1")
    copy = os.dup(one.family)  # as a fork has it
    one.close()
    assert places.choose("k").folder == root / "2"
    os.close(copy)
    assert places.choose("k").folder == root / "0"


def test_a_compiler_in_waiting_is_preferred_when_it_is_of_the_same_kind(root: Path) -> None:
    for number in range(3):
        (root / str(number) / "family").mkdir(parents=True)
    other, mine = _compiler(root / "0", "other"), _compiler(root / "2", "k")
    assert places.choose("k").folder == root / "2"
    assert places.choose("k").folder == root / "1"
    os.close(other)
    os.close(mine)


def test_one_that_has_the_crates_goes_before_one_without_and_who_is_ready_before_who_is_not(
    root: Path,
) -> None:
    for number in range(4):
        (root / str(number) / "family").mkdir(parents=True)
    locks = [_compiler(root / str(at), key) for at, key in enumerate(["k", "k c", "k c"])]
    (root / "1" / "only-built").touch()
    for number in range(3):
        (root / str(number) / "socket").touch()
    assert places.better("k d") is None
    found = places.better("k c")
    assert found
    assert found.folder == root / "2"
    chosen = [places.choose("k c", "k").folder.name for _ in range(3)]
    assert chosen == ["1", "0", "3"]
    for lock in locks:
        os.close(lock)


def test_one_compiler_in_waiting_is_seen_and_a_free_folder_told(root: Path) -> None:
    with places.choosing():
        there, place = places.waiting("k")
    assert not there
    assert place
    assert place.folder == root / "0"
    assert not processes.nobody_holds(place.folder / "family")
    place.close()
    lock = _compiler(root / "0", "k")
    with places.choosing():
        there, place = places.waiting("k")
    assert there
    assert place
    assert place.folder == root / "1"
    place.close()
    os.close(lock)


def test_when_all_folders_are_taken_there_is_another(root: Path) -> None:
    taken = [places.choose("k") for _ in range(places.MOST_FOLDERS)]
    assert len({place.folder for place in taken}) == places.MOST_FOLDERS
    assert places.choose("k").folder.name.startswith("patina-rust-")


def test_a_folder_that_cannot_be_written_is_named_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("PATINA_TARGET_DIR", str(tmp_path / "file" / "below"))
    with pytest.raises(places.UnwritableError, match="PATINA_TARGET_DIR"):
        places.choose("k")


def test_libraries_of_another_notebooks_cells_are_deleted_and_its_crates_are_kept(
    root: Path,
) -> None:
    built = root / "0" / "target" / "x86_64-unknown-linux-gnu" / "debug"
    (built / "deps").mkdir(parents=True)
    cells = [built / "cell-1-2.so", built / "deps" / "cell-3-4.so"]
    crate = built / "deps" / "libserde-5.rlib"
    for path in (*cells, crate):
        path.touch()
    launching.sweep(root / "0")
    assert [path.exists() for path in (*cells, crate)] == [False, False, True]
