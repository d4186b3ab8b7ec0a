"""What is alive in the parent when it is forked. Every case has a process and a bound of its own,
so that a fork which hangs is a failure of its test.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass

import pytest
from patina_kernel import forking

SECONDS = 60
CARRIES = "carried"
HEALS = "healed"
PLAIN = "plain"
REFUSES = "refused"

PRELUDE = """
import os, select, signal, sys, threading, time
from patina_kernel import forking
from patina_python import healing

def decide():
    healing.before_fork()
    found = forking.audit()
    can = forking.capabilities(healing.claims(found), healing.thread_names())
    return forking.plan(found, forking.Own(), can)

def outcome(check):
    try:
        healing.heal()
        check()
        return b"right"
    except BaseException as error:
        return repr(error).encode()

def fork(check):
    read, write = os.pipe()
    own = forking.Own(descriptors=frozenset({read, write}))
    plan = decide()
    try:
        result = forking.fork(plan, own)
    except forking.ForkRefusedError as refused:
        assert refused.hint and refused.alternatives, refused
        return "refused", str(refused)
    if result.pid == 0:
        os.write(write, outcome(check))
        os._exit(0)
    ready, _, _ = select.select([read], [], [], 10)
    said = os.read(read, 1000).decode() if ready else "HANG"
    os.kill(result.pid, signal.SIGKILL)
    os.waitpid(result.pid, 0)
    how = "carried" if result.carried else "healed" if result.steps else "plain"
    assert said == "right", (how, said, plan)
    return how, [(line.kind, line.name) for line in result.report]

def show(check):
    how, report = fork(check)
    check()
    print(how, report, flush=True)
    os._exit(0)
"""


@dataclass(frozen=True)
class Case:
    """A scenario: its program, and how it ends with and without carrying."""

    name: str
    carrying: str
    without: str
    program: str
    needs: tuple[str, ...] = ()
    report: str = ""


CASES = (
    Case("nothing", PLAIN, PLAIN, "show(lambda: None)"),
    Case(
        "random state",
        PLAIN,
        PLAIN,
        """
import random
random.seed(3)
def run():
    assert random.random() == random.Random(3).random()
show(run)
""",
    ),
    Case(
        "random state and a thread",
        CARRIES,
        HEALS,
        """
import random
from concurrent.futures import ThreadPoolExecutor
pool = ThreadPoolExecutor(1); pool.submit(abs, 1).result()
random.seed(3)
def run():
    assert random.random() == random.Random(3).random()
    assert pool.submit(abs, -1).result(5) == 1
show(run)
""",
    ),
    Case(
        "numpy's random state",
        CARRIES,
        PLAIN,
        """
import numpy as np
np.random.seed(4)
mine = np.random.default_rng(1)
def run():
    assert np.random.random() == np.random.RandomState(4).random_sample()
    assert mine.random() == np.random.default_rng(1).random()
show(run)
""",
        ("numpy",),
    ),
    Case(
        "joblib's workers",
        HEALS,
        HEALS,
        """
from joblib import Parallel, delayed
run = lambda: (sum(Parallel(n_jobs=2)(delayed(abs)(i) for i in range(-9, 0))) == 45) or 1 / 0
run()
show(run)
""",
        ("joblib",),
    ),
    Case(
        "scikit-learn",
        CARRIES,
        HEALS,
        """
import numpy as np
from sklearn.cluster import KMeans
from sklearn.metrics import pairwise_distances_argmin
x = np.random.default_rng(1).random((2000, 4))
def run():
    model = KMeans(3, n_init=1, random_state=0).fit(x)
    assert abs(model.inertia_ - want) < 1e-6 * want
want = KMeans(3, n_init=1, random_state=0).fit(x).inertia_
show(run)
""",
        ("sklearn",),
    ),
    Case(
        "OpenMP used by another thread",
        CARRIES,
        HEALS,
        """
import numpy as np
from sklearn.cluster import KMeans
x = np.random.default_rng(1).random((2000, 4))
fit = lambda: KMeans(3, n_init=1, random_state=0).fit(x)
done, go = threading.Event(), threading.Event()
def use():
    fit(); done.set(); go.wait()
thread = threading.Thread(target=use, name="fitter", daemon=True)
thread.start(); done.wait()
show(fit)
""",
        ("sklearn",),
    ),
    Case(
        "polars used",
        CARRIES,
        REFUSES,
        """
