"""How the runs document grows over 1,000 re-runs of a cell, beyond the history it keeps.

*Kept history* is what a client reads in the document after the last re-run: the run's fields and
all 1,000 output cells, each with its source, status, times and manifests. Its size is that of a
new Y-doc which is given exactly these values in one transaction, as an encoded update. What the
server's document takes beyond that is waste: tombstones of what was overwritten, and structs that
could not be merged.

The growth is counted from after the first re-run on, so that what a document costs anyhow is left
out on both sides.
"""

from __future__ import annotations

import asyncio
import time

from pycrdt import Doc, Map

from bench.document import RunsReader, reading
from bench.figures import AtMost, Figure
from bench.server import Server, running

RERUNS = 1_000
CODE = "print('x' * 1000)\nfor i in range(5): print(i)"


def encoded(reader: RunsReader) -> int:
    """Return the bytes of the document as it stands."""
    return len(reader.doc.get_update())


def made_fresh(reader: RunsReader, run: str) -> int:
    """Return the bytes of a new document that holds what the reader's holds of the run."""
    doc: Doc[Map[object]] = Doc()
    runs = doc.get("runs", type=Map)
    meta = doc.get("meta", type=Map)
    fields = reader.runs[run].to_py()
    cells = fields.pop("cells")
    with doc.transaction():
        for name, value in reader.doc.get("meta", type=Map).to_py().items():
            meta[name] = bytes(value) if isinstance(value, bytearray) else value
        runs[run] = Map({**fields, "cells": Map(cells)})
    return len(doc.get_update())


async def rerun(server: Server, reader: RunsReader, run: str, times: int) -> None:
    """Run the cell again and again, each time to its end."""
    for _ in range(times):
        await reader.ended(run, await server.execute(run, "c0"))


async def sizes(server: Server, notebook: str, run: str, last: int) -> tuple[int, int]:
    """Return the bytes of the document and of one made fresh, as a client that joins now has it."""
    async with reading(server, notebook) as late:
        await late.ended(run, last)
        # What the end of the run's queue changes comes in a transaction of its own.
        await asyncio.sleep(0.5)
        return encoded(late), made_fresh(late, run)


async def measure() -> list[Figure]:
    """Re-run a cell, and weigh the document before and after."""
    async with running() as server:
        notebook = (await server.open("growth.tsnb", [CODE]))["id"]
        run = (await server.call("POST", f"notebooks/{notebook}/runs", {}))["id"]
        await server.idle(run, notebook)
        async with reading(server, notebook) as reader:
            await rerun(server, reader, run, 1)
            first, first_fresh = await sizes(server, notebook, run, 1)
            log, memory, began = server.log_bytes("growth.tsnb"), server.resident_mb(), time.time()
            await rerun(server, reader, run, RERUNS)
            took = time.time() - began
            size, fresh = await sizes(server, notebook, run, RERUNS + 1)
            log, memory = server.log_bytes("growth.tsnb") - log, server.resident_mb() - memory
    waste = (size - first) - (fresh - first_fresh)
    what = f"growth of the runs document over {RERUNS:,} re-runs"
    return [
        Figure(f"{what}, beyond its kept history", "kB", [waste / 1000], goals=(AtMost(50),)),
        Figure(
            f"{what}, in all",
            "kB",
            [(size - first) / 1000],
            [(fresh - first_fresh) / 1000],
            "its kept history in a document made fresh",
        ),
        Figure("run log: a re-run", "bytes", [log / RERUNS]),
        Figure("memory of the server: growth (RSS)", "MB", [memory]),
        Figure("a re-run, asked for until its end is read", "ms", [took / RERUNS * 1000]),
    ]
