"""What the timeline of a run costs while it grows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from patina_lab.blobs.store import BlobStore
from patina_lab.document.manifest import wire_cell
from patina_lab.document.runs import RunsDocument
from patina_lab.model.cells import CellStatus, OutputCell
from patina_lab.model.ids import CellId, OutputId, RequestId, Seq
from patina_lab.model.outputs import Stream, write
from patina_lab.runlog.log import RunLog
from patina_lab.runs.publisher import Publisher
from patina_lab.runs.recorder import Recorder
from patina_lab.tasks import Tasks
from patina_lab.tests.model.runs import AT, starting

MESSAGES = 100


async def test_what_a_cell_has_said_is_put_together_when_it_is_shown_not_with_each_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document, tasks, made = RunsDocument("n", "e"), Tasks(), 0
    publisher = Publisher(document)
    log, blobs = RunLog(tmp_path / "run.jsonl"), BlobStore(tmp_path / "blobs")
    recorder = Recorder(starting(), publisher, log, blobs, tasks)
    cell = OutputCell(Seq(1), "one", CellId("c"), "print()", "hash", "Ada", AT, 1, RequestId("r"))
    recorder.open(cell)

    def counting(cell: OutputCell) -> Any:
        nonlocal made
        made += 1
        return wire_cell(cell)

    monkeypatch.setattr("patina_lab.runs.timeline.wire_cell", counting)
    stream = Stream(OutputId("o"), "stdout")
    for number in range(MESSAGES):
        stream, sealed = write(stream, f"{number}\n" * 5_000)
        recorder.keep(sealed)
        cell = replace(cell, status=CellStatus.RUNNING, started=AT, outputs=(stream,))
        recorder.change(cell)
    publisher.flush()
    assert made == 1
    (told,) = recorder.cells()
    assert (told.status, len(told.outputs[0].sealed or [])) == ("running", MESSAGES)
    await recorder.end()
    await tasks.close()
