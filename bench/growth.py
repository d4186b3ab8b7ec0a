"""How the runs document grows over 1,000 re-runs of a cell.

Against a document made fresh with the same content: what is over is waste.
Goal: at most 50 kB.
"""

from __future__ import annotations

import asyncio

from pycrdt import Doc, Map

from bench.document import RunsReader, reading
from bench.server import Server, running

RERUNS = 1_000
CODE = "print('x' * 1000)\nfor i in range(5): print(i)"


def fresh_size(reader: RunsReader, run: str) -> int:
    """Return the bytes of a new document that holds what the reader's holds of the run."""
    doc: Doc[object] = Doc()
    runs = doc.get("runs", type=Map)
    fields = reader.runs[run].to_py()
    cells = fields.pop("cells")
    with doc.transaction():
        runs[run] = Map({**fields, "cells": Map(cells)})
    return len(doc.get_update())


async def rerun(server: Server, reader: RunsReader, run: str, times: int) -> None:
    """Run the cell again and again, each time to its end."""
    for _ in range(times):
        await reader.ended(run, await server.execute(run, "c0"))


async def measure() -> None:
    """Measure and print the growth."""
    async with running() as server:
        notebook = await server.open("growth.tsnb", [CODE])
        run = (await server.call("POST", f"notebooks/{notebook['id']}/runs", {}))["id"]
        await server.idle(run, notebook["id"])
        async with reading(server, notebook["id"]) as reader:
            await rerun(server, reader, run, RERUNS)
        # A client that joins now: what it is sent is the document as it stands.
        async with reading(server, notebook["id"]) as late:
            await late.until(lambda: late.cell(run, RERUNS) is not None)
            await asyncio.sleep(0.2)
            size, ideal = len(late.doc.get_update()), fresh_size(late, run)
    print(f"{RERUNS} re-runs\n  the document as it stands      {size / 1000:.1f} kB")
    print(f"  its kept history, made fresh   {ideal / 1000:.1f} kB")
    print(f"  waste                          {(size - ideal) / 1000:.1f} kB  (goal at most 50 kB)")
