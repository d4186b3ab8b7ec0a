"""Updates that are looked into before a document gets them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycrdt import Array, Doc, Map, Text

from patina_lab.tests.crafted import gc, number, numbers_of
from patina_lab.updates.content import MalformedUpdateError, decoded

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False)
    | st.text(max_size=9)
    | st.binary(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=12,
)


@given(st.lists(VALUES, max_size=5), st.lists(st.text(max_size=20), max_size=5))
def test_what_a_document_says_is_understood_to_the_last_byte(
    values: list[Any], texts: list[str]
) -> None:
    ydoc: Doc[Any] = Doc(client_id=3)
    array: Array[Any] = ydoc.get("cells", type=Array)
    with ydoc.transaction():
        array.extend(values)
    for text in texts:
        with ydoc.transaction():
            array.append(Map({"source": Text(text), "metadata": Map({"a": 1}), "b": Array([1])}))
    if values:
        del array[0]
    update = decoded(ydoc.get_update())
    numbers = numbers_of(ydoc.get_state())
    ends = {
        client: structs[-1].clock + structs[-1].length for client, structs in update.structs.items()
    }
    assert ends == dict(zip(numbers[1::2], numbers[2::2], strict=True))


@given(st.binary(max_size=60))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    try:
        decoded(data)
    except MalformedUpdateError:
        return


def any_value(body: bytes) -> bytes:
    return b"\x01\x01\x07\x00\x28\x01\x01a\x01k\x01" + body + b"\x00"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (gc(2**32 - 2), "too large"),
        (gc(2**30), "implausible"),
        (gc(1, clock=2**31), "implausible"),
        (gc(0), "implausible"),
        (gc(1)[:-1], "too early"),
        (gc(1) + b"\x00", "longer"),
        (b"\x01\x01\x07\x00\x0a\x01\x80\x00", "too large or too long"),
        (b"\xff\xff\xff\xff\x07", "more than it holds"),
        (b"\x01\xff\xff\xff\xff\x07\x07\x00\x00", "more than it holds"),
        (any_value(b"\x75\x01" * 100_000 + b"\x7e"), "nested too deep"),
        (any_value(b"\x76\x01\x01a" * 100_000 + b"\x7e"), "nested too deep"),
        (any_value(b"\x75\xff\xff\xff\xff\x07\x7e"), "more than it holds"),
        (any_value(b"\x75" + number(300_000) + b"\x7e" * 300_000), "too many parts"),
        (any_value(b"\x77\x02\xff\xff"), "no UTF-8"),
        (any_value(b"\x01"), "no known kind"),
        (any_value(b"\x7d" + b"\xff" * 40 + b"\x00"), "too long"),
        (b"\x01\x01\x07\x00\x21\x01\x01a\x01k\x00\x00", "implausible"),
        (b"\x01\x01\x07\x00\x2b\x01\x01a\x01k\x00", "no notebook"),
        (b"\x01\x01\x07\x00\x27\x01\x01a\x01k\x07\x00", "too large"),
        (b"\x02\x01\x07\x00\x00\x01\x01\x07\x01\x00\x01\x00", "twice"),
        (b"\x00\x01\x07\x01" + number(2**31) + b"\x01", "implausible"),
    ],
)
def test_what_no_client_sends_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(MalformedUpdateError, match=why):
        decoded(data)
