"""Crates linked together: one library for all cells of a notebook. Without it they are as ever."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from conformance.missing import needs_rust
from patina_rust import places
from patina_rust.compiler import CellError
from patina_rust.session import NOWHERE, Session
from patina_rust.tests.registry import Registry

pytestmark = needs_rust
NEEDS = {"cargo": ['mini = "1"']}
NO_LIBRARY = '#[link(name = "nowhere")] unsafe extern "C" { fn nothing(); }\nunsafe { nothing() }'
COUNTED = "let calls: u32 = mini::calls(); assert_eq!(calls, {});"


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    _through(tmp_path / "sccache", monkeypatch)
    registry = Registry(tmp_path)
    registry.publish("1.0.0")
    monkeypatch.setenv("PATINA_CARGO_HOME", str(registry.home))
    monkeypatch.setenv("PATINA_TARGET_DIR", str(tmp_path / "builds"))
    made = Session(lambda _prompt, _password: "")
    made.begin()
    made.need(NEEDS)
    yield made
    os.close(made.compiler._place.family)  # type: ignore[union-attr]
    os.close(made.compiler._users[0])  # type: ignore[index]


def _through(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have crates compiled through a program in the place of sccache, which notes their names."""
    program.write_text(f'#!/bin/sh\necho "$3" >>{program}.names\nexec "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATINA_SCCACHE", "1")
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")


def _libraries() -> list[Path]:
    return list(places.root().glob("0/target/*/debug/deps/libpatina_crates-*.so"))


def test_what_a_crate_keeps_is_the_same_for_all_cells(session: Session, tmp_path: Path) -> None:
    for calls in (1, 2):
        assert session.run(COUNTED.format(calls), NOWHERE) == "ok"
    assert (tmp_path / "sccache.names").read_text() == "mini\n"  # and no cell
    (library,) = _libraries()
    # An error of a cell is none of the library's.
    with pytest.raises(CellError, match="linking with"):
        session.run(NO_LIBRARY, NOWHERE)
    assert session.run(COUNTED.format(3), NOWHERE) == "ok"
    # Without it, cells have the crate for themselves; and it is not tried again.
    other = library.with_suffix(".new")
    other.write_bytes(b"no library")
    other.replace(library)
    for _ in range(2):
        assert session.run(COUNTED.format(1), NOWHERE) == "ok"
    assert not _libraries()
