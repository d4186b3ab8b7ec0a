"""A compiler of another toolchain is never taken: its libraries go with another runtime."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from patina_rust import toolchain


def update(home: Path) -> None:
    (home / "update-hashes" / "stable").write_text("2")


def default(home: Path) -> None:
    (home / "settings.toml").write_text('default_toolchain = "nightly"')


def file(_home: Path) -> None:
    Path("rust-toolchain.toml").write_text('[toolchain]\nchannel = "nightly"')


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "home" / "update-hashes").mkdir(parents=True)
    (tmp_path / "home" / "update-hashes" / "stable").write_text("1")
    (tmp_path / "project" / "notebooks").mkdir(parents=True)
    monkeypatch.setenv("RUSTUP_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("RUSTUP_TOOLCHAIN", raising=False)
    monkeypatch.delenv(toolchain.NAMED, raising=False)
    monkeypatch.chdir(tmp_path / "project")
    return tmp_path / "home"


@pytest.mark.parametrize("change", [update, default, file])
def test_what_rustup_looks_at_makes_it_another_one(
    home: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], None]
) -> None:
    before = toolchain.chosen()
    assert toolchain.chosen() == before
    change(home)
    assert toolchain.chosen() != before
    monkeypatch.chdir("notebooks")  # a file of a folder holds below it, too
    assert toolchain.chosen() != before


def test_one_that_is_named_for_patina_goes_before_the_environment_s(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUSTUP_TOOLCHAIN", "stable")
    before = toolchain.chosen()
    monkeypatch.setenv(toolchain.NAMED, "nightly")
    assert toolchain.chosen() != before
    assert toolchain.environment()["RUSTUP_TOOLCHAIN"] == "nightly"
