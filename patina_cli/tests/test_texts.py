"""Nothing in a notebook steers a terminal."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from patina_cli.texts import coloured, duration, one_line, plain, sentences, size

STEERING = st.lists(
    st.sampled_from(
        ["a", "\n", "\x1b[31m", "\x1b[0m", "\x1b[2J", "\x1b]0;title\x07", "\x1b]52;c;eA==\x1b\\",
         "\x1bc", "\x1b[6n", "\x9b31m", "\r", "\x08", "\x1b", "[", "]", "\u202e", "\x1bPq\x1b\\"]
    )
).map("".join)  # fmt: skip


@given(STEERING)
def test_a_plain_text_has_no_control_character_but_newlines(text: str) -> None:
    left = plain(text)
    assert all(char == "\n" or char.isprintable() for char in left)
    assert plain(left) == left


@given(STEERING)
def test_in_a_coloured_text_colours_are_all_that_is_left(text: str) -> None:
    left = coloured(text).replace("\x1b[31m", "").replace("\x1b[0m", "")
    assert all(char == "\n" or char.isprintable() for char in left)


def test_colours_stay_where_they_are_and_titles_go() -> None:
    assert coloured("\x1b]0;x\x07a\x1b[31mb\x1b[0m\x1b[2Kc") == "a\x1b[31mb\x1b[0mc"
    assert plain("\x1b]0;x\x07a\x1b[31mb\x1b[0m\x1b[2Kc") == "abc"


def test_sizes_spans_and_lines_are_short() -> None:
    assert [size(n) for n in (None, 0, 999, 12_345, 3_400_000_000)] == [
        "", "0 B", "999 B", "12 KB", "3.4 GB",
    ]  # fmt: skip
    assert [duration(n) for n in (0.04, 61, 3_725)] == ["0.0 s", "1 min 1 s", "1 h 2 min"]
    assert one_line("a\n  b" + "c" * 90, 10) == "a bcccccc…"


def test_sentences_have_one_end_each() -> None:
    assert sentences("It failed", "No disk.", "Free some.") == "It failed. No disk. Free some."
    assert sentences("It failed.", "", "Really?", "Yes") == "It failed. Really? Yes"
    assert sentences("", "") == ""
