"""The C library: built once, outside the checkout, and done without where it cannot be."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from patina_kernel.forking import build

builds = pytest.mark.skipif(
    build.reason_not_here() is not None or build.compiler() is None,
    reason="the library cannot be built on this machine",
)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path


@builds
def test_it_is_built_once_into_the_cache(cache: Path) -> None:
    built = build.ensure()
    first = built.stat().st_mtime_ns
    assert cache in built.parents
    assert build.ensure() == built
    assert built.stat().st_mtime_ns == first
    assert [path.name for path in built.parent.iterdir()] == [build.NAME]


@builds
def test_other_sources_are_another_library(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = build.cache_path()
    changed = tmp_path / "native"
    shutil.copytree(build.SOURCES, changed)
    (changed / "proc.c").write_text("/* changed */\n")
    monkeypatch.setattr(build, "SOURCES", changed)
    assert build.cache_path() != before


def test_a_library_in_the_package_is_used_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / build.NAME).write_bytes(b"")
    monkeypatch.setattr(build, "SOURCES", tmp_path)
    assert build.ensure() == tmp_path / build.NAME


def test_without_a_compiler_it_says_so(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(cache))
    monkeypatch.delenv("CC", raising=False)
    if build.reason_not_here() is None:
        with pytest.raises(build.BuildError, match="no C compiler"):
            build.ensure()


@builds
def test_a_compiler_that_fails_leaves_nothing_behind(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "native"
    broken.mkdir()
    (broken / "a.c").write_text("not C")
    monkeypatch.setattr(build, "SOURCES", broken)
    with pytest.raises(build.BuildError, match="failed"):
        build.ensure()
    assert list(build.cache_path().parent.iterdir()) == []