import polars as pl
frame = pl.DataFrame({"a": range(5000)})
def run():
    got = frame.group_by((pl.col("a") % 7).alias("k")).agg(pl.col("a").sum())
    assert got["a"].sum() == 5000 * 4999 // 2
run()
show(run)
""",
        ("polars",),
    ),
    Case(
        "polars imported",
        CARRIES,
        PLAIN,
        """
import polars as pl
def run():
    pl.DataFrame({"a": range(50)}).select(pl.col("a").sum())
how, report = fork(run)
print(how, report, flush=True)
os._exit(0)
""",
        ("polars",),
    ),
    Case(
        "a thread pool",
        CARRIES,
        HEALS,
        """
from concurrent.futures import ThreadPoolExecutor
pool = ThreadPoolExecutor(3)
run = lambda: (sum(pool.map(abs, range(-9, 0))) == 45) or 1 / 0
run()
show(run)
""",
    ),
    Case(
        "a thread pool at work, with more waiting",
        CARRIES,
        HEALS,
        """
from concurrent.futures import ThreadPoolExecutor
from patina_python.healing.pools import LostWorkError
pool = ThreadPoolExecutor(1)
slow = pool.submit(time.sleep, 1)
waiting = pool.submit(abs, -3)
while not slow.running(): time.sleep(0.01)
def run():
    try:
        slow.result(5)
    except LostWorkError:
        pass
    assert waiting.result(5) == 3 and pool.submit(abs, -4).result(5) == 4
show(run)
""",
    ),
    Case(
        "an asyncio loop in a thread",
        CARRIES,
        HEALS,
        """
import asyncio
loop = asyncio.new_event_loop()
threading.Thread(target=loop.run_forever, name="loop thread", daemon=True).start()
async def answer():
    await asyncio.sleep(0.01)
    return 42
def run():
    coroutine = answer()
    try:
        assert asyncio.run_coroutine_threadsafe(coroutine, loop).result(5) == 42
    except RuntimeError:
        coroutine.close()
        assert loop.is_closed() and healing.threads.are_gone()
run()
show(run)
""",
    ),
    Case(
        "a thread of the user's",
        CARRIES,
        PLAIN,
        """
count = [0]
def work():
    while True:
        count[0] += 1; time.sleep(0.001)
threading.Thread(target=work, name="counter", daemon=True).start()
def run():
    before = count[0]; time.sleep(0.1)
    assert count[0] > before or healing.threads.are_gone()
show(run)
""",
    ),
    Case(
        "a lock that a thread holds",
        CARRIES,
        PLAIN,
        """
lock, held = threading.Lock(), threading.Event()
def hold():
    with lock:
        held.set(); time.sleep(0.3)
threading.Thread(target=hold, name="holder", daemon=True).start()
held.wait()
def check():
    assert lock.acquire(timeout=1) or healing.threads.are_gone()
    lock.locked() and lock.release()
show(check)
""",
    ),
    Case(
        "a pool of processes",
        HEALS,
        HEALS,
        """
import multiprocessing
pool = multiprocessing.get_context("fork").Pool(2)
slow = pool.apply_async(time.sleep, (60,))
def run():
    assert pool.map(abs, range(-9, 0)) == list(range(9, 0, -1))
    if healing.threads.are_gone():
        try:
            slow.get(5)
        except healing.pools.LostWorkError:
            return
        raise AssertionError("the answer of another process's worker")
run()
show(run)
""",
    ),
    Case(
        "a process pool executor",
        HEALS,
        HEALS,
        """
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
pool = ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("fork"))
run = lambda: (sum(pool.map(abs, range(-9, 0), timeout=8)) == 45) or 1 / 0
run()
show(run)
""",
    ),
    Case(
        "a thread pool of multiprocessing",
        CARRIES,
        HEALS,
        """
from multiprocessing.pool import ThreadPool
pool = ThreadPool(2)
run = lambda: (pool.map(abs, [-1, -2]) == [1, 2]) or 1 / 0
run()
show(run)
""",
    ),
    Case(
        "a process pool and polars",
        REFUSES,
        REFUSES,
        """
import multiprocessing
import polars as pl
pool = multiprocessing.get_context("fork").Pool(1)
frame = pl.DataFrame({"a": range(5000)})
run = lambda: frame.group_by((pl.col("a") % 7).alias("k")).agg(pl.col("a").sum())
run()
show(run)
""",
        ("polars",),
    ),
    Case(
        "a worker process of unknown make",
        REFUSES,
        REFUSES,
        """
