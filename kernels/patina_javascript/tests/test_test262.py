"""Cells are no other language: what the bare engine passes of test262, cells pass."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from patina_javascript.engine.machine import EngineError
from patina_javascript.run import Bench
from patina_javascript.tests.suite262 import Case, NotFetchedError, Suite, fetch

SEED, COUNT, AT_ONCE = 262, 2000, 100

# What a host defines for the cases. `$ended` is the promise that an asynchronous case settles.
HOST = """
var reportCompare = () => {};
var print = () => {};
var $262 = {
  global: globalThis, agent: { getReport() {} }, gc() {},
  detachArrayBuffer: buffer => buffer.transfer()
};
var $outcome = 'it never called $DONE', $settle, $ended = new Promise(done => { $settle = done });
var $DONE = error => { $outcome = error ? `failed: ${error}` : ''; $settle($outcome) };
"""


@dataclass(frozen=True, slots=True)
class Ready:
    """A session that has the harness, and its state to begin each case from."""

    js: Bench
    suite: Suite
    state: Path
    folder: Path


@pytest.fixture(scope="module")
def suite() -> Suite:
    try:
        return fetch()
    except NotFetchedError as why:
        pytest.skip(f"test262 was not fetched: {why}")


@pytest.fixture(scope="module")
def cases(suite: Suite) -> list[Case]:
    return [*suite.sample(SEED, COUNT)]


@pytest.fixture(scope="module")
def ready(suite: Suite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ready]:
    place = tmp_path_factory.mktemp("test262")
    js = Bench()
    assert js.run(f"{HOST}{suite.harness()}\n;0").error is None
    js.session.save(place / "state")
    folder = place / "cases"
    folder.mkdir()
    suite.extract_imports(folder)
    yield Ready(js, suite, place / "state", folder)
    js.close()


def verdict(case: Case, error: str, outcome: str) -> str:
    """Return what a case fails with, empty when it passes.

    `error`: what was thrown, its name first; `outcome`: what an asynchronous case said.
    """
    if case.negative is not None:
        as_told = re.match(rf"(Uncaught: )?{case.negative}\b", error)
        return "" if as_told else f"{case.negative} was expected: {error or 'nothing was thrown'}"
    return error or outcome


def bare(ready: Ready, case: Case) -> str:
    """Run a case in a realm of the engine alone; return what it fails with."""
    error = outcome = ""
    with ready.js.session.machine.bare() as run:
        try:
            run(HOST + ready.suite.harness())
            run(ready.suite.includes(case))
            run(case.code, case.name, is_module="module" in case.flags)
        except EngineError as thrown:
            error = str(thrown) or "something without a text was thrown"
        if "async" in case.flags:
            outcome = run("$outcome")
    return verdict(case, error, outcome)


def in_cells(ready: Ready, case: Case) -> str:
    """Run a case in a cell; a module is imported. Return what it fails with."""
    js, code = ready.js, case.code
    js.session.load(ready.state)
    if includes := ready.suite.includes(case):
        assert js.run(f"{includes}\n;0").error is None
    if "module" in case.flags:
        place = ready.folder / case.name
        place.write_text(code)
        code = f"await import('./{place.name}')"
    ended, outcome = js.run(code), ""
    error = f"{ended.error[0]}: {ended.error[1]}" if ended.error else ""
    if "async" in case.flags:
        settled = js.run("await $ended")
        outcome = settled.error[1] if settled.error else (settled.value or "").strip("'\"")
    return verdict(case, error, outcome)


@pytest.mark.parametrize("part", range(COUNT // AT_ONCE))
def test_what_the_bare_engine_passes_does_not_fail_in_a_cell(
    ready: Ready, cases: list[Case], monkeypatch: pytest.MonkeyPatch, part: int
) -> None:
    passed, failed = 0, {}
    for case in cases[part * AT_ONCE : (part + 1) * AT_ONCE]:
        folder = (ready.folder / case.name).parent
        folder.mkdir(parents=True, exist_ok=True)
        monkeypatch.chdir(folder)
        if bare(ready, case):
            continue
        passed += 1
        if why := in_cells(ready, case):
            failed[case.name] = why
    assert not failed
    # Temporal and the like are not there; if much more were missing, this would test nothing.
    assert passed > AT_ONCE * 2 / 3


@pytest.mark.parametrize(
    ("code", "flags", "negative"),
    [
        ("assert.sameValue(1, 2)", (), None),
        ("Promise.reject(new Error('late')).catch($DONE)", ("async",), None),
        ("1", ("async",), None),
        ("1", (), "SyntaxError"),
        ("throw new TypeError('x')", ("module",), "SyntaxError"),
        ("export let x = 1; null.x", ("module",), None),
    ],
)
def test_a_case_that_fails_is_seen_to_fail_on_both_sides(
    ready: Ready, monkeypatch: pytest.MonkeyPatch, code: str, flags: tuple[str], negative: str
) -> None:
    monkeypatch.chdir(ready.folder)
    case = Case("made-up.js", code, frozenset(flags), negative)
    assert bare(ready, case)
    assert in_cells(ready, case)
