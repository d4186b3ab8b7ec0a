"""Crates that another folder has: taken as they are, and those of cells left where they are."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

import pytest
from patina_rust import places, sharing

HASH = "0123456789abcdef"
JOINT = ("libpatina_crates-{}.so", "patina_crates-{}.list", "patina_crates-{}.new/lib.rs")


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
    joint = [f"deps/{name.format(HASH)}" for name in JOINT]
    for name in (*cells, *joint):
        put(one, name)
    sharing.share(two)
    assert ours.read_text() == "ours"
    assert not [name for name in (*cells, *joint) if (ours.parents[1] / name).exists()]


def test_what_cannot_be_copied_whole_is_not_there_and_cargo_is_told_of_none(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = folders
    outs = [put(one, f"build/mini-{HASH}/out/{name}") for name in ("a.rs", "b.rs")]
    told = put(one, f".fingerprint/mini-{HASH}/lib-mini")

    def full(_: Path, place: Path, **__: object) -> None:
        (place / "out").mkdir(parents=True)
        (place / "out" / "a.rs").touch()
        raise OSError(errno.ENOSPC, "no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "copytree", full)
        sharing.share(two)
    places_there = [two / path.relative_to(one) for path in (*outs, told)]
    assert not [path for path in places_there if path.exists()]
    sharing.share(two)
    assert all(path.exists() for path in places_there)
