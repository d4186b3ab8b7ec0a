"""Requests for the state that say more than they hold."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycrdt import Array, Doc, create_sync_message

from patina_lab.clients.frames import is_malformed


@given(st.integers(0, 2**32 - 1), st.lists(st.text(max_size=5), max_size=5))
def test_what_clients_send_is_well_formed(client: int, items: list[str]) -> None:
    ydoc: Doc[Any] = Doc(client_id=client)
    ydoc.get("a", type=Array).extend(items)
    assert not is_malformed(create_sync_message(ydoc))


@pytest.mark.parametrize(
    "frame",
    [
        b"\x00\x00",
        b"\x00\x00\x00",
        b"\x00\x00\x05\xff\xff\xff\xff\x0f",
        b"\x00\x00\x01\x01",
        b"\x00\x00\x01\x00tail",
        b"\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
    ],
)
def test_what_declares_more_than_it_holds_is_malformed(frame: bytes) -> None:
    assert is_malformed(frame)


@given(st.binary(max_size=40))
def test_no_frame_breaks_the_check(tail: bytes) -> None:
    assert is_malformed(b"\x00\x00" + tail) in (True, False)
