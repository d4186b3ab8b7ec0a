"""A notebook with a long history, as running it for weeks would have left it on disk."""

from __future__ import annotations

import hashlib
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.server import tsnb
from patina_lab import wire
from patina_lab.runlog.records import (
    SCHEMA,
    Closed,
    GlobalsTold,
    Header,
    KernelEnded,
    KernelStarted,
    Opened,
    OutputWritten,
    Record,
    encode,
)

START = datetime(2026, 1, 1, tzinfo=UTC)


def moment(second: float) -> str:
    """Return a time as the wire has it."""
    at = START + timedelta(seconds=second)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def write_history(root: Path, name: str, cells: int, outputs: int) -> int:
    """Write a notebook of some cells whose one run has many output cells.

    Output cell n printed "output n". Returns the bytes of the run log.
    """
    notebook, run = str(uuid.uuid4()), str(uuid.uuid4())
    sources = [f"print('output', counter, {index})" for index in range(cells)]
    (root / name).write_text(tsnb(sources, notebook=notebook), encoding="utf-8")
    records: list[Record] = [
        Header(
            schema=SCHEMA,
            id=run,
            notebook=notebook,
            title="Run 1",
            created=moment(0),
            kernel_name="patina-python",
            language="python",
        ),
        KernelStarted(session=1, kernel_id=str(uuid.uuid4()), at=moment(0)),
    ]
    for seq in range(1, outputs + 1):
        source = sources[seq % cells]
        hashed = hashlib.sha256(source.encode()).hexdigest()
        cell = wire.OutputCell(
            seq=seq,
            id=f"{run}-{seq}",
            cell=f"c{seq % cells}",
            source=source,
            source_hash=hashed,
            status="queued",
            requested_by="somebody",
            queued=moment(seq),
            session=1,
            outputs=[],
        )
        output = wire.Manifest(
            id=f"{run}-{seq}-0", type="stream", name="stdout", sealed=[], tail=f"output {seq}\n"
        )
        records += [
            Opened(cell),
            OutputWritten(seq=seq, index=0, output=output),
            Closed(
                seq=seq,
                status="succeeded",
                started=moment(seq),
                ended=moment(seq + 0.5),
                execution_count=seq,
            ),
        ]
    records.append(KernelEnded(status="stopped", at=moment(outputs + 1)))
    folder = root / f"{name}.runs"
    folder.mkdir()
    data = b"".join(map(encode, records))
    (folder / f"{run}.jsonl").write_bytes(data)
    return len(data)


def write_variables(root: Path, name: str, count: int) -> None:
    """Write a notebook whose one run has so many variables; its kernel has ended in a crash.

    How many variables a kernel tells of depends on how long it takes; here it is always all.
    """
    write_history(root, name, 1, 1)
    (log,) = (root / f"{name}.runs").glob("*.jsonl")
    rows = [
        wire.Global(
            name=f"name_{index:04}", type="int", kind="data", summary=str(index),
            has_children=False, bytes=28, changed="new",
        )
        for index in range(count)
    ]  # fmt: skip
    kept = log.read_bytes().splitlines(keepends=True)[:-1]
    told = GlobalsTold(seq=1, session=1, delta=rows, total=count)
    ended = KernelEnded(status="failed", at=moment(2))
    log.write_bytes(b"".join([*kept, encode(told), encode(ended)]))
