"""The model's outputs as the wire has them."""

from dataclasses import replace

import msgspec

from patina_lab import wire
from patina_lab.document.manifest import manifest, wire_cell, wire_run
from patina_lab.model import events as on
from patina_lab.model.ids import OutputId, Seq
from patina_lab.model.outputs import Display, ErrorOutput, Stream, bundle, write
from patina_lab.model.run import Phase, RunError
from patina_lab.tests.model.runs import AT, after, busy, starting
from patina_lab.text import Text


def test_a_stream_is_its_chunks_and_its_tail() -> None:
    stream, blobs = write(Stream(OutputId("o"), "stderr"), "line\n" * 3_000)
    shape = manifest(stream)
    assert (shape.type, shape.name) == ("stream", "stderr")
    assert [chunk.blob for chunk in shape.sealed or ()] == [blob.hash for blob in blobs]
    assert shape.tail == stream.tail


def test_a_display_names_its_blobs_and_holds_the_rest() -> None:
    data, blobs = bundle({"text/plain": "x", "text/html": "y" * 9_000})
    shape = manifest(Display(OutputId("o"), data, {"m": 1}, "d", 3, is_result=True))
    assert shape == wire.Manifest(
        id="o",
        type="execute_result",
        display_id="d",
        execution_count=3,
        data={
            "text/plain": wire.MimeValue(inline="x"),
            "text/html": wire.MimeValue(blob=blobs[0].hash, bytes=9_000),
        },
        metadata={"m": 1},
    )


def test_an_error_has_its_traceback() -> None:
    assert manifest(ErrorOutput(OutputId("o"), "E", "v", ("t",))) == wire.Manifest(
        id="o", type="error", ename="E", evalue="v", traceback=["t"]
    )


def test_a_question_is_part_of_its_output_cell() -> None:
    run = after(busy(), on.InputRequested(Seq(1), "Key: ", password=True))
    assert run.current is not None
    assert wire_cell(run.current).input_request == wire.InputRequest(prompt="Key: ", password=True)


def test_a_run_says_what_it_does_and_what_is_wrong() -> None:
    run = replace(
        starting(),
        phase=Phase(Text("Starting"), AT, 7),
        error=RunError(Text("m"), Text("r"), Text("h")),
    )
    fields = msgspec.to_builtins(wire_run(run))
    assert fields["phase"] == {"name": "Starting", "since": AT, "previous_ms": 7}
    assert fields["error"] == {"message": "m", "reason": "r", "hint": "h"}
    assert fields["queue"] == []
