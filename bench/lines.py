"""A million printed lines, from the kernel to the document.

Against a bare kernel client, which reads the same messages and keeps nothing.
Goal: the server and the document add at most 0.1 × to the client's time, with at most 20
transactions of the runs document a second.
"""

from __future__ import annotations

import statistics
import time

from jupyter_client.manager import start_new_async_kernel

from bench.document import RunsReader, reading
from bench.figures import spread
from bench.server import Server, running

LINES = 1_000_000
CODE = f"for i in range({LINES}): print('line', i)"
LAST = f"line {LINES - 1}\n"
ROUNDS = 3


async def bare_client() -> float:
    """Return the seconds a client takes that only reads until the kernel is idle again."""
    manager, client = await start_new_async_kernel(kernel_name="python3")
    try:
        started = time.perf_counter()
        message = client.execute(CODE)
        while True:
            reply = await client.get_iopub_msg(timeout=120)
            if reply["parent_header"].get("msg_id") != message:
                continue
            if reply["content"].get("execution_state") == "idle":
                return time.perf_counter() - started
    finally:
        client.stop_channels()
        await manager.shutdown_kernel(now=True)


async def through_document(server: Server, reader: RunsReader, run: str) -> tuple[float, float]:
    """Return the seconds until the last line stands in a client's document, and transactions/s."""
    reader.arrivals.clear()
    started = time.perf_counter()
    cell = await reader.ended(run, await server.execute(run, "c0"))
    seconds = time.perf_counter() - started
    (stream,) = cell["outputs"]
    kept = sum(int(chunk["lines"]) for chunk in stream["sealed"]) + stream["tail"].count("\n")
    assert kept == LINES, f"{kept} of {LINES} lines are in the document"
    assert stream["tail"].endswith(LAST)
    return seconds, len(reader.arrivals) / seconds


async def measure() -> None:
    """Measure both sides in turn and print the figures."""
    theirs, ours, rates = [], [], []
    async with running() as server:
        notebook = await server.open("lines.tsnb", [CODE])
        run = await server.call("POST", f"notebooks/{notebook['id']}/runs", {})
        await server.idle(run["id"], notebook["id"])
        async with reading(server, notebook["id"]) as reader:
            for _ in range(ROUNDS):
                theirs.append(await bare_client())
                seconds, rate = await through_document(server, reader, run["id"])
                ours.append(seconds)
                rates.append(rate)
    added = statistics.median(ours) / statistics.median(theirs) - 1
    print(f"1M lines, kernel to a client's document\n  ours   {spread(ours, 's')}")
    print(f"  theirs {spread(theirs, 's')}  (a bare kernel client that keeps nothing)")
    print(f"  added  {added:+.3f} ×  (goal at most 0.1 ×)")
    print(f"  runs document: {spread(rates, 'transactions/s')}  (goal at most 20)")
