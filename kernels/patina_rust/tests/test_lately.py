"""What is remembered of the crates that notebooks had from their start."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from conformance.missing import needs_rust
from patina_rust import lately
from patina_rust.launching import Crates

pytestmark = needs_rust  # of a compiler that is not there, nothing is remembered
LOCK = 'version = 4\n\n[[package]]\nname = "{}"\nversion = "1.0.0"\nsource = "registry+x"\n'
OWN = '[[package]]\nname = "ctx"\nversion = "1.0.0"\n'


@pytest.fixture(autouse=True)
def _root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATINA_TARGET_DIR", str(tmp_path))
    lately.note(Crates("", ""), own=False)  # nothing was taken


def _crates(name: str) -> Crates:
    return Crates(f":dep {name}\n", f"{LOCK.format(name)}\n{OWN}")


def _later(monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    later = time.time() + days * 86_400
    monkeypatch.setattr("time.time", lambda: later)


def test_the_latest_is_what_was_taken_last_and_each_is_found_by_what_takes_it() -> None:
    assert lately.latest() is None
    for name in ("itoa", "ryu", "itoa"):
        lately.note(_crates(name), own=False)
    assert lately.latest() == _crates("itoa")
    assert lately.known(":dep ryu\n") == _crates("ryu")
    assert lately.known(":dep mini\n") is None


def test_only_some_are_remembered_and_none_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"crate{number}" for number in range(lately.MOST + 1)]
    for name in names:
        lately.note(_crates(name), own=False)
    known = [name for name in names if lately.known(f":dep {name}\n")]
    assert known == names[1:]
    _later(monkeypatch, 31)
    assert lately.latest() is None


def test_what_another_kind_of_compiler_took_is_not_for_this_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lately.note(_crates("itoa"), own=False)
    monkeypatch.setenv("PATINA_TOOLCHAIN", "nightly")
    assert lately.latest() is None


def test_a_crate_that_is_a_folder_is_of_its_notebook_only() -> None:
    mine = '[[package]]\nname = "mine"\nversion = "1.0.0"\n'
    lately.note(
        Crates(':dep mine = { path = "mine" }\n', f"version = 4\n\n{mine}\n{OWN}"), own=False
    )
    assert lately.latest() is None


def test_the_versions_that_a_notebook_has_kept_are_nobody_elses() -> None:
    new = _crates("itoa")
    old = Crates(new.cell, new.lock.replace("1.0.0", "0.4.8"))
    lately.note(old, own=True)
    assert lately.known(new.cell) is None
    lately.note(new, own=False)
    lately.note(old, own=True)
    assert lately.known(new.cell) == new


def test_versions_that_are_in_use_wait_and_are_not_for_ever_the_newest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    crates = _crates("itoa")
    lately.note(crates, own=False)
    for own in (False, True):
        _later(monkeypatch, 16)
        lately.note(crates, own=own)
    assert lately.latest() == crates
    assert lately.known(crates.cell) is None


@pytest.mark.parametrize("wrong", [{"cell": 1}, {"when": "today"}, {"lock": None}])
def test_a_record_that_makes_no_sense_is_as_none(tmp_path: Path, wrong: dict[str, object]) -> None:
    crates = _crates("itoa")
    lately.note(crates, own=False)
    file = tmp_path / "lately.json"
    (record,) = json.loads(file.read_text())
    file.write_text(json.dumps([{**record, **wrong}, record]))
    assert lately.latest() == lately.known(crates.cell) == crates


def test_a_file_that_makes_no_sense_is_as_none(tmp_path: Path) -> None:
    (tmp_path / "lately.json").write_text('[{"cell": 1}]')
    assert lately.latest() is None
