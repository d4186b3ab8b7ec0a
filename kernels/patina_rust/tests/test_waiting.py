"""Compilers in waiting that have crates: for who needs the same from the start, and nobody else."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from conformance.missing import needs_rust
from patina_rust import lately, needed, places, sharing, waiting
from patina_rust.compiler import Compiled, Compiler, UnknownStateError
from patina_rust.launching import Crates, Kind
from patina_rust.session import NOWHERE, Session
from patina_rust.tests import processes
from patina_rust.tests.registry import Registry

pytestmark = needs_rust
NEEDS = {"cargo": ['mini = "1"']}
CELL = needed.cell("", NEEDS)
USE = 'assert_eq!(mini::version(), "1.0.0");'
LOOK_SECONDS, LOOKS = 0.05, 2000


@pytest.fixture(autouse=True)
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    """Have builds of one's own, and somebody who needs compilers for the length of a test."""
    made = Registry(tmp_path)
    made.publish("1.0.0")
    monkeypatch.setenv("PATINA_CARGO_HOME", str(made.home))
    monkeypatch.setenv("PATINA_TARGET_DIR", str(tmp_path / "builds"))
    monkeypatch.setenv("PATINA_STANDBY", "1")
    users = places.use()
    yield made
    os.close(users)
    _until(lambda: not processes.compilers())


def _until(holds: Callable[[], bool]) -> None:
    for _ in range(LOOKS):
        if holds():
            return
        time.sleep(LOOK_SECONDS)
    raise AssertionError("it never came to that")


def _notebook(needs: dict[str, list[str]]) -> Session:
    session = Session(lambda _prompt, _password: "")
    session.begin()
    session.need(needs)
    return session


def _close(session: Session) -> None:
    for descriptor in (session.compiler._place.family, session.compiler._users[0]):  # type: ignore[union-attr,index]
        os.close(descriptor)


def _compiler(session: Session) -> int:
    held = str(session.compiler._place.folder)  # type: ignore[union-attr]
    (pid,) = [pid for pid in processes.compilers() if processes._folder(pid) == held]
    return pid


def test_the_crates_of_a_notebook_that_was_closed_are_there_for_the_next_that_needs_them(
    registry: Registry,
) -> None:
    first = _notebook(NEEDS)
    assert first.run(USE, NOWHERE) == "ok"
    compiler = _compiler(first)
    early = _notebook(NEEDS)  # as after a restart: the one before has not quite ended
    _close(first)
    assert early.run(USE, NOWHERE) == "ok"
    assert _compiler(early) == compiler
    _close(early)
    registry.publish("1.1.0")
    plain = _notebook({})
    assert _compiler(plain) != compiler
    second = _notebook(NEEDS)
    # cargo is not asked, and so nothing is there that the plain notebook's would have built.
    registry.cut_off()
    assert second.run(USE, NOWHERE) == "ok"
    assert _compiler(second) == compiler
    assert 'name = "mini"' in second.state.lock
    _close(plain)
    _close(second)


def test_a_compiler_takes_crates_while_it_waits_and_builds_none(registry: Registry) -> None:
    first = _notebook(NEEDS)
    assert first.run(USE, NOWHERE) == "ok"
    os.kill(_compiler(first), signal.SIGKILL)
    _close(first)
    _until(lambda: not any(map(places.is_used, places.existing())))
    known = lately.known(CELL)
    assert known
    waiting.need_one_with(known)
    _until(lambda: bool(processes.compilers()))  # a process has its name a moment after it is there
    (compiler,) = processes.compilers()
    asking = Compiler()
    asking._place = places.Place(places.root() / "0", -1)
    with pytest.raises(UnknownStateError):  # it is answered after what was wished
        asking.compile(1, "", [])
    registry.cut_off()
    second = _notebook(NEEDS)
    assert second.run(USE, NOWHERE) == "ok"
    assert _compiler(second) == compiler
    _close(second)


def test_a_loaded_state_is_made_in_the_compiler_that_has_its_crates(registry: Registry) -> None:
    first = _notebook(NEEDS)
    assert first.run(USE + " let x: i32 = 5;", NOWHERE) == "ok"
    compiler = _compiler(first)
    _close(first)
    second = _notebook(NEEDS)
    second.program.load()
    second.rerun(first.past, replace(first.state, id=None))
    registry.cut_off()
    assert second.run("assert_eq!(x, 5);" + USE, NOWHERE) == "ok"
    assert _compiler(second) == compiler
    _close(second)


def test_crates_that_are_not_built_are_not_built_for_nobody() -> None:
    waiting.need_one_with(Crates(CELL, ""))
    _until(lambda: bool(processes.compilers()))
    (folder,) = places.existing()
    assert (folder / "key").read_text() == Kind.of(CELL).key
    _until(lambda: not processes.compilers())
    assert not list(folder.glob("target/*/debug/deps/libmini-*"))


def test_files_are_shared_while_others_may_choose_and_not_into_their_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chosen: list[places.Place] = []
    begun: list[Path] = []
    monkeypatch.setattr(waiting, "begin", lambda folder, *_: begun.append(folder))
    monkeypatch.setattr(sharing, "share", lambda _: chosen.append(places.choose("k")))
    waiting.need_one_with(Crates(CELL, ""))
    (place,) = chosen
    assert begun == [places.root() / "0"]
    assert place.folder == places.root() / "1"
    place.close()


def test_a_compiler_whose_crates_are_folders_does_not_wait_for_who_needs_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = '[[package]]\nname = "mini"\nsource = "x"\n\n[[package]]\nname = "ctx"\n'
    folders = '[[package]]\nname = "mine"\n\n[[package]]\nname = "ctx"\n'
    compiler, key = Compiler(), tmp_path / "key"
    compiler._place = places.Place(tmp_path, -1)
    for lock, there in ((folders, False), (registry, True)):
        made = Compiled(1, "", "", (), (), "", "", "", False, (), f"version = 4\n\n{lock}")
        monkeypatch.setattr(compiler, "_compile", lambda _, made=made: made)
        compiler.take(Crates(CELL, ""))
        assert key.exists() == there


def test_where_none_is_to_wait_the_compiler_of_another_ends_with_the_notebook(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waiting.need_another()  # it was started where one is to wait
    notebook = _notebook(NEEDS)
    monkeypatch.setenv("PATINA_STANDBY", "0")
    assert notebook.run(USE, NOWHERE) == "ok"
    os.close(notebook.compiler._place.family)  # type: ignore[union-attr]
    _until(lambda: not processes.compilers())
    os.close(notebook.compiler._users[0])  # type: ignore[index]


def test_where_none_is_to_wait_none_is_started_before_a_notebook(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATINA_STANDBY", "0")
    begun: list[Path] = []
    monkeypatch.setattr(waiting, "begin", lambda folder, *_: begun.append(folder))
    template = Session(lambda _prompt, _password: "")
    template.begin_template()
    assert not begun
    template.compiler.leave()
    monkeypatch.delenv("PATINA_STANDBY")
    template.begin_template()
    assert begun
    template.compiler.leave()
