"""Looking for words: which texts have them, and what is shown of the place."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from patina_lab.model.searching import AFTER, BEFORE, Snippet, Text, Words, plain

CELL = (Text("code", "rate = 2\nprint(Rate)"), Text("output", "The result is 42"))


@pytest.mark.parametrize("query", ["rate", "RATE 42"[5:], "rate 42", '"result is"', "42 rate", ""])
def test_all_words_are_somewhere_in_the_cell(query: str) -> None:
    assert Words(query).found(CELL) is not None


@pytest.mark.parametrize("query", ["rates", "rate 43", '"is result"', "RATE"])
def test_one_word_that_is_nowhere_is_enough_to_leave_it_out(query: str) -> None:
    assert Words(query).found(CELL) is None


def test_case_counts_where_the_query_has_upper_case() -> None:
    (snippet,) = Words("Rate").found(CELL) or []
    assert snippet == Snippet("code", "print(", "Rate", ")")


def test_signs_of_regular_expressions_are_signs() -> None:
    assert Words("print(").found(CELL) is not None
    assert Words(".*").found(CELL) is None


def test_no_more_is_read_than_is_needed() -> None:
    def texts() -> Iterator[Text]:
        yield CELL[0]
        raise AssertionError("the word was found already")

    assert Words("rate").found(texts())


def test_a_snippet_is_a_part_of_one_line() -> None:
    line = "a" * 500 + "needle" + "b" * 500
    (snippet,) = Words("needle").found([Text("output", f"before\n{line}\nafter")]) or []
    assert snippet.before == "…" + "a" * BEFORE
    assert snippet.after == "b" * AFTER + "…"


def test_colours_of_the_terminal_are_no_text() -> None:
    assert plain("\x1b[0;31mred\x1b[0m") == "red"
