"""Bad input: a clear error in that cell, and the session lives."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from patina_javascript.engine.machine import well_formed
from patina_javascript.run import Bench

DEEP = [
    "(function f() { return f() + 1 })()",
    "function r(n) { return n ? [1].map(() => r(n - 1)) : 0 } r(1e6)",
    "eval('['.repeat(1e6))",
    "const o = {}; o.toString = () => `${o}`; `${o}`",
    "JSON.parse('['.repeat(1e6))",
    "class A { constructor() { new A() } } new A()",
    "const g = function* () { yield* g() }; [...g()]",
    "[3, 1].sort(function t() { return [3, 1].sort(t).length })",
    "let p = {}; for (let i = 0; i < 2e5; i++) p = new Proxy(p, {}); p.a",
    "let b = [1]; for (let i = 0; i < 1e5; i++) b = [b]; String(b)",
]


@pytest.mark.parametrize("code", DEEP)
def test_recursion_without_end_is_an_error_that_can_be_caught(js: Bench, code: str) -> None:
    error = js.run(code).error
    assert error is not None
    assert error[0] == "RangeError"
    caught = f"try {{ eval({code!r}) }} catch (error) {{ error.name }}"
    assert js.run(caught).value == "'RangeError'"


def test_memory_without_end_is_an_error_that_can_be_caught(
    js: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATINA_JAVASCRIPT_MEMORY", "256")
    bomb = "const all = []; for (;;) all.push(new Float64Array(1e5).fill(1))"
    error = js.run(bomb).error
    assert error is not None
    assert "out of memory" in error[1]
    assert js.run(f"try {{ {bomb} }} catch (error) {{ error.message }}").value == "'out of memory'"
    assert js.run("let big = 'x'.repeat(2e8) + 'y'").error is not None
    assert js.run("1 + 1").value == "2"


def test_memory_full_of_small_objects_can_be_looked_at_and_freed(
    js: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATINA_JAVASCRIPT_MEMORY", "64")
    js.run("const all = []")
    for _ in range(3):
        error = js.run("for (;;) all.push({ a: [] })").error
        assert error is not None
        assert error[:2] == ("InternalError", "out of memory")
        assert js.run("all.length > 1e5").value == "true"
    full = js.session.machine.used
    caught = "try { for (;;) all.push({}) } catch (e) { all.length = 0; e.message }"
    assert js.run(caught).value == "'out of memory'"
    assert js.session.machine.used < full / 2
    assert js.run("Array.from({ length: 1e5 }, () => ({})).length").value == "100000"


def test_a_promise_that_nothing_can_settle_ends_the_cell(js: Bench) -> None:
    error = js.run("await new Promise(() => {})").error
    assert error is not None
    assert error[0] == "Pending"
    assert js.run("new Promise(() => {})").value == "Promise { <pending> }"


LOOPS = [
    "for (;;);",
    "while (true) { try { while (true); } catch {} }",
    "for (;;) await null",
    "setInterval(() => {}, 0); await new Promise(() => {})",
    "await new Promise((done) => setTimeout(done, 1e9))",
    "(function loop() { Promise.resolve().then(loop) })(); await new Promise(() => {})",
    "/(a+)+$/.test('a'.repeat(40) + 'b')",
    "[3, 2, 1, 5].sort(() => { for (;;); })",
    "for (;;) 'x'.repeat(1e6).split('')",
]


@pytest.mark.parametrize("code", LOOPS)
def test_an_interrupt_ends_any_loop(js: Bench, code: str) -> None:
    js.run("let kept = 1")
    error = _stopped(js, code, 0.3)
    assert error is not None
    assert error[:2] == ("Interrupted", "the cell was stopped")
    assert js.run("kept").value == "1"


def _stopped(js: Bench, code: str, seconds: float) -> tuple[str, str, str] | None:
    """Run a cell that is interrupted after a time; return its error."""

    def stop() -> None:
        js.session.interrupt()
        js.loop.call_soon_threadsafe(js.session.wake)

    timer = threading.Timer(seconds, stop)
    timer.start()
    error = js.run(code).error
    timer.join()
    return error


@pytest.mark.parametrize("code", ["JSON.parse(text)", "JSON.stringify(list)"])
def test_json_is_interrupted_in_the_middle(js: Bench, code: str) -> None:
    js.run("let text = `[${'[],'.repeat(6e6)}0]`, made = null")
    js.run("let list = Array.from({ length: 2e6 }, () => [])")
    error = _stopped(js, f"made = {code}", 0.2)
    assert error is not None
    assert error[0] == "Interrupted"
    # What comes to its end is assigned before anybody looks for an interrupt.
    assert js.run("made").value == "null"


def test_an_interrupt_says_where(js: Bench) -> None:
    error = _stopped(js, "let n = 0;\nfunction spin() {\n  for (;;) n++;\n}\nspin();", 0.2)
    assert error is not None
    assert "at spin (cell[1]:3:" in error[2]


@pytest.mark.parametrize("hook", ["abort", "nextDue"])
def test_an_interrupt_that_comes_while_one_is_seen_to_ends_the_cell_too(
    js: Bench, monkeypatch: pytest.MonkeyPatch, hook: str
) -> None:
    call, late = js.session.machine.call, [hook]

    def calling(name: str, *rest: Any) -> Any:
        if late == [name]:
            late.clear()
            js.session.interrupt()
        return call(name, *rest)

    js.run("let kept = 1")
    monkeypatch.setattr(js.session.machine, "call", calling)
    error = _stopped(js, "await new Promise((done) => setTimeout(done, 60_000))", 0.1)
    assert not late
    assert error is not None
    assert error[:2] == ("Interrupted", "the cell was stopped")
    assert js.run("kept").value == "1"


def test_an_interrupt_that_only_a_hook_has_seen_ends_the_cell_too(
    js: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The engine forgets the interrupt where it throws: here it does not hear of the first one.
    tell, unheard = js.session.machine._tell, [1]
    monkeypatch.setattr(js.session.machine, "_tell", lambda: unheard.pop() if unheard else tell())
    error = _stopped(js, "for (;;) await null", 0.2)
    assert not unheard
    assert error is not None
    assert error[:2] == ("Interrupted", "the cell was stopped")


def test_what_waits_is_given_up_with_the_cell(js: Bench) -> None:
    _stopped(js, "let late = 0; await new Promise((done) => setTimeout(done, 300)); late = 1", 0.1)
    js.wait(0.5)
    assert js.run("late").value == "0"


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("'\\ud800'.length", "1"),
        ("'a\\0b'.length", "3"),
        ("console.log('a\\0b\\ud800c')", None),
        ("('x'.repeat(5e7) + 'y').length", "50000001"),
        ("new Error('\\ud800\\0').message.length", "2"),
    ],
)
def test_odd_strings(js: Bench, code: str, value: str | None) -> None:
    ran = js.run(code)
    assert (ran.error, ran.value) == (None, value)
    assert js.run("1").value == "1"


@pytest.mark.parametrize(
    ("given", "seen"),
    [
        (r'["a\ud800","\udfffb"]', ["a\ufffd", "\ufffdb"]),
        (r'["\\ud800","\\\ud800"]', ["\\ud800", "\\\ufffd"]),
        (r'["\u2028\ud83d"]', ["\u2028\ufffd"]),
    ],
)
def test_surrogates_that_stand_alone_are_replaced_and_nothing_else(
    given: str, seen: list[str]
) -> None:
    assert json.loads(well_formed(given)) == seen


def test_a_cell_with_a_lone_surrogate_or_a_nul_in_its_source(js: Bench) -> None:
    assert js.run("'\ud800'.length").value == "1"
    assert js.run("'a\0b'.length").value == "3"
    assert js.run("1\0").error is not None
    assert js.run("2").value == "2"


VANDALS = [
    "Object.defineProperty(Array.prototype, '0', { set() { throw new Error('hit') } })",
    "Array.prototype.push = Array.prototype.map = Array.prototype.join = null",
    "Symbol.iterator; Array.prototype[Symbol.iterator] = null",
    "Promise.prototype.then = () => { throw new Error('hit') }",
    "globalThis.Promise = globalThis.JSON = globalThis.Map = globalThis.Error = null",
    "JSON.stringify = JSON.parse = () => 'broken'",
    "Object.prototype.toString = Function.prototype.call = null",
    "Object.defineProperty(Object.prototype, 'then', { get() { throw new Error('hit') } })",
    "String.prototype.replace = String.prototype.split = RegExp.prototype.exec = null",
    "delete globalThis.Object; delete globalThis.Symbol; globalThis.console = null",
    "Object.freeze(globalThis)",
]


@pytest.mark.parametrize("code", VANDALS)
def test_a_cell_that_breaks_the_language_breaks_only_itself(js: Bench, code: str) -> None:
    js.run("const log = console.log")
    assert js.run(code + ";0").error is None
    assert js.run("let x = { a: 1 }; x").value == "{ a: 1 }"
    assert js.run("log('still', 1)").stdout == "still 1\n"
    assert js.run("await null; 5").value == "5"
    error = js.run("null.x").error
    assert error is not None
    assert error[0] == "TypeError"
    rows = js.session.call("globalsTable")
    assert "x" in [row["name"] for row in rows]
