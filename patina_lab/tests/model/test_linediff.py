"""What is different between two texts, line by line."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from patina_lab.model.linediff import MOST_CHARS, MOST_LINES, Line, line_diff

TEXTS = st.lists(st.sampled_from("abcd"), max_size=40).map("\n".join)


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_from_the_lines(left: str, right: str) -> None:
    lines = line_diff(left, right)
    assert lines is not None
    for side, text in (("left", left), ("right", right)):
        kept = [line for line in lines if line.kind in ("same", "gap", side)]
        assert _matches(kept, text.splitlines())


def _matches(lines: list[Line], text: list[str]) -> bool:
    at = 0
    for line in lines:
        if line.kind == "gap":
            at += int(line.text)
        elif at < len(text) and text[at] == line.text:
            at += 1
        else:
            return False
    return at == len(text)


def test_lines_that_are_the_same_are_left_out_where_nothing_is_near() -> None:
    same = "\n".join(map(str, range(20)))
    lines = line_diff(f"{same}\nold\n{same}", f"{same}\nnew\n{same}")
    assert lines is not None
    assert [line.text for line in lines if line.kind != "same"] == ["17", "old", "new", "17"]
    assert [line.text for line in lines if line.kind == "same"] == ["17", "18", "19", "0", "1", "2"]


def test_texts_that_are_too_long_are_not_compared() -> None:
    assert line_diff("x\n" * (MOST_LINES + 1), "x") is None
    assert line_diff("x" * (MOST_CHARS + 1), "x") is None
