"""28: a run that takes all memory, or all processes, ends with what it started; others go on."""

from __future__ import annotations

import sys
import time
from contextlib import suppress
from typing import Any

import psutil  # type: ignore[import-untyped]
import pytest

from patina_lab.tests.user import User, soon, text_of

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="not run: memory and processes are watched on Linux only"
)
MB = 10**6
MOST_BYTES, MOST_PROCESSES = 700 * MB, 60
HOG = """
kept = [bytearray(10_000_000) for _ in range(300)]
"""
HOGS = """
import subprocess, sys, time
hog = "kept = [bytearray(b'x' * 150_000_000)]; import time; time.sleep(600)"
started = [subprocess.Popen([sys.executable, "-c", hog], start_new_session=True) for _ in range(8)]
print(*[one.pid for one in started], flush=True)
time.sleep(600)
"""
BOMB = """
import os, time
for _ in range(8):  # 256 processes, where nothing ends them.
    os.fork()
    time.sleep(0.02)
time.sleep(600)
"""


DETACHED = """
import os, time
for _ in range(8):
    reads, writes = os.pipe()
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.write(writes, f"{os.getpid()} ".encode())
            kept = bytearray(b"x" * 150_000_000)
            time.sleep(600)
        os._exit(0)
    os.wait()
    print(os.read(reads, 99).decode(), end="", flush=True)
"""


@pytest.fixture
def jp_server_config(jp_server_config: dict[str, Any]) -> dict[str, Any]:
    """Limit what runs may have."""
    limits = {"memory_per_run": MOST_BYTES, "processes_per_run": MOST_PROCESSES}
    jp_server_config["PatinaLab"] |= limits
    return jp_server_config


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget afterwards what the server tells its kernels."""
    for name in ("PATINA_MEMORY_LIMIT", "PATINA_PROCESS_LIMIT"):
        monkeypatch.setenv(name, "")


@pytest.mark.parametrize(
    ("cell", "why"),
    [(HOG, "MemoryError"), (HOGS, "MB of memory"), (BOMB, f"more than {MOST_PROCESSES} processes")],
    ids=["hog", "hogs", "bomb"],
)
async def test_one_run_suffers_and_the_rest_goes_on(user: User, cell: str, why: str) -> None:
    notebook = (await user.create(kernel="patina-python"))["id"]
    before, hungry, after, tick = await user.write(
        "x = 'kept'", cell, "x", "import time\nfor n in range(40): print(n); time.sleep(0.1)"
    )
    run, other = await user.start(notebook), await user.start(notebook)
    await user.ran(run, before)
    await user.ran(other, before)
    family = {one.pid for one in psutil.Process().children(recursive=True)}
    await user.execute(other, tick)
    began = time.monotonic()
    cells = await user.ran(run, hungry)
    assert time.monotonic() - began < 40
    assert cells[1]["status"] == "failed"
    assert why in told(cells[1])
    # What it had started is gone, and the state from before it is there.
    await user.until(soon(lambda: new_since(family)), lambda left: left < 10)
    if why != "MemoryError":  # That is an error of the cell; else its kernel was ended.
        await user.until_status(notebook, run, "failed")
        await user.ask("POST", f"runs/{run}/undo")
    assert text_of((await user.ran(run, after))[-1]) == "'kept'"
    # The other run did not notice.
    seen = await user.finished(other, 2)
    assert text_of(seen[1]) == "".join(f"{number}\n" for number in range(40))
    assert (await user.status(notebook, other))["status"] == "idle"
    assert len(started_by(cells[1])) in (0, 8)
    assert not [pid for pid in started_by(cells[1]) if is_at_work(pid)]


async def test_what_detaches_itself_is_watched_as_well(user: User) -> None:
    notebook = (await user.create(kernel="patina-python"))["id"]
    before, hungry, after = await user.write("x = 'kept'", DETACHED, "x")
    run = await user.start(notebook)
    await user.ran(run, before)
    hogs = started_by((await user.ran(run, hungry))[1])
    assert len(hogs) > 3
    cell = await user.until(
        lambda: user.timeline(run), lambda cells: "left to itself was ended" in text_of(cells[1])
    )
    assert "MB of memory" in text_of(cell[1])
    await user.until(
        soon(lambda: [one for one in hogs if psutil.pid_exists(one)]), lambda at: not at
    )
    assert text_of((await user.ran(run, after))[-1]) == "'kept'"


def told(cell: dict[str, Any]) -> str:
    """Return all that an output cell says, its error too."""
    return text_of(cell) + "".join(
        f"{output.get('ename')} {output.get('evalue')}" for output in cell["outputs"]
    )


def started_by(cell: dict[str, Any]) -> list[int]:
    """Return the ids of processes that a cell has printed."""
    line = text_of(cell).partition("\n")[0]
    return [int(word) for word in line.split() if word.isdigit()]


def is_at_work(pid: int) -> bool:
    """Whether a process is there, and not only waits to be reaped."""
    with suppress(psutil.NoSuchProcess):
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    return False


def new_since(family: set[int]) -> int:
    """Return how many processes there are that were not there before; checkpoints are some."""
    children = {one.pid for one in psutil.Process().children(recursive=True)}
    return sum(map(is_at_work, children - family))
