"""The output cells of a run as they are now."""

from __future__ import annotations

from dataclasses import replace

import pytest

from patina_lab.document.manifest import wire_cell
from patina_lab.model.cells import CellStatus, OutputCell
from patina_lab.model.ids import CellId, OutputId, RequestId, Seq
from patina_lab.model.outputs import Display, Inline
from patina_lab.runs.timeline import Timeline
from patina_lab.tests.model.runs import AT


def cell(seq: int, *outputs: Display, status: CellStatus = CellStatus.QUEUED) -> OutputCell:
    plain = OutputCell(Seq(seq), "one", CellId("c"), "x", "hash", "Ada", AT, 1, RequestId("r"))
    return replace(plain, status=status, outputs=outputs)


def shown(text: str, display_id: str | None = "d") -> Display:
    return Display(OutputId("o"), {"text/plain": Inline(text)}, {}, display_id)


def opened(*cells: OutputCell) -> Timeline:
    timeline = Timeline()
    for one in cells:
        timeline.put(wire_cell(one))
    return timeline


def test_what_grows_is_seen_when_it_is_asked_for_and_what_is_marked_stays() -> None:
    timeline = opened(cell(2), cell(1))
    timeline.alter(1, pinned=True, undone=True, globals_changed=["x"])
    timeline.grow(cell(1, shown("a"), status=CellStatus.RUNNING))
    now = timeline[1]
    assert (now.status, now.pinned, now.undone, now.globals_changed) == (
        "running",
        True,
        True,
        ["x"],
    )
    assert len(now.outputs) == 1
    assert [one.seq for one in timeline.all()] == [1, 2]


def test_whether_a_cell_is_queued_is_known_without_putting_it_together() -> None:
    timeline = opened(cell(1))
    assert timeline.is_queued(1)
    timeline.grow(cell(1, status=CellStatus.RUNNING))
    assert not timeline.is_queued(1)


def test_an_update_of_a_display_reaches_each_cell_that_shows_it_and_names_those() -> None:
    timeline = opened(cell(1), cell(2), cell(3))
    for seq, display in ((1, shown("old")), (2, shown("old", "other")), (3, shown("new"))):
        timeline.grow(cell(seq, display))
        assert timeline[seq].outputs
    assert timeline.update_display(shown("new")) == [1]
    data = [one.outputs[0].data for one in timeline.all()]
    assert data[0] == data[2] != data[1]


def test_a_cell_that_is_taken_out_can_be_put_back_and_one_that_is_forgotten_shows_nothing() -> None:
    timeline = opened(cell(1))
    timeline.grow(cell(1, shown("old")))
    before = timeline[1]
    timeline.take_out(1)
    assert 1 not in timeline
    with pytest.raises(KeyError):
        timeline[1]
    assert timeline.update_display(shown("new")) == []
    timeline.put(before)
    assert timeline.update_display(shown("new")) == [1]
    timeline.take_out(1)
    timeline.forget({1: False})
    timeline.put(before)
    assert timeline.update_display(shown("newer")) == []
