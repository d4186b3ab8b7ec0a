"""How a state is kept and comes back is said, and why: without a compiler."""

from __future__ import annotations

import json
import os
import subprocess
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from conformance.missing import needs_rust
from patina_rust import snapshots
from patina_rust.session import Past, State
from patina_rust.snapshots import RustSnapshots

pytestmark = needs_rust


def session(*libraries: Path) -> Any:
    past = tuple(Past("let a = 1;", (), str(path), "run") for path in libraries)
    quiet = lambda *_: None  # noqa: E731 - nothing is run here
    program = SimpleNamespace(load=quiet)
    return SimpleNamespace(past=past, state=State(), replay=quiet, rerun=quiet, program=program)


def library(folder: Path, size: int) -> Path:
    path = folder / f"cell-{size}.so"
    with path.open("wb") as file:
        file.truncate(size)
    return path


def test_cells_whose_libraries_are_there_are_kept_with_them(tmp_path: Path) -> None:
    kept = RustSnapshots(session(library(tmp_path, 5), library(tmp_path, 6)))
    _, (line,) = kept.save(tmp_path / "state")
    assert (line.kind, line.name, line.what) == ("saved", "2 cells", snapshots.WITH_LIBRARIES)
    (line,) = kept.load(tmp_path / "state")
    assert (line.kind, line.what) == ("loaded", snapshots.RAN)


@pytest.mark.parametrize("size", [0, snapshots.MOST_BYTES + 1])
def test_cells_whose_libraries_are_gone_or_large_are_kept_as_sources(
    tmp_path: Path, size: int
) -> None:
    there = library(tmp_path, size) if size else tmp_path / "gone.so"
    kept = RustSnapshots(session(there))
    _, (line,) = kept.save(tmp_path / "state")
    assert line.what == (snapshots.LARGE if size else snapshots.GONE)
    (line,) = kept.load(tmp_path / "state")
    assert (line.name, line.what) == ("1 cell", snapshots.NO_LIBRARIES)


def test_libraries_of_another_rustc_are_not_loaded(tmp_path: Path) -> None:
    kept = RustSnapshots(session(library(tmp_path, 5)))
    kept.save(tmp_path / "state")
    with zipfile.ZipFile(tmp_path / "state") as file:
        state = json.loads(file.read(snapshots.MANIFEST))
        members = {name: file.read(name) for name in file.namelist()}
    members[snapshots.MANIFEST] = json.dumps({**state, "toolchain": "another"}).encode()
    with zipfile.ZipFile(tmp_path / "other", "w") as file:
        for name, data in members.items():
            file.writestr(name, data)
    (line,) = kept.load(tmp_path / "other")
    assert line.what == snapshots.OTHER_TOOLCHAIN


def test_a_state_without_cells_has_nothing_to_say(tmp_path: Path) -> None:
    kept = RustSnapshots(session())
    assert kept.save(tmp_path / "state")[1] == kept.load(tmp_path / "state") == ()


def test_libraries_whose_crates_are_gone_are_not_run(tmp_path: Path) -> None:
    crates, cell = tmp_path / "libcrates.so", tmp_path / "cell.so"
    link = ["cc", "-shared", "-x", "c", os.devnull, "-Wl,--no-as-needed", "-o"]
    subprocess.run([*link, crates], check=True)
    subprocess.run([*link, cell, "-x", "none", crates], check=True)
    crates.rename(tmp_path / "elsewhere.so")
    kept = RustSnapshots(session(cell))
    _, (line,) = kept.save(tmp_path / "state")
    assert line.what == snapshots.WITH_LIBRARIES
    (line,) = kept.load(tmp_path / "state")
    assert line.what == snapshots.OTHER_CRATES
