"""A stream that grows is printed once, whatever is sealed meanwhile."""

from __future__ import annotations

from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from patina_cli.outputs import Blobs
from patina_cli.progress import StreamText

CHUNK = 8


class Stored:
    """Chunks, as the server keeps them."""

    def __init__(self, text: str) -> None:
        self._text = text

    def text(self, name: str) -> str:
        at = int(name)
        return self._text[at : at + CHUNK]


def manifest(text: str, sealed: int) -> dict[str, Any]:
    chunks = [{"blob": str(at)} for at in range(0, sealed * CHUNK, CHUNK)]
    return {"type": "stream", "sealed": chunks, "tail": text[sealed * CHUNK :]}


@given(
    st.text("ab\n", max_size=100),
    st.lists(st.tuples(st.integers(0, 100), st.integers(0, 12)), max_size=12),
)
def test_a_stream_is_printed_once_in_whole_lines(text: str, looks: list[tuple[int, int]]) -> None:
    stream, blobs = StreamText(), cast("Blobs", Stored(text))
    printed, sealed = "", 0
    for length in sorted(length for length, _ in looks):
        seen = text[:length]
        sealed = max(sealed, min(dict(looks)[length], len(seen) // CHUNK))
        printed += stream.news(manifest(seen, sealed), blobs, final=False)
        assert seen.startswith(printed)
        assert not printed or printed.endswith("\n")
    sealed = max(sealed, len(text) // CHUNK)
    assert printed + stream.news(manifest(text, sealed), blobs, final=True) == text
    assert stream.news(manifest(text, sealed), blobs, final=True) == ""


def test_a_line_that_was_rewritten_is_printed_as_it_is_now() -> None:
    stream, blobs = StreamText(), cast("Blobs", Stored(""))
    assert stream.news(manifest("a\n10 %\n", 0), blobs, final=False) == "a\n10 %\n"
    assert stream.news(manifest("a\n90 %\nb", 0), blobs, final=True) == "90 %\nb"
