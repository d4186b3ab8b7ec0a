"""A million printed lines, from the kernel to the document.

Against a bare kernel client, which reads the same messages and keeps nothing. Ours ends when a
second process that follows the runs document has the last line and the end of the cell. The server
also has its own process: the CPU time it takes is told apart, since on a machine with free cores it
runs beside the kernel.

Goals: server and document add at most 0.1 × to the client's time; at most 20 transactions of the
runs document in any second.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from jupyter_client.manager import start_new_async_kernel

from bench.document import RunsReader, reading
from bench.figures import AtMost, Figure, RatioAtMost
from bench.server import Server, running

LINES = 1_000_000
CODE = f"for i in range({LINES}): print('line', i)"
LAST = f"line {LINES - 1}\n"
# Each line in a message of its own: what a program that flushes costs.
FLUSHED = 2_000
FLUSHED_CODE = f"for i in range({FLUSHED}): print('line', i, flush=True)"
FLUSHED_LAST = f"line {FLUSHED - 1}\n"
ROUNDS = 3


async def bare_client(code: str) -> float:
    """Return the seconds a client takes that only reads until the kernel is idle again."""
    manager, client = await start_new_async_kernel(kernel_name="python3")
    try:
        started = time.perf_counter()
        message = client.execute(code)
        while True:
            reply = await client.get_iopub_msg(timeout=300)
            if reply["parent_header"].get("msg_id") != message:
                continue
            if reply["content"].get("execution_state") == "idle":
                return time.perf_counter() - started
    finally:
        client.stop_channels()
        await manager.shutdown_kernel(now=True)


class Measured:
    """What was measured on our side, a value a round."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.cpu: list[float] = []
        self.fullest: list[float] = []
        """The most transactions within one second."""


async def through_document(
    server: Server, reader: RunsReader, run: str, cell: str, measured: Measured
) -> dict[str, object]:
    """Run a cell until its end stands in a client's document; return the output."""
    reader.arrivals.clear()
    cpu, started = server.cpu_seconds(), time.perf_counter()
    ended = await reader.ended(run, await server.execute(run, cell))
    measured.seconds.append(time.perf_counter() - started)
    measured.cpu.append(server.cpu_seconds() - cpu)
    measured.fullest.append(fullest_second(reader.arrivals))
    (stream,) = ended["outputs"]
    return dict(stream)


def fullest_second(arrivals: Sequence[float]) -> int:
    """Return the most arrivals that lie within one second."""
    most, first = 0, 0
    for last, arrival in enumerate(arrivals):
        while arrivals[first] <= arrival - 1:
            first += 1
        most = max(most, last - first + 1)
    return most


def check(stream: dict[str, object], lines: int, last: str) -> None:
    """Assert that all lines are kept, and the last one at the end."""
    sealed, tail = stream["sealed"], stream["tail"]
    assert isinstance(sealed, list)
    assert isinstance(tail, str)
    kept = sum(int(chunk["lines"]) for chunk in sealed) + tail.count("\n")
    assert kept == lines, f"{kept} of {lines} lines are in the document"
    assert tail.endswith(last)


async def measure() -> list[Figure]:
    """Measure both sides in turn."""
    theirs: dict[str, list[float]] = {CODE: [], FLUSHED_CODE: []}
    plain, flushed = Measured(), Measured()
    async with running() as server:
        notebook = await server.open("lines.tsnb", [CODE, FLUSHED_CODE])
        run = (await server.call("POST", f"notebooks/{notebook['id']}/runs", {}))["id"]
        await server.idle(run, notebook["id"])
        before = server.resident_mb()
        async with reading(server, notebook["id"]) as reader:
            for _ in range(ROUNDS):
                theirs[CODE].append(await bare_client(CODE))
                check(await through_document(server, reader, run, "c0", plain), LINES, LAST)
                theirs[FLUSHED_CODE].append(await bare_client(FLUSHED_CODE))
                stream = await through_document(server, reader, run, "c1", flushed)
                check(stream, FLUSHED, FLUSHED_LAST)
        memory, peak = server.resident_mb() - before, server.peak_mb()
        log_kb = server.log_bytes("lines.tsnb") / 1000
    return [
        *_figures("1M printed lines, kernel to a client's document", plain, theirs[CODE]),
        *_figures(f"{FLUSHED:,} flushed lines (a message each)", flushed, theirs[FLUSHED_CODE]),
        Figure("memory of the server: growth over all rounds (RSS)", "MB", [memory]),
        Figure("memory of the server: the most it ever had (RSS)", "MB", [peak]),
        Figure("run log after all rounds", "kB", [log_kb]),
    ]


def _figures(what: str, ours: Measured, theirs: Sequence[float]) -> list[Figure]:
    versus = "a bare kernel client that keeps nothing"
    return [
        Figure(what, "s", ours.seconds, theirs, versus, (RatioAtMost(1.1),)),
        Figure(f"{what}: CPU time of the server", "s", ours.cpu, theirs, f"the time of {versus}"),
        Figure(
            f"{what}: document transactions in the fullest second",
            "transactions",
            ours.fullest,
            goals=(AtMost(20),),
        ),
    ]
