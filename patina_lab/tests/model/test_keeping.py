"""What goes when only the latest output cells are kept."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from patina_lab.model.keeping import Superfluous, superfluous


@dataclass(frozen=True)
class Cell:
    """An output cell, as far as it counts."""

    seq: int
    status: str = "succeeded"
    pinned: bool = False


def test_the_latest_stay() -> None:
    assert superfluous([Cell(3), Cell(1), Cell(2)], 2) == Superfluous((1,), 0)


def test_none_is_too_many_when_there_are_fewer() -> None:
    assert superfluous([Cell(1)], 5) == Superfluous((), 0)


def test_all_may_go() -> None:
    assert superfluous([Cell(1), Cell(2)], 0) == Superfluous((1, 2), 0)


def test_what_is_pinned_at_work_or_inherited_by_a_fork_stays() -> None:
    cells = [Cell(1), Cell(2), Cell(3, pinned=True), Cell(4, status="running"), Cell(5), Cell(6)]
    assert superfluous(cells, 1, {2}) == Superfluous((5,), 4)


@given(
    st.lists(
        st.builds(
            Cell,
            st.integers(1, 50),
            st.sampled_from(["succeeded", "failed", "queued", "running", "not run"]),
            st.booleans(),
        ),
        unique_by=lambda cell: cell.seq,
    ),
    st.integers(0, 20),
    st.sets(st.integers(1, 50), max_size=3),
)
def test_no_more_goes_than_must_and_none_that_may_not(
    cells: list[Cell], keep: int, shared: set[int]
) -> None:
    found = superfluous(cells, keep, shared)
    gone = [cell for cell in cells if cell.seq in found.seqs]
    assert len(gone) + found.spared == max(0, len(cells) - keep)
    stays = [cell.seq for cell in cells if cell not in gone]
    assert all(sum(seq > cell.seq for seq in stays) >= keep for cell in gone)
    assert not any(cell.pinned or cell.status in ("queued", "running") for cell in gone)
    assert all(cell.seq > max(shared, default=0) for cell in gone)
