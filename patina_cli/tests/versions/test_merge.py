"""Two versions of a notebook become one, the same way whoever merges."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patina_cli.tests.notebooks import cell, notebook
from patina_cli.versions.lines import merge_lines
from patina_cli.versions.merge import Merged, OtherNotebookError, merge, merged_order
from patina_lab.document.format import Cell, TsnbDocument, read, write

BASE = notebook(cell("a\nb\nc\nd\ne", "one"), cell("two", "two"), cell("3", "three"), name="n")
IDS = st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=6)


def with_cells(*cells: Cell, of: TsnbDocument = BASE) -> TsnbDocument:
    return replace(of, cells=cells)


def merged(ours: TsnbDocument, theirs: TsnbDocument, base: TsnbDocument | None = BASE) -> Merged:
    return merge(base, ours, theirs, merge_lines)


def edited(name: str, source: str) -> TsnbDocument:
    return with_cells(*(cell(source, name) if one.id == name else one for one in BASE.cells))


def sources(found: Merged) -> dict[str, str]:
    return {one.id: one.source for one in found.document.cells}


def test_edits_of_different_cells_and_of_different_lines_of_one_are_both_there() -> None:
    ours, theirs = edited("one", "A\nb\nc\nd\ne"), edited("one", "a\nb\nc\nd\nE")
    found = merged(ours, replace(theirs, kernel="other"))
    assert found.conflicts == ()
    assert sources(found)["one"] == "A\nb\nc\nd\nE"
    assert found.document.kernel == "other"
    assert sources(merged(edited("two", "2"), edited("three", "drei"))) == {
        "one": "a\nb\nc\nd\ne", "two": "2", "three": "drei",
    }  # fmt: skip


def test_the_same_lines_changed_by_both_stand_between_marks_in_a_notebook_that_opens() -> None:
    found = merged(edited("two", "ours"), edited("two", "theirs"))
    assert found.conflicts == ("cell two: both changed the same lines",)
    text = "<<<<<<< ours\nours\n=======\ntheirs\n>>>>>>> theirs"
    assert sources(found)["two"] == text
    assert read(write(found.document)) == found.document


def test_a_cell_deleted_by_one_goes_and_one_changed_by_the_other_stays_in_conflict() -> None:
    without = with_cells(BASE.cells[0], BASE.cells[2])
    assert sources(merged(without, BASE)).keys() == {"one", "three"}
    for ours, theirs in ((without, edited("two", "new")), (edited("two", "new"), without)):
        found = merged(ours, theirs)
        assert [one.id for one in found.document.cells] == ["one", "two", "three"]
        assert found.conflicts
        assert "new" in sources(found)["two"]
        assert "<<<<<<<" in sources(found)["two"]


def test_additions_of_both_are_there_ours_first() -> None:
    ours = with_cells(BASE.cells[0], cell("x", "x"), cell("y", "y"), *BASE.cells[1:])
    theirs = with_cells(BASE.cells[0], cell("u", "u"), cell("v", "v"), *BASE.cells[1:])
    found = merged(ours, theirs)
    assert [one.id for one in found.document.cells] == ["one", "x", "y", "u", "v", "two", "three"]
    assert found.conflicts == ()


def test_a_move_of_one_is_kept_beside_the_edit_of_the_other() -> None:
    moved = with_cells(BASE.cells[2], BASE.cells[0], BASE.cells[1])
    for ours, theirs in ((moved, edited("three", "drei")), (edited("three", "drei"), moved)):
        found = merged(ours, theirs)
        assert [one.id for one in found.document.cells] == ["three", "one", "two"]
        assert sources(found)["three"] == "drei"


def test_metadata_is_merged_key_by_key_and_a_conflict_there_is_told_with_both_values() -> None:
    def tagged(**metadata: object) -> TsnbDocument:
        return with_cells(replace(BASE.cells[0], metadata=metadata), *BASE.cells[1:])

    found = merged(tagged(a=1), tagged(b=2))
    assert found.document.cells[0].metadata == {"a": 1, "b": 2}
    assert found.conflicts == ()
    clash = merged(tagged(a=1), tagged(a=2))
    assert clash.document.cells[0].metadata == {"a": 1}
    assert clash.conflicts == ("cell one, metadata.a: ours (1) was kept, theirs is 2",)
    gone = merge(tagged(a=1, b=1), tagged(a=1), tagged(a=1, b=1), merge_lines)
    assert gone.document.cells[0].metadata == {"a": 1}


def test_without_a_common_ancestor_both_are_merged_and_two_notebooks_never_are() -> None:
    ours, theirs = with_cells(cell("a", "a")), with_cells(cell("b", "b"))
    assert [one.id for one in merged(ours, theirs, None).document.cells] == ["a", "b"]
    with pytest.raises(OtherNotebookError):
        merged(BASE, notebook("1", name="other"))


def of(ids: list[str], version: str) -> TsnbDocument:
    return with_cells(*(cell(f"{version}\nsame\nsame\nsame", one) for one in ids))


@given(IDS, IDS, IDS)
def test_an_order_has_each_name_once_and_keeps_what_one_side_moved(
    base: list[str], ours: list[str], theirs: list[str]
) -> None:
    order = merged_order(base, ours, theirs)
    assert sorted(order) == sorted({*ours, *theirs})
    assert merged_order(base, ours, base)[: len(ours)] or not ours
    only_ours = [name for name in merged_order(base, ours, base) if name in ours]
    assert only_ours == ours, "who alone changed the order decides it"


@settings(max_examples=50)
@given(IDS, IDS, IDS)
def test_nothing_is_lost_and_a_merge_with_what_did_not_change_is_the_other(
    base: list[str], ours: list[str], theirs: list[str]
) -> None:
    start = of(base, "base")
    mine, other = of(ours, "base"), of(theirs, "base")
    assert merge(start, mine, start, merge_lines).document == mine
    assert merge(start, start, mine, merge_lines).document == mine
    both = {one.id for one in merge(start, mine, other, merge_lines).document.cells}
    expected = {
        name for name in {*ours, *theirs} if (name in ours and name in theirs) or name not in base
    }
    assert both == expected


def test_texts_of_any_kind_come_back_from_git_as_they_were() -> None:
    for text in ("", "\n", "a\n\n", "no end", "\r\n", "é 🙂\n", "'''"):
        assert merge_lines(text, text, text) == (text, False)
    assert merge_lines("a\nb\nc", "A\nb\nc", "a\nb\nC") == ("A\nb\nC", False)
