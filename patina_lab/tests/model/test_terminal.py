r"""A stream as a terminal shows it: `\r`, `\b`, cursor moves and colours, in pieces of any size."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patina_lab.model.terminal import WINDOW_CHARS, WINDOW_LINES, Terminal, feed

PLAIN = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.just("\n"), max_size=80)
MOVES = st.sampled_from(
    [
        "\r",
        "\b",
        "\x1b[A",
        "\x1b[2A",
        "\x1b[B",
        "\x1b[3C",
        "\x1b[D",
        "\x1b[1G",
        "\x1b[K",
        "\x1b[1K",
        "\x1b[2K",
        "\x1b[J",
        "\x1b[31m",
        "\x1b[1m",
        "\x1b[0m",
        "\x1b[?25l",
        "\x1b]0;title\x07",
        "\r\n",
        "abc",
        "é😀",
        "\n",
    ]
)


def shown(*pieces: str) -> str:
    """Return all text, settled and not, after these writes."""
    terminal, text = Terminal(), ""
    for piece in pieces:
        terminal, settled = feed(terminal, piece)
        text += settled
    return text + terminal.window


def look(text: str) -> list[tuple[str, frozenset[str]]]:
    """Return each character with the colour and weight it is seen in."""
    style: dict[str, str] = {}
    seen = []
    for sequence, char in re.findall(r"\x1b\[(\d*)m|([^\x1b])", text):
        if char:
            # The end of a line has no look.
            seen.append((char, frozenset(() if char == "\n" else style.values())))
        elif sequence in ("", "0"):
            style.clear()
        else:
            style["colour" if sequence.startswith("3") else sequence] = sequence
    return seen


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        (["a\n", "b\n"], "a\nb\n"),
        (["10%\r", "20%\r", "done"], "done"),
        (["100%\r", "5%"], "5%0%"),
        (["loading\r\n", "next"], "loading\nnext"),
        (["loading\r", "\nnext"], "loading\nnext"),
        (["abc\b\bX"], "aXc"),
        (["\b\babc"], "abc"),
        (["one\ntwo\x1b[A\rONE"], "ONE\ntwo"),
        (["one\ntwo\n\x1b[2A", "X"], "Xne\ntwo\n"),
        (["abcdef\x1b[3D\x1b[K"], "abc"),
        (["abcdef\r\x1b[2K", "x"], "x"),
        (["abcdef\x1b[3D\x1b[1K"], "    ef"),
        (["one\ntwo\x1b[A\x1b[J"], "one"),
        (["ab\x1b[5Gc"], "ab  c"),
        (["a\x1b[3Cb"], "a   b"),
        (["junk\x1b[2Jclean"], "clean"),
        (["a\x1b[?25lb\x1b[6nc"], "abc"),
        (["a\x1b]0;window title\x07b"], "ab"),
        (["a\x1b", "[", "2", "D", "b"], "b"),
        (["\x1b[31mred\x1b[0m plain"], "\x1b[31mred\x1b[0m plain"),
    ],
)
def test_a_stream_looks_as_on_a_terminal(pieces: list[str], expected: str) -> None:
    assert shown(*pieces) == expected


def test_a_colour_goes_on_across_writes_and_overwritten_text_takes_the_new_one() -> None:
    text = shown("\x1b[31mred", "der\r\x1b[32mG\x1b[0m")
    assert look(text) == look("\x1b[32mG\x1b[0m\x1b[31medder")


def test_a_progress_bar_of_several_lines_is_drawn_in_place() -> None:
    frames = [f"epoch {n}\nloss {9 - n}\n\x1b[2A" for n in range(5)]
    assert shown(*frames, "\x1b[2B") == "epoch 4\nloss 5\n"


def test_a_cursor_cannot_reach_what_is_settled() -> None:
    lines = "".join(f"{n}\n" for n in range(WINDOW_LINES * 3))
    text = shown(lines, "\x1b[9999A\rX")
    assert text.startswith("0\n1\n2\n")
    assert text.count("X") == 1


def test_huge_lines_keep_the_changeable_part_small() -> None:
    terminal, settled = feed(Terminal(), "x" * 1_000_000)
    assert len(terminal.window) <= WINDOW_CHARS
    assert len(settled) + len(terminal.window) == 1_000_000


def test_a_huge_line_after_a_return_is_kept_as_well() -> None:
    assert shown("a\r", "x" * 100_000) == "x" * 100_000


def test_a_million_returns_take_time_in_proportion() -> None:
    def seconds(count: int) -> float:
        began = time.process_time()
        shown(*("working " + str(n) + "\r" for n in range(count)))
        return time.process_time() - began

    seconds(100)
    assert seconds(8_000) < 16 * max(seconds(1_000), 0.005)


@given(st.lists(PLAIN, max_size=20))
def test_plain_text_is_never_changed_however_it_is_cut(pieces: list[str]) -> None:
    assert shown(*pieces) == "".join(pieces)


@given(st.lists(MOVES, max_size=30), st.data())
def test_it_does_not_matter_where_a_stream_is_cut(moves: list[str], data: st.DataObject) -> None:
    text = "".join(moves)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=5)))
    pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    assert look(shown(*pieces)) == look(shown(text))


@given(st.text(st.sampled_from("\x1b[]0;1239mAKJGCDB\r\b\n\x07 ab\x00\x9b")))
def test_no_sequence_breaks_it(text: str) -> None:
    assert isinstance(shown(text), str)
