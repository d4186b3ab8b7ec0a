"""Two versions of one notebook, merged: both sides' changes are there, whatever they are."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from patina_lab.document.format import Cell, TsnbDocument
from patina_lab.document.merging import merge
from patina_lab.document.textmerge import merged as merged_text
from patina_lab.tests.document.strategies import DOCUMENTS


def notebook(**sources: str) -> TsnbDocument:
    cells = tuple(Cell(name, "code", source) for name, source in sources.items())
    return TsnbDocument("n", "python3", "python", cells)


def sources(document: TsnbDocument) -> dict[str, str]:
    return {cell.id: cell.source for cell in document.cells}


BASE = notebook(a="1", b="one\ntwo\nthree", c="3")


def test_changes_of_different_cells_are_both_there() -> None:
    ours = notebook(a="1!", b="one\ntwo\nthree", c="3")
    theirs = notebook(a="1", b="one\ntwo\nthree", c="3!", d="4")
    result = merge(BASE, ours, theirs)
    expected = {"a": "1!", "b": "one\ntwo\nthree", "c": "3!", "d": "4"}
    assert sources(result.document) == expected
    assert result.conflicts == ()


def test_changes_of_different_lines_of_a_cell_are_joined() -> None:
    ours = notebook(a="1", b="ONE\ntwo\nthree", c="3")
    theirs = notebook(a="1", b="one\ntwo\nTHREE\nfour", c="3")
    assert sources(merge(BASE, ours, theirs).document)["b"] == "ONE\ntwo\nTHREE\nfour"


def test_of_the_same_lines_both_versions_are_kept_theirs_below_ours() -> None:
    ours, theirs = (notebook(a="1", b=f"one\n{who}\nthree", c="3") for who in ("we", "they"))
    result = merge(BASE, ours, theirs)
    assert result.conflicts == ("b",)
    assert list(sources(result.document).items())[1:3] == [
        ("b", "one\nwe\nthree"),
        ("b-other", "one\nthey\nthree"),
    ]


def test_a_cell_that_one_side_deleted_and_the_other_changed_stays() -> None:
    for ours, theirs in ((notebook(a="1", c="3"), notebook(a="1", b="new", c="3")),):
        assert sources(merge(BASE, ours, theirs).document) == {"a": "1", "b": "new", "c": "3"}
        assert sources(merge(BASE, theirs, ours).document) == {"a": "1", "b": "new", "c": "3"}
    assert sources(merge(BASE, notebook(a="1", c="3"), BASE).document) == {"a": "1", "c": "3"}


def test_cells_are_in_the_order_of_who_moved_them_and_new_ones_stay_where_they_were_put() -> None:
    moved = notebook(c="3", a="1", b="one\ntwo\nthree")
    added = notebook(a="1", new="x", b="one\ntwo\nthree", c="3")
    assert list(sources(merge(BASE, moved, added).document)) == ["c", "a", "new", "b"]
    assert list(sources(merge(BASE, added, moved).document)) == ["c", "a", "new", "b"]


def test_metadata_is_merged_key_by_key() -> None:
    base = replace(BASE, metadata={"a": 1, "b": 1, "c": 1})
    ours = replace(BASE, metadata={"a": 2, "b": 1, "c": 1})
    theirs = replace(BASE, metadata={"a": 1, "c": 1, "d": 4})
    assert merge(base, ours, theirs).document.metadata == {"a": 2, "c": 1, "d": 4}


@given(DOCUMENTS, DOCUMENTS)
def test_what_only_one_side_changed_is_as_that_side_has_it(
    base: TsnbDocument, other: TsnbDocument
) -> None:
    other = replace(other, id=base.id)
    assert merge(base, base, other).document == other
    assert merge(base, other, base).document == other
    assert merge(base, other, other).document == other


LINES = st.lists(st.sampled_from(["a", "b", "c", "", "d"]), max_size=6).map("\n".join)


@given(LINES, LINES, LINES)
def test_no_line_that_a_side_has_added_is_lost(base: str, ours: str, theirs: str) -> None:
    mine = "\n".join([*ours.split("\n"), "only ours"])
    others = "\n".join(["only theirs", *theirs.split("\n")])
    result = merge(notebook(x=base), notebook(x=mine), notebook(x=others))
    text = "\n".join(sources(result.document).values())
    assert text.count("only ours") == 1
    assert text.count("only theirs") == 1


@given(LINES, LINES, LINES)
def test_a_text_is_merged_the_same_from_either_side(base: str, ours: str, theirs: str) -> None:
    assert merged_text(base, ours, theirs) == merged_text(base, theirs, ours)
