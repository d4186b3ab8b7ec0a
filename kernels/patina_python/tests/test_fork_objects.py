"""What kind of object survives a fork and works in both: each in a live kernel."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from conformance.live import Live, forked, started

KERNEL = "patina-python"


@dataclass(frozen=True, slots=True)
class Kind:
    """`make` in the parent; `use`, in both and in this order, shows `shown` where they differ."""

    name: str
    make: str
    use: str
    shown: str
    needs: str = ""


SURVIVE = (
    Kind("generator half way", "g = (i * i for i in range(9)); next(g), next(g)", "next(g)", "4"),
    Kind("closure", "def f():\n  n = [7]\n  return lambda: n\nc = f()", "c()[0] += 1; c()", "[8]"),
    Kind("lambda", "add = lambda a, b=2: a + b", "add(1)", "3"),
    Kind("open file, written", "w = open('w.txt', 'w+'); w.write('abc'); w.flush()",
         "w.write('d'); w.flush(); w.tell()", "4"),
    Kind("open file, read", "open('r.txt', 'w').write('0123456789'); r = open('r.txt', 'rb', 0); r.read(3)",
         "r.read(3)", "b'345'"),
    Kind("sqlite3 in memory", "import sqlite3; db = sqlite3.connect(':memory:'); db.execute('create table t(a)')",
         "db.execute('insert into t values (1)'); db.execute('select count(*) from t').fetchall()", "[(1,)]"),
    Kind("re.Match", "import re; m = re.match('(a)(b)', 'ab')", "m.span(2)", "(1, 2)"),
    Kind("traceback", "import sys\ntry:\n  1/0\nexcept ZeroDivisionError: tb = sys.exc_info()[2]",
         "tb.tb_frame.f_code.co_name", "'<module>'"),
    Kind("memoryview", "b = bytearray(b'abc'); v = memoryview(b)[1:]", "v[0] += 1; bytes(b)", "b'acc'"),
    Kind("ctypes pointer", "import ctypes; n = ctypes.c_int(5); p = ctypes.pointer(n)",
         "p.contents.value += 1; n.value", "6"),
    Kind("ContextVar", "import contextvars; cv = contextvars.ContextVar('cv'); cv.set(3); "
         "ctx = contextvars.copy_context()", "ctx[cv]", "3"),
    Kind("asyncio objects", "import asyncio; q = asyncio.Queue(); q.put_nowait(4); e = asyncio.Event(); e.set()",
         "await e.wait(); await q.get()", "4"),
    Kind("pending task", "import asyncio\nasync def later():\n  await asyncio.sleep(.2)\n  return 9\n"
         "t = asyncio.create_task(later())", "await t", "9"),
    Kind("resting event loop", "import asyncio; lp = asyncio.new_event_loop()",
         "import threading; out = []\nasync def f(): await asyncio.sleep(.01); out.append(1)\n"
         "th = threading.Thread(target=lambda: lp.run_until_complete(f())); th.start(); th.join(); out", "[1]"),
    Kind("lock held", "import threading; lock = threading.Lock(); lock.acquire()",
         "was = lock.locked(); lock.release(); was, lock.acquire(timeout=1)", "(True, True)"),
    Kind("thread pool", "from concurrent.futures import ThreadPoolExecutor; pool = ThreadPoolExecutor(2); "
         "list(pool.map(abs, [-1]))", "list(pool.map(abs, [-3, -4]))", "[3, 4]"),
    Kind("event loop in a thread", "import asyncio, threading\nloop = asyncio.new_event_loop()\n"
         "threading.Thread(target=loop.run_forever, daemon=True).start()\nasync def five(): return 5\n"
         "asyncio.run_coroutine_threadsafe(five(), loop).result(3)",
         "(asyncio.run_coroutine_threadsafe(five(), loop).result(3) if not loop.is_closed() else 5)", "5"),
    Kind("random state", "import random; random.seed(7); random.random()", "round(random.random(), 6)", "0.150849"),
    Kind("weakref", "import weakref\nclass T: pass\no = T(); r = weakref.ref(o)", "r() is o", "True"),
    Kind("module state", "import decimal; decimal.getcontext().prec = 5", "decimal.getcontext().prec", "5"),
    Kind("monkey-patched class", "import fractions; fractions.Fraction.twice = lambda s: s * 2",
         "fractions.Fraction(1, 3).twice()", "Fraction(2, 3)"),
    Kind("numpy", "import numpy as np; a = np.arange(5); s = a[1:3]", "s += 1; a.tolist()", "[0, 2, 3, 3, 4]", "numpy"),
    Kind("numpy random state", "import numpy as np; np.random.seed(1); np.random.rand()",
         "round(np.random.rand(), 5)", "0.72032", "numpy"),
    Kind("pandas", "import pandas as pd; d = pd.DataFrame({'a': range(1000)}); d.groupby(d.a % 7).sum()",
         "int(d.groupby(d.a % 7).a.sum().sum())", "499500", "pandas"),
    Kind("pyarrow table", "import pyarrow as pa; t = pa.table({'a': list(range(100000))}); "
         "t.group_by('a').aggregate([]).num_rows", "t.group_by('a').aggregate([]).num_rows", "100000", "pyarrow"),
    Kind("polars frame", "import polars as pl; p = pl.DataFrame({'a': range(100000)}); p.group_by('a').len()",
         "p.group_by((pl.col('a') % 7).alias('k')).agg(pl.col('a').sum()).shape", "(7, 2)", "polars"),
    Kind("scikit-learn", "import numpy as np; from sklearn.cluster import KMeans; X = np.random.rand(500, 3); "
         "KMeans(3, n_init=1).fit(X)", "KMeans(3, n_init=1).fit(X).n_iter_ > 0", "True", "sklearn"),
    Kind("matplotlib figure", "import matplotlib.pyplot as plt; fig, ax = plt.subplots(); ax.plot([1, 2]); plt.close(fig)",
         "ax.plot([3]); len(ax.lines)", "2", "matplotlib"),
)  # fmt: skip

REPORTED = (
    Kind("socket", "import socket; s = socket.create_server(('127.0.0.1', 0)); port = s.getsockname()[1]",
         "", "socket"),
    Kind("subprocess", "import subprocess; child = subprocess.Popen(['sleep', '60'])", "", "process"),
    Kind("sqlite3 on file", "import sqlite3; db = sqlite3.connect('x.db'); db.execute('create table t(a)'); "
         "db.commit(); db.execute('select * from t')", "", "sqlite"),
)  # fmt: skip


@contextmanager
def _needed(kind: Kind) -> Iterator[None]:
    if kind.needs and importlib.util.find_spec(kind.needs) is None:
        pytest.skip(f"{kind.needs} is not installed")
    yield


async def _ok(kernel: Live, code: str) -> str:
    ran = await kernel.run(code)
    assert ran.status == "ok", ran.text
    return ran.text


@pytest.mark.parametrize("kind", SURVIVE, ids=lambda kind: kind.name)
async def test_it_survives_and_works_in_both(kind: Kind, tmp_path: Path) -> None:
    with _needed(kind):
        async with started(KERNEL, cwd=str(tmp_path)) as parent:
            await _ok(parent, kind.make)
            async with forked(parent) as fork:
                assert await _ok(fork, kind.use) == kind.shown
                assert await _ok(parent, kind.use) == kind.shown


@pytest.mark.parametrize("kind", REPORTED, ids=lambda kind: kind.name)
async def test_what_is_not_carried_is_reported(kind: Kind, tmp_path: Path) -> None:
    async with started(KERNEL, cwd=str(tmp_path)) as parent:
        await _ok(parent, kind.make)
        async with forked(parent) as fork:
            report = fork.manager.provisioner.fork_reply["report"]
            assert kind.shown in [line["kind"] for line in report]
            assert all(line["name"] and line["what"] and line["advice"] for line in report)
        assert await _ok(parent, "1 + 1") == "2"


async def test_a_port_can_be_bound_again_although_checkpoints_were_taken() -> None:
    async with started(KERNEL) as kernel:
        await _ok(
            kernel, "import socket; s = socket.create_server(('127.0.0.1', 0)); a = s.getsockname()"
        )
        await kernel.checkpoints(least=2)
        assert (
            await _ok(kernel, "s.close(); t = socket.create_server(a); t.getsockname() == a")
            == "True"
        )


async def test_a_program_sees_the_end_of_its_input_although_checkpoints_were_taken() -> None:
    async with started(KERNEL) as kernel:
        await _ok(
            kernel, "import subprocess as sp; p = sp.Popen(['cat'], stdin=sp.PIPE, stdout=sp.PIPE)"
        )
        await kernel.checkpoints(least=2)
        assert await _ok(kernel, "p.communicate(b'x', timeout=20)[0]") == "b'x'"


async def test_what_cannot_be_copied_is_refused_with_a_choice() -> None:
    async with started(KERNEL) as kernel:
        await _ok(
            kernel, "import zmq; c = zmq.Context(); s = c.socket(zmq.PUB); s.bind('inproc://a')"
        )
        reply = await kernel.ask("fork")
        assert (reply["status"], reply["ename"]) == ("error", "ForkRefused")
        assert reply["alternatives"]
        assert await _ok(kernel, "s.close(); c.term(); 1") == "1"
        assert (await kernel.ask("fork"))["status"] == "ok"


@pytest.mark.parametrize(
    "body",
    ["while True: pass", "raise ValueError", "print('x' * 10**6)", "return 'x' * 10**9"],
)
async def test_a_bad_repr_does_not_disturb_the_globals(body: str) -> None:
    async with started(KERNEL) as kernel:
        code = f"class Bad:\n  def __repr__(self):\n    {body}\n  __len__ = __str__ = __repr__\nbad = Bad()"
        request = kernel.send(code)
        told = await kernel.said("patina_globals", request)
        assert {row["name"] for row in told["delta"]} == {"Bad", "bad"}
        page = await kernel.ask("globals", name="bad")
        assert page["status"] == "ok"


async def test_a_value_that_cannot_be_reduced_is_named_and_the_rest_is_saved(
    tmp_path: Path,
) -> None:
    async with started(KERNEL) as kernel:
        await _ok(
            kernel, "class Bad:\n  def __reduce__(self): raise ValueError('no')\nbad = Bad(); x = 1"
        )
        reply = await kernel.ask("save", path=str(tmp_path / "s"))
        assert reply["status"] == "ok"
        assert [line["name"] for line in reply["report"]] == ["bad"]


async def test_children_of_a_frame_have_dtypes() -> None:
    pytest.importorskip("pandas")
    async with started(KERNEL) as kernel:
        await _ok(kernel, "import pandas as pd; d = pd.DataFrame({'a': [1], 'b': ['x']})")
        await kernel.globals()
        page = await kernel.ask("globals", name="d")
        assert page["total"] == 2
        assert [child["dtype"] for child in page["children"]][0] == "int64"
