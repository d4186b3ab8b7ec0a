"""Crates that another folder has: taken as they are, and those of cells left where they are."""

from __future__ import annotations

from pathlib import Path

import pytest
from patina_rust import places, sharing

HASH = "0123456789abcdef"


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    monkeypatch.setenv("PATINA_TARGET_DIR", str(tmp_path))
    two = places.root() / "0", places.root() / "1"
    for folder in two:
        (folder / "family").mkdir(parents=True)
    return two


def put(folder: Path, name: str, text: str = "") -> Path:
    path = folder / "target" / "x86_64-unknown-linux-gnu" / "debug" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_libraries_are_linked_and_the_rest_is_copied_with_its_times(
    folders: tuple[Path, Path],
) -> None:
    one, two = folders
    library = put(one, f"deps/libmini-{HASH}.rlib", "library")
    told = put(one, f".fingerprint/mini-{HASH}/lib-mini", "hash")
    sharing.share(two)
    assert (two / library.relative_to(one)).samefile(library)
    copy = two / told.relative_to(one)
    assert copy.read_text() == "hash"
    assert not copy.samefile(told)
    assert copy.stat().st_mtime_ns == told.stat().st_mtime_ns


def test_what_is_there_already_stays_and_cells_are_not_shared(folders: tuple[Path, Path]) -> None:
    one, two = folders
    put(one, f"deps/libmini-{HASH}.rlib", "theirs")
    ours = put(two, f"deps/libmini-{HASH}.rlib", "ours")
    cells = ["deps/libctx.so", f"deps/cell-{HASH}-7.so", f".fingerprint/ctx-{HASH}/lib-ctx"]
    for name in cells:
        put(one, name)
    sharing.share(two)
    assert ours.read_text() == "ours"
    assert not [name for name in cells if (ours.parents[1] / name).exists()]
