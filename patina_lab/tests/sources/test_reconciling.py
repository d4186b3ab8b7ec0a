"""What becomes of an open notebook when its file says something else."""

from __future__ import annotations

from patina_lab.document.format import Cell, TsnbDocument, read, write
from patina_lab.sources.reconciling import (
    Become,
    OtherNotebook,
    Same,
    Unreadable,
    nearest,
    reconcile,
)


def text(*sources: str, name: str = "n") -> str:
    cells = tuple(Cell(f"cell-{n}", "code", source) for n, source in enumerate(sources, 1))
    return write(TsnbDocument(name, "python3", "python", cells))


def test_a_file_that_says_what_was_agreed_changes_nothing_whatever_was_typed() -> None:
    assert reconcile(text("1"), text("typed"), text("1")) == Same()


def test_a_document_nobody_edited_becomes_the_file_with_its_comments() -> None:
    commented = text("2") + "# a comment\n"
    assert reconcile(text("1"), text("1"), commented) == Become(commented)


def test_edits_on_both_sides_are_merged() -> None:
    outcome = reconcile(text("1", "2"), text("1!", "2"), text("1", "2!"))
    assert isinstance(outcome, Become)
    assert [cell.source for cell in read(outcome.text).cells] == ["1!", "2!"]
    assert not outcome.lost


def test_a_file_that_is_no_notebook_leaves_the_document() -> None:
    assert isinstance(reconcile(text("1"), text("1"), "<<<<<<< ours"), Unreadable)


def test_of_two_texts_that_a_file_may_have_had_it_was_made_of_the_nearest() -> None:
    old, new = text("1", "2"), text("1", "2, typed")
    changed = text("1, by hand", "2, typed")
    assert nearest([old, new], changed) == nearest([new, old], changed) == new
    assert nearest([old, new], old) == old
    assert nearest([], changed) is None


def test_another_notebook_leaves_the_document() -> None:
    assert reconcile(text("1"), text("1"), text("1", name="m")) == OtherNotebook("m")


def test_a_copy_with_an_id_of_its_own_is_still_the_copy_that_the_file_is() -> None:
    outcome = reconcile(text("1"), text("1", name="own"), text("2"))
    assert isinstance(outcome, Become)
    assert (read(outcome.text).id, read(outcome.text).cells[0].source) == ("own", "2")


def test_what_was_typed_is_called_lost_where_nothing_is_known_of_before() -> None:
    assert reconcile(None, text("typed"), text("1")) == Become(text("1"), lost=True)


def test_a_file_that_was_mended_is_read_again() -> None:
    assert reconcile("broken", "broken", text("1")) == Become(text("1"))
