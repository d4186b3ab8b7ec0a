"""A run log adds up to the timeline, whatever the cells said."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patina_lab import wire
from patina_lab.document.manifest import wire_cell
from patina_lab.model import effects as do
from patina_lab.model import events as on
from patina_lab.model.cells import OutputCell
from patina_lab.model.events import Event
from patina_lab.model.ids import KernelId, RequestId, Seq
from patina_lab.model.resuming import Resume
from patina_lab.model.run import KernelSettings, Run, RunStatus
from patina_lab.model.transition import transition
from patina_lab.runlog.folding import LogOrderError, fold
from patina_lab.runlog.growth import growth
from patina_lab.runlog.records import (
    Began,
    Closed,
    Header,
    Heard,
    KernelEnded,
    KernelStarted,
    Opened,
    OutputsCut,
    OutputWritten,
    Record,
    Retitled,
    UndoneCells,
    decode,
    encode,
)
from patina_lab.runlog.revival import ending, going_on, marks, may_live, revived
from patina_lab.tests.model.runs import AT, starting
from patina_lab.tests.model.test_transition_properties import LIFE

HEADER = Header(
    schema=1,
    id="run",
    notebook="n",
    title="Run 1",
    created=AT,
    kernel_name="python3",
    language="python",
)
CHUNKS = st.lists(
    st.builds(
        wire.SealedChunk, blob=st.sampled_from("abc"), bytes=st.just(1), lines=st.integers(0, 2)
    ),
    max_size=4,
)
MANIFESTS = st.lists(
    st.builds(
        wire.Manifest,
        id=st.sampled_from("123"),
        type=st.just("stream"),
        sealed=st.none() | CHUNKS,
        tail=st.text("ab", max_size=2),
    ),
    max_size=5,
)


def cell(seq: int = 1, **changes: object) -> wire.OutputCell:
    fresh = wire.OutputCell(
        seq=seq,
        id=f"run-{seq}",
        cell="a",
        source="x",
        source_hash="h",
        status="queued",
        requested_by="Ada",
        queued=AT,
        session=1,
        outputs=[],
    )
    return msgspec.structs.replace(fresh, **changes)


@given(MANIFESTS, MANIFESTS)
def test_growth_leads_from_any_outputs_to_any_others(
    old: list[wire.Manifest], new: list[wire.Manifest]
) -> None:
    records = [decode(encode(record)) for record in growth(old, new, 1)]
    folded = fold(HEADER, [Opened(cell(outputs=old)), *records])
    assert folded.cells[1].outputs == new


def test_a_stream_that_grew_is_written_without_what_was_written_before() -> None:
    chunks = [wire.SealedChunk(blob=str(n), bytes=1, lines=1) for n in range(100)]
    old = wire.Manifest(id="o", type="stream", sealed=chunks[:99], tail="")
    new = wire.Manifest(id="o", type="stream", sealed=chunks, tail="t")
    (record,) = growth([old], [new], 1)
    assert isinstance(record, OutputWritten)
    assert record.sealed_from == 99
    assert record.output.sealed == chunks[99:]


def test_outputs_that_were_cleared_are_cut() -> None:
    one = wire.Manifest(id="o", type="stream", tail="")
    assert growth([one, one], [one], 1) == [OutputsCut(seq=1, count=1)]


@given(LIFE)
@settings(max_examples=150, deadline=None)
def test_the_log_of_any_life_adds_up_to_its_timeline(events: list[Event]) -> None:
    timeline: dict[int, wire.OutputCell] = {}
    records: list[Record] = []
    run: Run = starting()

    def keep(changed: OutputCell) -> wire.OutputCell:
        before, after = timeline[changed.seq], wire_cell(changed)
        records.extend(growth(before.outputs, after.outputs, changed.seq))
        timeline[changed.seq] = after
        return after

    for event in events:
        run, effects = transition(run, event)
        for effect in effects:
            match effect:
                case do.OpenCell(new):
                    timeline[new.seq] = wire_cell(new)
                    records.append(Opened(timeline[new.seq]))
                case do.ChangeCell(changed):
                    keep(changed)
                case do.CloseCell(closed):
                    after = keep(closed)
                    records.append(
                        Closed(
                            seq=after.seq,
                            status=after.status,
                            ended=after.ended or "",
                            started=after.started,
                            execution_count=after.execution_count,
                        )
                    )
                case _:
                    pass
    folded = fold(HEADER, [decode(encode(record)) for record in records])
    assert _final(folded.cells) == _final(timeline)


def _final(cells: dict[int, wire.OutputCell]) -> dict[int, wire.OutputCell]:
    """Leave out what a log does not have of cells that are still open."""
    return {
        seq: one
        if one.status not in ("queued", "running")
        else msgspec.structs.replace(one, status="queued", started=None, input_request=None)
        for seq, one in cells.items()
    }


@pytest.mark.parametrize(
    "record",
    [
        OutputsCut(seq=9, count=0),
        Closed(seq=9, status="failed", ended=AT),
        OutputWritten(seq=1, index=3, output=wire.Manifest(id="o", type="stream")),
        HEADER,
    ],
)
def test_a_record_that_makes_no_sense_is_refused(record: Record) -> None:
    with pytest.raises(LogOrderError):
        fold(HEADER, [Opened(cell()), record])


def test_a_chunk_that_was_never_written_is_refused() -> None:
    written = OutputWritten(
        seq=1, index=0, output=wire.Manifest(id="o", type="stream", tail=""), sealed_from=5
    )
    with pytest.raises(LogOrderError):
        fold(HEADER, [Opened(cell()), written])


def test_the_fields_of_a_run_are_history_too() -> None:
    error = wire.RunError(message="m", reason="r", hint="h")
    folded = fold(
        HEADER,
        [
            KernelStarted(session=2, kernel_id="k", at=AT),
            Retitled(title="Other"),
            KernelEnded(status="failed", at=AT, error=error),
        ],
    )
    run = revived(folded, "n")
    assert (run.title, run.session, run.status.value) == ("Other", 2, "failed")
    assert run.error is not None
    assert run.error.hint == "h"


def test_what_a_crash_left_open_is_brought_to_an_end() -> None:
    folded = fold(
        HEADER,
        [
            KernelStarted(session=1, kernel_id="k", at=AT),
            Opened(cell(1)),
            Closed(seq=1, status="succeeded", ended=AT),
            Opened(cell(2)),
            Opened(cell(3)),
        ],
    )
    again = fold(
        HEADER,
        [
            KernelStarted(session=1, kernel_id="k", at=AT),
            *map(Opened, folded.cells.values()),
            *ending(folded, AT),
        ],
    )
    assert [one.status for one in again.cells.values()] == ["succeeded", "failed", "not run"]
    assert again.cells[2].outputs[-1].ename == "ServerEnded"
    assert again.status == "lost"
    assert ending(again, AT) == []


def test_a_crash_while_the_kernel_started_ran_nothing() -> None:
    folded = fold(HEADER, [Opened(cell(1))])
    assert [type(record) for record in ending(folded, AT)] == [Closed, KernelEnded]


def test_a_run_goes_on_from_its_log_as_it_was_left() -> None:
    folded = fold(
        HEADER,
        [
            KernelStarted(session=1, kernel_id="k", at=AT),
            *(Opened(cell(seq), f"request {seq}") for seq in (1, 2, 3, 4)),
            Began(seq=1, at=AT),
            Heard(position=7, records=[Closed(seq=1, status="succeeded", ended=AT, started=AT)]),
            Began(seq=2, at=AT),
            Heard(position=9, records=[Closed(seq=2, status="succeeded", ended=AT, started=AT)]),
            UndoneCells(seqs=[2], position=1, at=AT),
            Began(seq=3, at=AT),
            Heard(position=12, resume={3: Resume(clear_on_next=True)}),
        ],
    )
    run = going_on(folded, "n", AT)
    assert folded.position == 12
    assert run.current is not None
    assert (run.current.seq, run.current.clear_on_next) == (3, True)
    assert (run.queue, run.executed, run.before) == ((4,), (1, 3), {1: 0, 2: 1, 3: 1})
    assert run.requests[RequestId("request 2")] == (2,)
    again, effects = transition(run, on.Reattached(KernelId("k"), AT))
    assert again.status is RunStatus.BUSY
    assert effects == (do.SaveRun(),)
    (sent,) = transition(again, on.NeverArrived(Seq(3)))[1]
    assert isinstance(sent, do.SendExecute)
    lost, _ = transition(run, on.KernelLost(AT))
    assert (lost.status, lost.current, lost.waiting) == (RunStatus.LOST, None, ())


def test_a_run_in_which_nothing_began_goes_on_with_what_waits() -> None:
    folded = fold(HEADER, [KernelStarted(session=1, kernel_id="k", at=AT), Opened(cell(1))])
    run = going_on(folded, "n", AT)
    again, effects = transition(run, on.Reattached(KernelId("k"), AT))
    assert again.status is RunStatus.BUSY
    assert [type(effect) for effect in effects][:2] == [do.ChangeCell, do.SendExecute]


def test_what_a_kernel_has_begun_and_the_log_does_not_know_is_not_sent_again() -> None:
    folded = fold(
        HEADER,
        [KernelStarted(session=1, kernel_id="k", at=AT), Opened(cell(1)), Opened(cell(2))],
    )
    run, effects = transition(going_on(folded, "n", AT), on.Began(Seq(1), AT))
    assert run.current is not None
    assert (run.current.seq, run.executed) == (1, (1,))
    assert [type(effect) for effect in effects] == [do.ChangeCell]
    run, effects = transition(run, on.Finished(Seq(1), True, 1, AT))
    assert not any(isinstance(effect, do.SendExecute) for effect in effects)
    run, effects = transition(run, on.Reattached(KernelId("k"), AT))
    sent = [effect for effect in effects if isinstance(effect, do.SendExecute)]
    assert [effect.seq for effect in sent] == [2]
    assert run.status is RunStatus.BUSY


def test_what_a_run_was_started_with_is_what_its_next_kernel_is_told() -> None:
    wanted = KernelSettings(checkpoints=3, on_crash="stop", globals_ms=50)
    header = decode(encode(msgspec.structs.replace(HEADER, settings=wanted)))
    assert isinstance(header, Header)
    folded = fold(header, [KernelStarted(session=1, kernel_id="k", at=AT)])
    assert revived(folded, "n").settings == wanted
    assert going_on(folded, "n", AT).settings == replace(wanted, on_server_stop="keep")
    assert b"settings" not in encode(HEADER)
    assert revived(fold(HEADER, []), "n").settings == KernelSettings()


def test_a_cell_that_is_in_no_log_has_another_mark_than_the_one_with_its_number() -> None:
    started = KernelStarted(session=1, kernel_id="k", at=AT)
    first, second = (
        marks(fold(HEADER, [started, Opened(cell(1), request)])) for request in ("a", "b")
    )
    assert first.keys() == second.keys() == {1}
    assert first != second
    run = going_on(fold(HEADER, [started, Opened(cell(1), "a")]), "n", AT)
    assert run.waiting[0].mark == first[Seq(1)]


def test_a_crash_that_can_be_undone_is_found_again() -> None:
    crash = wire.Crash(reason="killed", seq=1)
    ended = KernelEnded(status="failed", at=AT, crash=crash)
    records: list[Record] = [KernelStarted(session=1, kernel_id="k", at=AT), Opened(cell(1)), ended]
    folded = fold(HEADER, records)
    assert may_live(folded)
    run = going_on(folded, "n", AT)
    assert (run.status, run.crash is not None) == (RunStatus.FAILED, True)
    assert transition(run, on.Reattached(KernelId("k"), AT))[0].status is RunStatus.FAILED
    gone = fold(HEADER, [*records, *ending(folded, AT)])
    assert (gone.status, may_live(gone)) == ("failed", False)
