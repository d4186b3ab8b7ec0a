"""Two people go on with one run; its log has what both did."""

from __future__ import annotations

import pytest

from patina_cli.versions.runlogs import BothLiveError, merge_logs
from patina_lab import wire
from patina_lab.model.resuming import Resume
from patina_lab.runlog.folding import fold
from patina_lab.runlog.growth import without_cells
from patina_lab.runlog.records import (
    Began,
    Closed,
    GlobalsTold,
    Header,
    Heard,
    KernelEnded,
    KernelStarted,
    Opened,
    OutputWritten,
    Pinned,
    Record,
    Retitled,
)

RUN = "3155d440-8c7c-45f8-a2ef-00aa73e97d54"
AT = "2026-11-24T22:00:22.437Z"
HEADER = Header(
    schema=2, id=RUN, notebook="n", title="Run 1", created=AT, kernel_name="k", language="python"
)  # fmt: skip
LOST = KernelEnded(status="lost", at=AT)


def session(number: int, of: str = "") -> KernelStarted:
    return KernelStarted(session=number, kernel_id=f"kernel-{number}-{of}", at=AT)


def opened(seq: int, source: str, of_session: int) -> Opened:
    return Opened(
        wire.OutputCell(
            seq=seq, id=f"{RUN}-{seq}", cell=source, source=source, source_hash="", status="queued",
            requested_by="Ada", queued=AT, session=of_session, outputs=[],
        )
    )  # fmt: skip


def ran(seq: int, source: str, of_session: int) -> list[Record]:
    printed = wire.Manifest(id=f"{RUN}-{seq}-0", type="stream", name="stdout", tail=source)
    row = wire.Global(name=source, type="int", kind="data", summary="1", has_children=False, by=seq)
    return [
        opened(seq, source, of_session),
        OutputWritten(seq=seq, index=0, output=printed),
        Closed(seq=seq, status="succeeded", ended=AT, started=AT),
        GlobalsTold(seq=seq, session=of_session, delta=[row], total=1),
    ]


BASE: list[Record] = [HEADER, session(1), *ran(1, "shared", 1)]


def told(records: list[Record]) -> list[tuple[int, str, int, str]]:
    """Return what a log adds up to: of each output cell its number, code, session, output."""
    cells = fold(HEADER, records[1:]).cells
    return [
        (seq, cell.source, cell.session, cell.outputs[0].tail or "") for seq, cell in cells.items()
    ]


def test_new_sessions_of_both_follow_one_another_with_numbers_of_their_own() -> None:
    ours = [*BASE, LOST, session(2, "ours"), *ran(2, "ours", 2)]
    theirs = [*BASE, LOST, session(2, "theirs"), *ran(2, "theirs", 2), *ran(3, "more", 2)]
    merged = merge_logs(BASE, ours, theirs)
    assert told(merged) == [
        (1, "shared", 1, "shared"),
        (2, "ours", 2, "ours"),
        (3, "theirs", 3, "theirs"),
        (4, "more", 3, "more"),
    ]
    folded = fold(HEADER, merged[1:])
    assert [cell.id for cell in folded.cells.values()] == [f"{RUN}-{n}" for n in (1, 2, 3, 4)]
    assert folded.cells[4].outputs[0].id == f"{RUN}-4-0"
    assert folded.cells[3].globals_changed == ["theirs"]
    assert {row.name: row.by for row in folded.variables.rows()} == {"theirs": 3, "more": 4}


def test_who_went_on_in_the_kernel_that_lived_comes_first_whoever_merges() -> None:
    live = [*BASE, *ran(2, "live", 1)]
    other = [*BASE, LOST, session(2), *ran(2, "other", 2)]
    expected = [
        (1, "shared", 1, "shared"), (2, "live", 1, "live"), (3, "other", 2, "other"),
    ]  # fmt: skip
    assert told(merge_logs(BASE, live, other)) == expected
    assert told(merge_logs(BASE, other, live)) == expected


def test_who_only_opened_the_run_says_nothing_new() -> None:
    base = [*BASE, opened(2, "long", 1)]
    ended = Closed(seq=2, status="failed", ended=AT)
    looked = [*base, ended, LOST]
    finished = [*base, *ran(2, "long", 1)[1:], *ran(3, "next", 1)]
    for ours, theirs in ((looked, finished), (finished, looked)):
        assert merge_logs(base, ours, theirs) == finished


def test_the_end_of_a_cell_is_told_by_who_saw_it() -> None:
    base = [*BASE, opened(2, "long", 1)]
    live = [*base, *ran(2, "long", 1)[1:], *ran(3, "next", 1)]
    lost = Closed(seq=2, status="failed", ended=AT)
    other = [*base, lost, LOST, session(2), *ran(3, "other", 2)]
    cells = fold(HEADER, merge_logs(base, other, live)[1:]).cells
    assert {seq: (cell.source, cell.status) for seq, cell in cells.items()} == {
        1: ("shared", "succeeded"), 2: ("long", "succeeded"),
        3: ("next", "succeeded"), 4: ("other", "succeeded"),
    }  # fmt: skip


def test_pins_and_titles_of_both_are_kept_and_what_one_deleted_is_gone() -> None:
    ours = [*BASE, Pinned(seq=1, pinned=True)]
    theirs = [*BASE, Retitled(title="Best")]
    folded = fold(HEADER, merge_logs(BASE, ours, theirs)[1:])
    assert (folded.title, folded.cells[1].pinned) == ("Best", True)
    gone = [kept for one in BASE if (kept := without_cells(one, {1: False}))]
    for mine, other in ((gone, ours), (ours, gone)):
        assert fold(HEADER, merge_logs(BASE, mine, other)[1:]).cells == {}


def test_what_a_kernel_was_heard_to_say_together_stays_together() -> None:
    begun: list[Record] = [opened(2, "a", 2), Began(seq=2, at=AT)]
    heard = Heard(position=7, records=ran(2, "a", 2)[1:], resume={2: Resume(made=1)})
    ours: list[Record] = [*BASE, LOST, session(2, "ours"), *begun, heard]
    theirs: list[Record] = [*BASE, LOST, session(2, "theirs"), *begun, heard]
    *_, last = merged = merge_logs(BASE, ours, theirs)
    assert told(merged) == [(1, "shared", 1, "shared"), (2, "a", 2, "a"), (3, "a", 3, "a")]
    assert isinstance(last, Heard)
    assert (last.position, list(last.resume)) == (7, [3])
    assert fold(HEADER, merged[1:]).executed == [3], "of the session that is the last one"


def test_two_that_went_on_in_one_session_are_not_merged() -> None:
    with pytest.raises(BothLiveError):
        merge_logs(BASE, [*BASE, *ran(2, "a", 1)], [*BASE, *ran(2, "b", 1)])


def test_one_side_alone_is_taken_as_it_is() -> None:
    more = [*BASE, *ran(2, "more", 1)]
    assert merge_logs(BASE, BASE, more) == more
    assert merge_logs(BASE, more, BASE) == more
    assert merge_logs([], more, more) == more