import multiprocessing
multiprocessing.get_context("fork").Process(target=time.sleep, args=(20,), daemon=True).start()
show(lambda: None)
""",
    ),
    Case(
        "a ZMQ context",
        REFUSES,
        REFUSES,
        """
import zmq
context = zmq.Context()
one, two = context.socket(zmq.PAIR), context.socket(zmq.PAIR)
one.bind("inproc://x"); two.connect("inproc://x")
def run():
    one.send(b"x"); assert two.recv() == b"x"
run()
show(run)
""",
    ),
    Case(
        "sqlite in memory",
        PLAIN,
        PLAIN,
        """
import sqlite3
base = sqlite3.connect(":memory:")
base.execute("create table t(a)"); base.execute("insert into t values(7)")
run = lambda: (base.execute("select a from t").fetchone() == (7,)) or 1 / 0
show(run)
""",
    ),
    Case(
        "sqlite on file",
        PLAIN,
        PLAIN,
        """
import sqlite3, tempfile
base = sqlite3.connect(os.path.join(tempfile.mkdtemp(), "t.db"))
base.execute("create table t(a)"); base.execute("insert into t values(7)"); base.commit()
def run():
    assert base.execute("select a from t").fetchone() == (7,)
show(run)
""",
        report="('sqlite', ",
    ),
    Case(
        "pyarrow used",
        CARRIES,
        PLAIN,
        """
import pyarrow as pa, pyarrow.compute as pc
table = pa.table({"a": list(range(100000))})
def run():
    assert table.group_by("a").aggregate([("a", "sum")]).num_rows == 100000
    assert pc.sum(table["a"]).as_py() == 100000 * 99999 // 2
run()
show(run)
""",
        ("pyarrow",),
    ),
    Case(
        "numpy with threads, and matplotlib",
        CARRIES,
        PLAIN,
        """
import numpy as np
import matplotlib; matplotlib.use("agg")
import matplotlib.pyplot as plt
a = np.random.default_rng(1).random((600, 600)); want = (a @ a).sum()
figure, axes = plt.subplots(); axes.plot([1, 2])
def run():
    assert abs((a @ a).sum() - want) < 1e-6 * want
    figure.canvas.draw()
run()
show(run)
""",
        ("numpy", "matplotlib"),
    ),
    Case(
        "duckdb used",
        CARRIES,
        REFUSES,
        """
import duckdb
base = duckdb.connect()
run = lambda: (base.execute("select sum(i) from range(100000) t(i)").fetchone()[0] > 0) or 1 / 0
run()
show(run)
""",
        ("duckdb",),
    ),
    Case(
        "a subprocess and a socket",
        PLAIN,
        PLAIN,
        """
import socket, subprocess
process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(20)"])
server = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(server.getsockname())
show(lambda: None)
""",
        report="('socket', 'network 127.0.0.1:",
    ),
)


def run(case: Case, carry: str) -> str:
    """Return what the program prints; whatever it started ends with it."""
    environment = {**os.environ, "PATINA_CARRY_THREADS": carry, "PYTHONWARNINGS": "ignore"}
    with tempfile.TemporaryFile() as output:
        program = subprocess.Popen(
            [sys.executable, "-c", PRELUDE + case.program],
            stdout=output,
            stderr=output,
            env=environment,
            start_new_session=True,
        )
        try:
            program.wait(SECONDS)
        finally:
            with contextlib.suppress(ProcessLookupError):  # nobody is left
                os.killpg(program.pid, signal.SIGKILL)
            program.wait()
        output.seek(0)
        return output.read().decode()


def check(case: Case, carry: str, expected: str) -> None:
    missing = [name for name in case.needs if importlib.util.find_spec(name) is None]
    if missing:
        pytest.skip(f"needs {', '.join(missing)}")
    printed = run(case, carry)
    assert printed.split(" ")[0] == expected, printed
    assert case.report in printed


def named(case: Case) -> str:
    return case.name


def can_carry() -> bool:
    return forking.capabilities().carry


@pytest.mark.parametrize("case", CASES, ids=named)
def test_a_copy_computes_right_or_is_refused_with_a_choice(case: Case) -> None:
    if case.carrying == CARRIES and not can_carry():
        pytest.skip("threads cannot be carried over on this machine")
    check(case, "1", case.carrying)


@pytest.mark.parametrize("case", [case for case in CASES if case.carrying == CARRIES], ids=named)
def test_so_it_is_where_threads_cannot_be_carried_over(case: Case) -> None:
    check(case, "0", case.without)
