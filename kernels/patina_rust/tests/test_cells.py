"""Cells of Rust in a real kernel, compiled by the real compiler."""

from __future__ import annotations

import pytest
from conformance.live import forked, started
from patina_rust import artifacts
from patina_rust.output import Content, Note, Parser, Text
from patina_rust.source import completeness


def _missing() -> str:
    """Return why Rust cannot be tested here; empty when it can."""
    try:
        artifacts.find()
    except artifacts.NotBuiltError as error:
        return f"Rust: {error}"
    return ""


needs_compiler = pytest.mark.skipif(bool(_missing()), reason=_missing() or "Rust is there")


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


@needs_compiler
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
