"""What differs between two notebooks is told cell by cell."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from patina_cli.tests.notebooks import cell, notebook
from patina_cli.versions.difference import difference, longest_in_order
from patina_lab.document.format import Cell, TsnbDocument

IDS = st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=8)


def of(*ids: str, source: str = "x = 1\ny = 2", name: str = "n") -> TsnbDocument:
    return notebook(*(cell(source, one) for one in ids), name=name)


def test_the_same_notebook_differs_in_nothing() -> None:
    assert not difference(of("a", "b"), of("a", "b")).any


def test_a_changed_source_is_told_by_its_lines() -> None:
    before = of("a")
    after = replace(before, cells=(cell("x = 1\ny = 3", "a"),))
    (found,) = difference(before, after).cells
    assert found.changes == ("changed",)
    assert found.lines == ("@@ -1,2 +1,2 @@", " x = 1", "-y = 2", "+y = 3")


def test_cells_that_are_added_removed_and_moved_are_told_where_they_stand() -> None:
    found = {
        one.id: one for one in difference(of("a", "b", "c", "d"), of("d", "a", "c", "e")).cells
    }
    assert {name: one.changes for name, one in found.items()} == {
        "d": ("moved",), "b": ("removed",), "e": ("added",),
    }  # fmt: skip
    assert (found["d"].number_before, found["d"].number_after) == (4, 1)
    assert found["e"].lines == ("@@ -0,0 +1,2 @@", "+x = 1", "+y = 2")


def test_values_are_told_by_the_path_of_their_keys() -> None:
    before = replace(of("a"), metadata={"author": {"name": "Ada"}, "same": 1})
    tagged = Cell("a", "code", "x = 1\ny = 2", {"tags": ["slow"]})
    after = replace(before, kernel="other", metadata={"author": {"name": "Bob"}, "same": 1})
    found = difference(before, replace(after, cells=(tagged,)))
    assert [(one.path, one.before, one.after) for one in found.values] == [
        ("kernel", "patina-python", "other"), ("metadata.author.name", "Ada", "Bob"),
    ]  # fmt: skip
    assert [(one.path, one.after) for one in found.cells[0].values] == [("metadata.tags", ["slow"])]


@given(IDS, IDS)
def test_something_differs_exactly_where_two_notebooks_do(old: list[str], new: list[str]) -> None:
    assert difference(of(*old), of(*new)).any == (old != new)


@given(st.permutations("abcdefg"))
def test_what_did_not_move_stands_in_order_and_no_longer_choice_does(order: list[str]) -> None:
    chosen = longest_in_order(order, "abcdefg")
    assert chosen == sorted(chosen)
    assert [name for name in order if name in chosen] == chosen
    best = max(
        (bits for bits in range(2**7) if _sorted_choice(order, bits)), key=lambda b: b.bit_count()
    )
    assert len(chosen) == best.bit_count()


def _sorted_choice(order: list[str], bits: int) -> bool:
    picked = [name for at, name in enumerate(order) if bits >> at & 1]
    return picked == sorted(picked)
