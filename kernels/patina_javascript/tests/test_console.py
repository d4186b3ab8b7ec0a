"""What console.* writes, as Node writes it."""

# ruff: noqa: E501 - cells are quoted as they are

from __future__ import annotations

import pytest
from patina_javascript.run import Bench

# The texts are those of Node 20's util.inspect.
SHOWN = {
    "[1, , 3]": "[ 1, <1 empty item>, 3 ]",
    "-0": "-0",
    "12n": "12n",
    "({a: 'it\\'s', 'b-c': \"x\\n\"})": "{ a: \"it's\", 'b-c': 'x\\n' }",
    "({a: {b: {c: {d: 1}}}})": "{ a: { b: { c: [Object] } } }",
    "new Map([['k', new Set([1])]])": "Map(1) { 'k' => Set(1) { 1 } }",
    "new (class Point { constructor() { this.x = 1 } get y() { throw 1 } })": "Point { x: 1 }",
    "(class A extends Map {})": "[class A extends Map]",
    "new (class List extends Array {})": "List(0) []",
    "Object.create(null)": "[Object: null prototype] {}",
    "new Uint8Array([1, 2])": "Uint8Array(2) [ 1, 2 ]",
    "new ArrayBuffer(2)": "ArrayBuffer { [Uint8Contents]: <00 00>, byteLength: 2 }",
    "[async () => 1, function* g() {}]": "[ [AsyncFunction (anonymous)], [GeneratorFunction: g] ]",
    "new Date(0)": "1970-01-01T00:00:00.000Z",
    "/a/gi": "/a/gi",
    "[Promise.resolve(1), new Promise(() => {})]": "[ Promise { 1 }, Promise { <pending> } ]",
    "new WeakMap()": "WeakMap { <items unknown> }",
    "({get a() { return 1 }, set a(v) {}})": "{ a: [Getter/Setter] }",
    "[Symbol('s')]": "[ Symbol(s) ]",
    "Array.from({length: 8}, (_, i) => i * 50)": "[\n    0,  50, 100, 150,\n  200, 250, 300, 350\n]",
    "new Proxy({}, {get() { throw 1 }})": "[Proxy]",
    "Object('s')": "[String: 's']",
}


@pytest.mark.parametrize("code", SHOWN)
def test_a_value_is_shown_as_in_node(js: Bench, code: str) -> None:
    assert js.run(code).value == SHOWN[code]


def test_an_object_that_holds_itself_is_shown_once(js: Bench) -> None:
    ran = js.run("const a = {n: 1}; a.self = a; console.log(a)")
    assert ran.stdout == "<ref *1> { n: 1, self: [Circular *1] }\n"


def test_what_is_long_is_cut_and_says_how_much_is_missing(js: Bench) -> None:
    value = js.run("Array.from({length: 150}, (_, i) => i)").value
    assert value is not None
    assert value.endswith("... 50 more items\n]")
    value = js.run("Object.fromEntries(Array.from({length: 600}, (_, i) => ['k' + i, i]))").value
    assert value is not None
    assert "... 100 more properties" in value


def test_a_hole_of_four_milliards_is_shown_at_once(js: Bench) -> None:
    assert js.run("const b = []; b[4294967294] = 1; b").value == "[ <4294967294 empty items>, 1 ]"


def test_what_is_nested_ten_thousand_deep_is_shown_to_its_depth(js: Bench) -> None:
    ran = js.run("let o = {}; for (let i = 0; i < 10000; i++) o = {o}; console.log(o)")
    assert ran.stdout == "{ o: { o: { o: [Object] } } }\n"


def test_directives_of_a_format(js: Bench) -> None:
    ran = js.run(
        "console.log('%s is %d, %i, %f %j %o %% %c!', 'x', '4.5', 4.5, '1.5', {a: 1}, [1], 'color: red')"
    )
    assert ran.stdout == 'x is 4.5, 4, 1.5 {"a":1} [ 1, [length]: 1 ] % !\n'


def test_streams_of_each_function(js: Bench) -> None:
    ran = js.run("for (const n of ['log', 'info', 'debug', 'warn', 'error']) console[n](n)")
    assert ran.stdout == "log\ninfo\ndebug\n"
    assert ran.stderr == "warn\nerror\n"


def test_groups_indent_and_end_with_their_cell(js: Bench) -> None:
    ran = js.run("console.group('G'); console.log('a\\nb'); throw 1")
    assert ran.stdout == "G\n  a\n  b\n"
    assert js.run("console.log('c')").stdout == "c\n"


def test_counts_assertions_and_times(js: Bench) -> None:
    ran = js.run("console.count(); console.count(); console.countReset(); console.count('x')")
    assert ran.stdout == "default: 1\ndefault: 2\nx: 1\n"
    assert js.run("console.assert(1 === 2, 'no %s', 'x')").stderr == "Assertion failed: no x\n"
    ran = js.run("console.time('t'); console.timeEnd('t'); console.timeEnd('t')")
    assert ran.stdout.startswith("t: ")
    assert "No such label 't'" in ran.stderr


def test_a_table_is_text_and_html(js: Bench) -> None:
    (shown,) = js.run("console.table([{a: 1, b: '<x>'}, {a: 2}])").displays
    assert "│ 0       │ 1 │ '<x>' │" in shown["text/plain"]
    assert "&lt;x&gt;" in shown["text/html"]


def test_an_error_is_shown_with_its_cause_and_its_frames(js: Bench) -> None:
    value = js.run("new TypeError('outer', {cause: new Error('inner')})").value
    assert value is not None
    assert value.startswith("TypeError: outer\n    at <eval> (cell[1]:1:")
    assert "[cause]: Error: inner" in value
    assert "patina:" not in value


def test_what_a_cell_breaks_stays_its_own(js: Bench) -> None:
    js.run(
        "Object.defineProperty(Array.prototype, '0', {set() { throw new Error('mine') }});"
        "Promise.prototype.then = null; JSON.stringify = null; Symbol.for = null;"
        "Map.prototype.entries = null; Object.keys = null; String.prototype.replace = null"
    )
    ran = js.run("console.log('%s', {a: [1, 2], m: new Map([['k', 1]])}); ({b: 1})")
    assert ran.error is None
    assert ran.stdout == "{ a: [Array], m: [Map] }\n"
    assert ran.value == "{ b: 1 }"
    assert js.run("console.table([{a: 1}])").displays
    js.run("Array.prototype.map = Array.prototype.every = Array.prototype[Symbol.iterator] = null")
    marked = js.run("html`<p>${'<'}</p>`").data
    assert marked is not None
    assert marked["text/html"] == "<p>&lt;</p>"
    found = "[structuredClone({a: 1}), new URL('http://a/b').href, (1234.5).toLocaleString('de')]"
    assert js.run(found).value == "[ { a: 1 }, 'http://a/b', '1.234,5' ]"


def test_lone_surrogates_and_nul_are_written(js: Bench) -> None:
    ran = js.run("console.log('a\\ud800b\\0c'); '\\ud800'")
    assert ran.stdout == "a\ufffdb\0c\n"
    assert ran.value == "'\\uD800'"
