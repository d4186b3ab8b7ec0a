"""Outputs: streams are sealed in chunks, large values become blobs."""

import base64

from hypothesis import given
from hypothesis import strategies as st

from patina_lab.model.ids import OutputId
from patina_lab.model.outputs import (
    CHUNK_CHARS,
    INLINE_BYTES,
    TAIL_BYTES,
    Blob,
    BlobValue,
    Inline,
    Stream,
    bundle,
    shortened,
    storable_json,
    write,
)

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.just("\n"), max_size=3_000)


def written(*pieces: str) -> tuple[Stream, str]:
    """Return the stream after these writes, and its whole text as readers put it together."""
    kept: dict[str, bytes] = {}
    stream = Stream(OutputId("o"), "stdout")
    for piece in pieces:
        stream, blobs = write(stream, piece)
        kept |= {blob.hash: blob.data for blob in blobs}
    sealed = b"".join(kept[chunk.blob] for chunk in stream.sealed).decode()
    return stream, sealed + stream.tail


@given(st.lists(TEXT, max_size=12))
def test_the_chunks_and_the_tail_are_the_whole_text_in_order(pieces: list[str]) -> None:
    stream, text = written(*pieces)
    assert text == "".join(pieces)
    assert len(stream.tail.encode()) <= TAIL_BYTES + 4 * 1_000


def test_a_long_stream_is_sealed_at_line_ends_and_counts_its_lines() -> None:
    lines = "".join(f"line {number}\n" for number in range(20_000))
    stream, text = written(lines)
    assert text == lines
    assert all(chunk.bytes <= CHUNK_CHARS for chunk in stream.sealed)
    assert sum(chunk.lines for chunk in stream.sealed) + stream.tail.count("\n") == 20_000


def test_one_line_without_end_is_sealed_too() -> None:
    stream, text = written("ü" * 200_000)
    assert text == "ü" * 200_000
    assert len(stream.tail) < TAIL_BYTES


def test_half_a_character_is_replaced_since_no_file_can_hold_it() -> None:
    assert written("a\ud800b")[1] == "a\ufffd\ufffd\ufffdb"


def test_small_values_are_inline_and_large_ones_are_blobs() -> None:
    data, blobs = bundle({"text/plain": "x", "text/html": "y" * INLINE_BYTES})
    assert data["text/plain"] == Inline("x")
    assert data["text/html"] == BlobValue(blobs[0].hash, INLINE_BYTES)
    assert blobs == (Blob.of(b"y" * INLINE_BYTES),)


def test_images_are_kept_as_bytes_but_svg_as_text() -> None:
    png = bytes(range(256)) * 64
    data, blobs = bundle(
        {"image/png": base64.b64encode(png).decode(), "image/svg+xml": "<svg/>" * 2_000}
    )
    assert isinstance(data["image/png"], BlobValue)
    assert {blob.data for blob in blobs} == {png, b"<svg/>" * 2_000}


def test_an_image_that_is_no_base64_is_kept_as_it_came() -> None:
    odd = "a" * (INLINE_BYTES * 2 + 1)
    assert bundle({"image/png": odd})[1][0].data == odd.encode()


def test_json_values_stay_json() -> None:
    assert bundle({"application/json": {"a": [1, None, True]}})[0] == {
        "application/json": Inline({"a": [1, None, True]})
    }


def test_what_documents_cannot_hold_is_made_text() -> None:
    assert storable_json({"\ud800": [2**70, True, 2**53, ("x",)]}) == {
        "\ufffd\ufffd\ufffd": [str(2**70), True, 2**53, ["x"]]
    }


def test_a_long_message_keeps_its_beginning_and_its_end() -> None:
    text = shortened("a" * 50 + "b" * 50, 20)
    assert text.startswith("aaaaaaaaaa\n[... 80 characters left out ...]")
    assert text.endswith("bbbbbbbbbb")
