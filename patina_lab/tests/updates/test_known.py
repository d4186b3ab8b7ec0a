"""Whether an update fits what a document has."""

from __future__ import annotations

from typing import Any

import pytest
from pycrdt import Array, Doc, Map, Text

from patina_lab.tests.crafted import number
from patina_lab.updates.content import MalformedUpdateError, decoded
from patina_lab.updates.known import MOST_DEPTH, GapError, Known


def document() -> Doc[Any]:
    ydoc: Doc[Any] = Doc(client_id=5)
    cells: Array[Any] = ydoc.get("cells", type=Array)
    cells.append(Map({"source": Text("x = 1"), "metadata": Map({})}))
    return ydoc


def known(ydoc: Doc[Any]) -> Known:
    has = Known()
    has.learn(decoded(ydoc.get_update()))
    return has


def edited(ydoc: Doc[Any], client: int = 9) -> Doc[Any]:
    copy: Doc[Any] = Doc(client_id=client)
    copy.apply_update(ydoc.get_update())
    return copy


def test_edits_fit_one_after_the_other() -> None:
    ydoc = document()
    has, copy = known(ydoc), edited(ydoc)
    cells: Array[Any] = copy.get("cells", type=Array)
    before = copy.get_state()
    cells[0]["source"].insert(2, "é😀")
    del cells[0]["source"][0:1]
    cells.insert(0, Map({"source": Text("new")}))
    update = decoded(copy.get_update(before))
    has.examine(update)
    has.learn(update)
    assert has.end(9) > 3


def test_what_comes_before_is_missed() -> None:
    ydoc = document()
    has, copy = known(ydoc), edited(ydoc)
    cells: Array[Any] = copy.get("cells", type=Array)
    cells[0]["source"].insert(0, "first")
    before = copy.get_state()
    cells[0]["source"].insert(0, "second")
    with pytest.raises(GapError, match="came before"):
        has.examine(decoded(copy.get_update(before)))
    with pytest.raises(GapError, match="refers to"):
        Known().examine(decoded(copy.get_update(ydoc.get_state())))


def test_what_is_deleted_is_missed() -> None:
    with pytest.raises(GapError, match="deletes"):
        Known().examine(decoded(b"\x00\x01\x05\x01\x00\x03"))


def nested(client: int, levels: int, start: int = 0) -> bytes:
    """Return an update of maps each in the one before; the first is in the map `meta`."""
    structs = b""
    for level in range(start, start + levels):
        place = b"\x01\x04meta" if level == 0 else b"\x00" + bytes([client]) + number(level - 1)
        structs += b"\x27" + place + b"\x01k\x01"
    return b"\x01" + number(levels) + bytes([client]) + number(start) + structs + b"\x00"


def test_types_are_not_nested_without_end_in_one_update_or_in_many() -> None:
    has = Known()
    fitting = decoded(nested(9, MOST_DEPTH + 1))
    has.examine(fitting)
    with pytest.raises(MalformedUpdateError, match="too deep"):
        has.examine(decoded(nested(9, 100_000)))
    has.learn(fitting)
    with pytest.raises(MalformedUpdateError, match="too deep"):
        has.examine(decoded(nested(9, 1, MOST_DEPTH + 1)))


def test_what_goes_round_in_a_circle_is_refused() -> None:
    one = b"\x87\x05\x00\x01"
    other = b"\x87\x09\x00\x01"
    update = b"\x02\x01\x09\x00" + one + b"\x01\x05\x00" + other + b"\x00"
    with pytest.raises(MalformedUpdateError, match="circle"):
        Known().examine(decoded(update))
