"""Timers, promises and microtasks, and what nobody catches."""

# ruff: noqa: E501 - cells are quoted as they are

from __future__ import annotations

from patina_javascript.run import Bench


def test_timers_run_in_the_order_in_which_they_are_due(js: Bench) -> None:
    ran = js.run(
        "const seen = []; setTimeout(() => seen.push('b'), 20); setTimeout(() => seen.push('a'), 1);"
        "queueMicrotask(() => seen.push('micro')); await new Promise(r => setTimeout(r, 40)); seen"
    )
    assert ran.value == "[ 'micro', 'a', 'b' ]"


def test_an_interval_ends_when_it_is_cleared(js: Bench) -> None:
    ran = js.run(
        "let n = 0; await new Promise(done => {"
        " const id = setInterval(() => { if (++n === 3) { clearInterval(id); done() } }, 1) }); n"
    )
    assert ran.value == "3"


def test_a_timer_writes_to_the_cell_that_made_it(js: Bench) -> None:
    first = js.run(
        "setTimeout(() => { console.log('late'); Promise.resolve().then(() => console.log('then')) }, 5)"
    )
    js.run("await new Promise(r => setTimeout(r, 60))")
    assert first.stdout == "late\nthen\n"


def test_what_nobody_catches_is_told_at_its_cell(js: Bench) -> None:
    ran = js.run(
        "Promise.reject(new TypeError('lost')); setTimeout(() => { throw new RangeError('late') }, 1); 1"
    )
    assert ran.value == "1"
    js.run("await new Promise(r => setTimeout(r, 30))")
    assert "Uncaught (in promise) TypeError: lost\n    at <eval> (cell[1]:1:" in ran.stderr
    assert "Uncaught (in timer) RangeError: late" in ran.stderr


def test_what_is_caught_later_in_the_same_turn_is_not_told(js: Bench) -> None:
    assert js.run("const p = Promise.reject(1); await null; p.catch(() => {}); 2").stderr == ""


def test_a_timer_needs_a_function(js: Bench) -> None:
    assert js.run("try { setTimeout('x') } catch (e) { e instanceof TypeError }").value == "true"


def test_signals_of_aborting(js: Bench) -> None:
    ran = js.run(
        "const c = new AbortController(); const all = AbortSignal.any([c.signal]); const seen = [];"
        "all.addEventListener('abort', e => seen.push(e.type), {once: true}); c.abort();"
        "const t = AbortSignal.timeout(1); await new Promise(r => setTimeout(r, 30));"
        "[seen, all.reason.name, t.reason.name, all.reason instanceof DOMException]"
    )
    assert ran.value == "[ [ 'abort' ], 'AbortError', 'TimeoutError', true ]"


def test_events_and_errors_of_their_listeners(js: Bench) -> None:
    ran = js.run(
        "class Mine extends EventTarget {} const m = new Mine(); let n = 0;"
        "m.addEventListener('x', () => { throw new Error('heard') });"
        "m.addEventListener('x', {handleEvent: e => { n += e.detail }});"
        "m.dispatchEvent(new CustomEvent('x', {detail: 2})); [n, m instanceof EventTarget]"
    )
    assert ran.value == "[ 2, true ]"
    assert "Uncaught (in event listener) Error: heard" in ran.stderr


def test_a_prompt_asks_and_takes_its_default(js: Bench) -> None:
    js.answers = ["Ada", "", None, "y"]
    ran = js.run("[prompt('Name'), prompt('Name', 'Bob'), prompt('Name'), confirm('Sure')]")
    assert ran.value == "[ 'Ada', 'Bob', null, true ]"
