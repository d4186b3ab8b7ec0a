"""Cells of Rust in a real kernel, compiled by the real compiler."""

from __future__ import annotations

from pathlib import Path

import pytest
from conformance.live import forked, started
from conformance.missing import needs_rust
from patina_rust.output import Content, Note, Parser, Text
from patina_rust.source import completeness


def test_a_partial_line_is_passed_on_and_a_partial_mark_is_held() -> None:
    parser = Parser()
    assert list(parser.feed("half EVC")) == [Text("half ")]
    assert list(parser.feed("XR_BEGIN_CONTENT text/html\n<b>\nEVCXR_END_CON")) == []
    assert list(parser.feed("TENT\n")) == [Content("text/html", "<b>")]
    assert list(parser.feed("EVCXR_PANIC_NOTIFICATION\n")) == [Note("EVCXR_PANIC_NOTIFICATION")]


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("let x = 7;", "complete"),
        ("fn f(x: i32) {", "incomplete"),
        ("let x = 7);", "invalid"),
        ('let x = "(";', "complete"),
        ("let c = '{';", "complete"),
        ('let x = r#"a"', "incomplete"),
    ],
)
def test_whether_a_cell_is_whole(code: str, status: str) -> None:
    assert completeness(code) == status


@needs_rust
async def test_no_text_of_a_cell_is_a_command_of_a_shell_or_of_metakernel() -> None:
    async with started("patina-rust") as kernel:
        await kernel.run("let flag = true; let (a, b) = (17, 5);")
        assert (await kernel.run("!flag")).text == "false"
        assert (await kernel.run("// not\n\n!flag && true")).text == "false"
        assert (await kernel.run("!touch /tmp/never")).reply["ename"] == "CompilationError"
        assert (await kernel.run("a % b")).text == "2"
        assert (await kernel.run("%time")).status == "error"
        assert (await kernel.run('let x: i32 = "5".parse()?;')).status == "ok"
        assert (await kernel.run('"7".parse::<i32>()?')).text == "7"
        assert (await kernel.run("a?")).status == "error"


@needs_rust
async def test_a_saved_state_is_run_again_and_goes_on(tmp_path: Path) -> None:
    path = str(tmp_path / "state")
    async with started("patina-rust") as kernel:
        await kernel.run("let mut v = vec![1]; fn double(x: i32) -> i32 { 2 * x }")
        await kernel.run("v.push(double(4));")
        assert (await kernel.ask("save", path=path))["status"] == "ok"
        async with started("patina-rust") as other:
            assert (await other.ask("load", path=path))["status"] == "ok"
            assert (await other.run("v")).text == "[1, 8]"
            assert (await other.run("double(v[1])")).text == "16"


@needs_rust
async def test_variables_survive_panics_crashes_and_exits_and_are_forked() -> None:
    async with started("patina-rust") as kernel:
        assert (await kernel.run("1+1")).text == "2"
        await kernel.run("let mut v = vec![7 % 4];")
        assert (await kernel.run('print!("par"); println!("tial");')).text == "partial\n"
        for lost in (
            'panic!("oh")',
            "unsafe { std::ptr::null_mut::<i32>().write_volatile(1) };",
            "std::process::exit(3);",
            'let n: i32 = "z".parse()?;',
            'let y: i32 = "a";',
        ):
            assert (await kernel.run(lost)).status == "error"
        async with forked(kernel) as fork:
            await fork.run("v.push(4);")
            assert (await fork.run("v")).text == "[3, 4]"
        assert (await kernel.run("v")).text == "[3]"
        (row,) = await kernel.globals()
        assert (row["name"], row["type"], row["summary"]) == ("v", "Vec<i32>", "[3]")
