"""Values of variables whose types are not std's; and what else a cell finds in its process."""

from __future__ import annotations

from typing import Any

import pytest
from conformance.live import Live, forked, started
from conformance.missing import needs_rust
from patina_rust import views

TYPES = """#[derive(Debug, Clone)] struct Point { x: i32 }
struct Quiet;
struct Rude;
impl std::fmt::Debug for Rude {
    fn fmt(&self, _: &mut std::fmt::Formatter) -> std::fmt::Result { panic!("no") }
}"""


async def _rows(kernel: Live) -> dict[str, Any]:
    return {row["name"]: row for row in await kernel.globals()}


def _names(message: dict[str, Any]) -> set[str]:
    return {row["name"] for row in message["content"].get("delta", ())}


@needs_rust
async def test_values_of_any_type_are_shown_once_asked_for_and_arguments_are_not_pythons() -> None:
    async with started("patina-rust") as kernel:
        await kernel.run(f"{TYPES}\nlet mut p = Point {{ x: 1 }}; let (q, r) = (Quiet, Rude);")
        await kernel.run("let shared = std::sync::Arc::new(vec![p.clone()]);")
        rows = await _rows(kernel)
        assert [rows[name]["summary"] for name in ("p", "q", "shared")] == ["", "", ""]
        assert rows["p"]["has_children"]

        page = await kernel.ask("globals", name="p")
        assert page["global"]["summary"] == "Point { x: 1 }"
        (child,) = page["children"]
        assert (child["name"], child["summary"]) == ("value", "Point { x: 1 }")
        told = await kernel.iopub(lambda message: _names(message) >= {"p", "q", "shared"})
        assert {row["changed"] for row in told["content"]["delta"]} == {None}  # by no cell
        rows = await _rows(kernel)
        assert rows["shared"]["summary"] == "[Point { x: 1 }]"
        assert (rows["q"]["summary"], rows["q"]["has_children"]) == (views.NOT_DEBUG, False)
        assert rows["r"]["summary"] == "its Debug panics"

        # From now on they are told after each cell, in copies, too.
        request = kernel.send("p.x = 5; std::env::args().collect::<Vec<_>>()")
        assert (await kernel.outcome(request)).text == '["patina-rust"]'
        told = await kernel.said("patina_globals", request)
        assert {row["name"]: row["summary"] for row in told["delta"]}["p"] == "Point { x: 5 }"
        async with forked(kernel) as fork:
            assert (await _rows(fork))["p"]["summary"] == "Point { x: 5 }"

        # A type of the same name is another one: nothing takes it for the first.
        await kernel.run("#[derive(Debug)] struct Point { text: String }")
        assert "Run the cells again that make p" in (await kernel.run("let other = 1;")).text
        await kernel.run('let p = Point { text: "a".into() };')
        assert (await _rows(kernel))["p"]["summary"] == ""
        assert (await kernel.ask("globals", name="p"))["global"]["summary"] == 'Point { text: "a" }'


@pytest.mark.parametrize(
    ("code", "may"),
    [
        ("struct P { x: i32 }", True),
        ("enum /* of two */ P { A, B }", True),
        ("mod m { pub struct R; } mod other {}", True),
        (':dep mine = { path = "m" }', True),
        ("struct Other;", False),
        ("let p = P { x: 1 };", False),
    ],
)
def test_whether_a_cell_may_make_another_type_of_one_that_there_is(code: str, may: bool) -> None:
    assert views.may_redefine(code, ("P", "m")) is may


@needs_rust
async def test_what_is_endless_is_shown_by_its_first_values() -> None:
    many = "let mut {}: Vec<()> = Vec::new(); unsafe {{ {}.set_len(1 << 40) }};"
    async with started("patina-rust") as kernel:
        await kernel.run(many.format("many", "many") + many.format("row", "row"))
        await kernel.run("let rows = vec![row];")
        rows = await _rows(kernel)
        assert rows["many"]["length"] == 1 << 40
        assert rows["many"]["summary"].startswith("[(), (), ()")
        assert rows["rows"]["summary"].startswith("[[(), (), ()")
