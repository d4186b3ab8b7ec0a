"""The language as cells have it: what persists, what may be declared again, types, errors."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from patina_javascript.run import Bench

DECLARATIONS = {
    "let": "let x = {value};",
    "const": "const x = {value};",
    "var": "var x = {value};",
    "function": "function x() {{ return {value}; }}",
    "class": "class x {{ static is = {value}; }}",
}


@pytest.mark.parametrize(("first", "second"), tuple(product(DECLARATIONS, DECLARATIONS)))
def test_whatever_was_declared_can_be_declared_again(js: Bench, first: str, second: str) -> None:
    for kind, value in ((first, 1), (second, 2)):
        assert js.run(DECLARATIONS[kind].format(value=value)).error is None
    shown = {"function": "x()", "class": "x.is"}.get(second, "x")
    assert js.run(shown).value == "2"


def test_within_a_cell_the_language_refuses_a_second_declaration(js: Bench) -> None:
    error = js.run("let x = 1; let x = 2;").error
    assert error is not None
    assert error[0] == "SyntaxError"


@pytest.mark.parametrize("code", ["(", "`${", "await", "x ="])
def test_a_cell_that_is_cut_short_says_so(js: Bench, code: str) -> None:
    error = js.run(code).error
    assert error is not None
    assert error[:2] == ("SyntaxError", "unexpected end of input")


def test_a_const_is_one_until_it_is_declared_again(js: Bench) -> None:
    js.run("const x = 1")
    error = js.run("x = 2").error
    assert error is not None
    assert (error[0], js.run("x").value) == ("TypeError", "1")
    js.run("let x = 3")
    js.run("x = 4")
    assert js.run("x").value == "4"


def test_older_closures_see_the_new_binding(js: Bench) -> None:
    js.run("let rate = 1; const price = () => rate * 10")
    js.run("let rate = 2")
    assert js.run("price()").value == "20"


def test_var_over_let_keeps_the_value(js: Bench) -> None:
    js.run("let x = 7")
    assert js.run("var x; x").value == "7"


def test_a_declaration_that_failed_can_be_made_again(js: Bench) -> None:
    assert js.run("let x = missing()").error is not None
    error = js.run("x").error
    assert error is not None
    assert error[0] == "ReferenceError"
    assert js.run("let x = 1; x").value == "1"


@pytest.mark.parametrize("name", ["undefined", "NaN", "Infinity"])
def test_what_the_language_fixes_stays_fixed(js: Bench, name: str) -> None:
    error = js.run(f"let {name} = 1").error
    assert error is not None
    assert error[0] == "SyntaxError"


def test_await_at_the_top_and_what_it_binds(js: Bench) -> None:
    js.run("const x = await new Promise((done) => setTimeout(() => done(42), 5));")
    assert js.run("x").value == "42"


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("let x; x?.y", None),
        ("let x = true; !x", "false"),
        ("let a = 7, b = 4; a % b", "3"),
        ("let x = 0, y = 1, z = 2; x ? y : z", "2"),
        ("{ a: 1 }", "{ a: 1 }"),
        ("{ let a = 1; a }", "1"),
        ("// only a remark", None),
        ("", None),
        ("#!/usr/bin/env node\n5", "5"),
        ("1;;;", "1"),
        ("for (const x of [1, 2]) x", "2"),
    ],
)
def test_the_value_of_a_cell(js: Bench, code: str, value: str | None) -> None:
    ran = js.run(code)
    assert (ran.error, ran.value) == (None, value)


@pytest.mark.parametrize("code", ["%time 1", "!ls", "?x", "x?", "let x = foo()?", "%%js\n1"])
def test_no_cell_is_magic_shell_or_help(js: Bench, code: str) -> None:
    error = js.run(code).error
    assert error is not None
    assert error[0] in ("SyntaxError", "ReferenceError")


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("let x: number = 5; x", "5"),
        ("interface P { a: string }\nconst p: P = { a: 'b' }; p.a", "'b'"),
        ("enum Colour { Red, Green }\nColour.Green", "1"),
        ("type T = string | null; const f = <A,>(a: A): A => a; f(3)", "3"),
        ("const y = ({ n: 1 } as any).n!; y", "1"),
        (
            "class A { constructor(private n: number) {} get() { return this.n } }\nnew A(4).get()",
            "4",
        ),
    ],
)
def test_types_are_taken_out(js: Bench, code: str, value: str) -> None:
    ran = js.run(code)
    assert (ran.error, ran.value) == (None, value)


def test_an_error_has_the_cell_the_line_the_column_and_the_code(js: Bench) -> None:
    error = js.run("const f = (x) => {\n  return x.y.z;\n};\nf({});").error
    assert error is not None
    name, message, text = error
    assert name == "TypeError"
    assert "undefined" in message
    assert "> 2 |   return x.y.z;" in text
    assert text.splitlines()[text.splitlines().index("> 2 |   return x.y.z;") + 1].endswith("^")
    assert "at f (cell[1]:2:" in text
    assert "at cell[1]:4:" in text


def test_an_error_in_an_older_cell_shows_that_cell(js: Bench) -> None:
    js.run("\nfunction fails() { throw new RangeError('no') }")
    error = js.run("fails()").error
    assert error is not None
    assert "> 2 | function fails()" in error[2]
    assert "at cell[2]:1:" in error[2]


def test_causes_and_what_is_no_error(js: Bench) -> None:
    error = js.run("throw new Error('out', { cause: new TypeError('in') })").error
    assert error is not None
    assert "Caused by TypeError: in" in error[2]
    error = js.run("throw { code: 5 }").error
    assert error is not None
    assert error[:2] == ("Uncaught", "{ code: 5 }")


@pytest.mark.parametrize("code", ["let = = 3", "f(", "`abc", "}", "a b", "class {", "x = 'abc"])
def test_a_syntax_error_says_where_and_the_kernel_goes_on(js: Bench, code: str) -> None:
    error = js.run(code).error
    assert error is not None
    assert error[0] == "SyntaxError"
    assert "cell[1]:1:" in error[2]
    assert js.run("1 + 1").value == "2"


def test_imports_become_constants_of_the_notebook(
    js: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "m.mjs").write_text("export const a = 1; export default 'd'; export let b = 2;")
    ran = js.run(
        "import d, { a, b as c } from './m.mjs';\nimport * as all from './m.mjs';\nd + a + c"
    )
    assert (ran.error, ran.value) == (None, "'d12'")
    assert js.run("all.b").value == "2"
    error = js.run("\nimport { a } from './m.mjs'; a.b.c").error
    assert error is not None
    assert "cell[3]:2:" in error[2]


@pytest.mark.parametrize(
    ("code", "missing"),
    [
        ("import { nope } from './m.mjs'", "an export named 'nope'"),
        ("import { a, nope as b } from './m.mjs'", "an export named 'nope'"),
        ("import d from './named.mjs'", "a default export"),
        ("import * as all, { nope } from './m.mjs'", None),
        ("import d, * as all from './named.mjs'", "a default export"),
        ("export { nope } from './m.mjs'", "an export named 'nope'"),
        ("1;\nimport { nope } from './m.mjs'", "an export named 'nope'"),
        ("import { nope } from 'fs'", "an export named 'nope'"),
    ],
)
def test_a_name_that_a_module_does_not_have_is_an_error_at_its_import(
    js: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, missing: str | None
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "m.mjs").write_text("export const a = 1; export default 'd';")
    (tmp_path / "named.mjs").write_text("export const a = undefined;")
    error = js.run(code).error
    assert error is not None
    assert error[0] == "SyntaxError"
    assert missing is None or error[1].endswith(f"does not provide {missing}")
    line = code.count("\n") + 1
    assert missing is None or f"cell[1]:{line}:1" in error[2]
    assert js.run("import { a } from './named.mjs'; a").error is None


@pytest.mark.parametrize(
    ("code", "place"),
    [
        ("let x: number = 5; const y = x as any; y.foo.bar", "1:40"),
        ("interface P { a: string }\nlet q: P = null;\n  let r: P = q, n: number = r.a", "3:29"),
        ("import { a } from './m.mjs'; a.b.c", "1:30"),
        ("import fs from 'fs';\nimport {\n a\n} from './m.mjs';\nlet n: number = a; n.b.c", "5:20"),
    ],
)
def test_an_error_says_where_it_is_in_what_was_typed(
    js: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, place: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "m.mjs").write_text("export const a = 1;")
    error = js.run(code).error
    assert error is not None
    assert f"cell[1]:{place}" in error[2]


def test_an_error_that_is_printed_says_where_it_is_in_what_was_typed(js: Bench) -> None:
    ran = js.run("const n: number = 1; console.log(new Error('here'))")
    assert "cell[1]:1:38" in ran.stdout


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("1", "complete"),
        ("let x: number = 1", "complete"),
        ("function f() {", "incomplete"),
        ("`a", "incomplete"),
        ("/* a", "incomplete"),
        ("f(1,", "incomplete"),
        ("let x = 7q", "invalid"),
        (")", "invalid"),
    ],
)
def test_whether_a_cell_is_complete(js: Bench, code: str, status: str) -> None:
    assert js.session.call("isComplete", {"source": code})["status"] == status


def _matches(js: Bench, code: str) -> list[str]:
    found: list[str] = js.session.call("complete", {"source": code, "position": len(code)})[
        "matches"
    ]
    return found


def test_completion_of_names_and_properties(js: Bench) -> None:
    js.run("let alphabet = { beta: { gamma: 1 } }; var alps = 1")
    assert {"alphabet", "alps"} <= set(_matches(js, "alp"))
    assert _matches(js, "alphabet.be") == ["beta"]
    assert _matches(js, "alphabet?.beta.ga") == ["gamma"]
    assert "toUpperCase" in _matches(js, "'text'.toU")
    assert "map" in _matches(js, "[1].ma")
    assert "max" in _matches(js, "Math.ma")
    assert _matches(js, "missing.x") == []


def test_a_value_s_own_properties_are_completed_before_those_of_all_objects(js: Bench) -> None:
    js.run("let point = { y: 1, x: 2 }")
    found = _matches(js, "point.")
    assert found[:3] == ["x", "y", "constructor"]
    assert found[-1] == "__proto__"


def test_completion_runs_no_getter(js: Bench) -> None:
    js.run("let ran = 0; const trap = { get a() { ran++; return {} } }")
    _matches(js, "trap.a.")
    _matches(js, "trap.")
    assert js.run("ran").value == "0"


def _help(js: Bench, code: str) -> str | None:
    text: str | None = js.session.call("inspect", {"source": code, "position": len(code)})["text"]
    return text


def test_help_has_the_signature_and_what_it_does(js: Bench) -> None:
    js.run("const double = (x, factor = 2) => x * factor; const list = [1]; let n = 5")
    text = _help(js, "Math.max")
    assert text is not None
    assert text.startswith("Math.max(...values: number[]): number")
    assert "larger" in text
    text = _help(js, "list.map(")
    assert text is not None
    assert text.startswith("map<U>(")
    text = _help(js, "double")
    assert text is not None
    assert text.startswith("double(x, factor = 2)")
    assert _help(js, "n") == "n: 5"
    assert _help(js, "missing") is None


@pytest.mark.parametrize(
    ("code", "signature"),
    [
        ("[].map(", "map<U>("),
        ("'a'.padStart", "padStart(maxLength: number"),
        ("fetch(", "fetch(input: RequestInfo | URL"),
        ("new URL(", "new URL(url: string | URL"),
        ("URL.canParse", "URL.canParse(url: string | URL"),
        ("new Map(", "new Map"),
        ("new Headers().append(", None),
        ("console.log(", "console.log(...data: any[]): void"),
        ("crypto.randomUUID", "crypto.randomUUID(): "),
        ("fs.readFileSync(", "fs.readFileSync( path: PathOrFileDescriptor"),
        ("setTimeout(", "setTimeout(handler: TimerHandler"),
        ("display(", "display(value: any"),
        ("display.clear(", "display.clear(options?: { wait?: boolean })"),
        ("html", "html`…`"),
        ("process.exit(", "process.exit(code?: number)"),
        ("process.uptime(", "process.uptime(…)"),
    ],
)
def test_help_of_what_is_there_from_the_start(js: Bench, code: str, signature: str | None) -> None:
    text = _help(js, code)
    assert (text is None) if signature is None else (text or "").startswith(signature), text
    assert "Reflect.apply" not in (text or "")
