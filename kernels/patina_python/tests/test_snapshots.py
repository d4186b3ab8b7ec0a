"""Variables that come back."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from patina_kernel.language import ReportLine
from patina_python.snapshots import PythonSnapshots

np = pytest.importorskip("numpy")
pytest.importorskip("cloudpickle")

Report = tuple[ReportLine, ...]


def shell(code: str = "", **names: Any) -> SimpleNamespace:
    namespace: dict[str, Any] = {"__name__": "__main__", **names}
    exec(code, namespace)
    return SimpleNamespace(user_ns=namespace, user_ns_hidden={})


def there_and_back(code: str, folder: Path, **names: Any) -> tuple[dict[str, Any], Report]:
    path = folder / "run.snapshot"
    session = shell(code, **names)
    PythonSnapshots(session).save(path)
    for value in session.user_ns.values():
        if isinstance(value, io.IOBase):
            value.close()
    other = shell()
    report = PythonSnapshots(other).load(path)
    return other.user_ns, report


def test_values_come_back_and_what_they_share_stays_shared(tmp_path: Path) -> None:
    code = "a = [1]\nb = [a, {'k': a}]\nc = (b, a)\nme = []\nme.append(me)"
    back, report = there_and_back(code, tmp_path)
    assert back["b"][0] is back["a"] is back["b"][1]["k"] is back["c"][1]
    assert back["me"][0] is back["me"]
    assert report == ()


def test_sharing_survives_variables_that_cannot_be_saved(tmp_path: Path) -> None:
    code = """
import threading
a = [1]
class C: pass
bad = [a, C, C(), threading.Lock()]
b = [a, C]
worse = {'deep': [b, threading.Lock()]}
c = [b, C()]
"""
    back, report = there_and_back(code, tmp_path)
    assert [line.name for line in report] == ["bad", "worse"]
    assert back["b"][0] is back["a"]
    assert back["c"][0] is back["b"]
    assert back["b"][1] is back["C"] is type(back["c"][1])


def test_functions_and_classes_of_cells_use_the_globals_of_where_they_are_loaded(
    tmp_path: Path,
) -> None:
    code = """
import math as m, threading
k = 1
lock = threading.Lock()
def f(x=2, *, y=3): return m.floor(x) + y + k
def locked():
    with lock: return k
class Base:
    def value(self): return k
class Sub(Base):
    def value(self): return super().value() + 1
sub = Sub()
def counter():
    n = 0
    def count():
        nonlocal n
        n += k
        return n
    return count
count = counter()
count()
f.note = [k]
half = lambda: k / 2
def recursive(n): return n and recursive(n - 1)
"""
    back, report = there_and_back(code, tmp_path)
    assert (back["f"](), back["sub"].value(), back["count"](), back["half"]()) == (6, 2, 2, 0.5)
    back["k"] = 10
    assert (back["f"](), back["sub"].value(), back["count"](), back["half"]()) == (15, 11, 12, 5)
    assert back["f"].__globals__ is back
    assert back["f"].note == [1]
    assert back["recursive"](3) == 0
    assert [line.name for line in report] == ["lock"]


def test_data_classes_enums_and_named_tuples_of_cells_come_back(tmp_path: Path) -> None:
    code = """
from dataclasses import dataclass
from enum import Enum
from collections import namedtuple
@dataclass
class P:
    x: int
class Colour(Enum):
    RED = 1
T = namedtuple('T', 'a b')
p, red, t = P(1), Colour.RED, T(1, 2)
"""
    back, _ = there_and_back(code, tmp_path)
    assert back["p"] == back["P"](1)
    assert back["red"] is back["Colour"].RED
    assert back["t"].b == 2


def test_loading_a_class_does_not_change_the_one_that_is_alive(tmp_path: Path) -> None:
    session = shell("class C:\n value = 1\nold = C()")
    snapshots = PythonSnapshots(session)
    snapshots.save(tmp_path / "s")
    alive = session.user_ns["C"]
    alive.value = 2
    snapshots.load(tmp_path / "s")
    assert (alive.value, session.user_ns["C"].value) == (2, 1)


def test_views_of_arrays_stay_views(tmp_path: Path) -> None:
    code = """
import numpy as np
a = np.arange(12.0)
part, back, grid = a[2:5], a[::-1], a.reshape(3, 4)
column = grid[:, 1]
fixed = a[:3]
fixed.flags.writeable = False
f = np.asfortranarray(np.arange(6).reshape(2, 3))
g = f[1:]
inner = {'v': a[5:6]}
empty = a[3:3]
"""
    back, report = there_and_back(code, tmp_path)
    back["a"][:] = range(100, 112)
    assert back["part"].tolist() == [102, 103, 104]
    assert back["back"][0] == 111
    assert back["column"].tolist() == [101, 105, 109]
    assert back["inner"]["v"].tolist() == [105]
    assert not back["fixed"].flags.writeable
    back["f"][1, 2] = 77
    assert back["g"][0, 2] == 77
    assert report == ()


def test_a_view_of_objects_comes_back_as_a_copy_and_that_is_said(tmp_path: Path) -> None:
    code = "import numpy as np\na = np.array([1, None], dtype=object)\nv = a[1:]"
    back, report = there_and_back(code, tmp_path)
    assert back["v"].tolist() == [None]
    assert [(line.name, "copy" in line.what) for line in report] == [("v", True)]


def test_views_survive_a_second_round(tmp_path: Path) -> None:
    back, _ = there_and_back("import numpy as np\na = np.arange(9)\nv = a[3:]", tmp_path)
    again, _ = there_and_back("", tmp_path, a=back["a"], v=back["v"])
    again["a"][3] = 55
    assert again["v"][0] == 55


def test_large_arrays_are_mapped_and_can_be_written_without_changing_the_file(
    tmp_path: Path,
) -> None:
    path = tmp_path / "s"
    PythonSnapshots(shell(a=np.ones(1 << 20), small=np.ones(3))).save(path)
    before = path.read_bytes()
    session = shell()
    PythonSnapshots(session).load(path)
    session.user_ns["a"][:] = 2
    session.user_ns["small"][:] = 2
    assert path.read_bytes() == before
    path.unlink()
    assert session.user_ns["a"].sum() == 2 << 20


def test_a_snapshot_written_over_the_one_that_is_loaded_harms_nothing(tmp_path: Path) -> None:
    session = shell(a=np.ones(1 << 20))
    snapshots = PythonSnapshots(session)
    for _ in range(3):
        snapshots.save(tmp_path / "s")
        snapshots.load(tmp_path / "s")
        session.user_ns["a"] += 1
    assert session.user_ns["a"][0] == 4


def test_a_file_being_read_is_opened_again_where_it_was(tmp_path: Path) -> None:
    (tmp_path / "t.txt").write_text("first\nsecond\nthird\n")
    code = (
        "t, b, r = open(name), open(name, 'rb'), open(name, 'rb', 0)\n"
        "for f in (t, b, r): f.readline()\ndel f"
    )
    back, report = there_and_back(code, tmp_path, name=str(tmp_path / "t.txt"))
    assert (back["t"].readline(), back["b"].readline()) == ("second\n", b"second\n")
    assert back["r"].readline() == b"second\n"
    assert {line.name for line in report} == {"t", "b", "r"}
    assert all("opened again" in line.what for line in report)
    for name in "tbr":
        back[name].close()


def test_a_file_being_read_that_is_gone_is_reported_and_the_rest_comes(tmp_path: Path) -> None:
    text = tmp_path / "t.txt"
    text.write_text("x")
    session = shell("f = open(name)\ng = [f]\nx = 1", name=str(text))
    PythonSnapshots(session).save(tmp_path / "s")
    session.user_ns["f"].close()
    text.unlink()
    other = shell()
    report = PythonSnapshots(other).load(tmp_path / "s")
    lost = {line.name: line.what for line in report if line.what.startswith("not loaded")}
    assert lost["f"].startswith("not loaded: FileNotFoundError")
    assert "shares" in lost["g"]
    assert other.user_ns["x"] == 1


def test_what_the_shell_put_there_is_not_saved_unless_it_was_rebound(tmp_path: Path) -> None:
    session = shell(open=open, quit=1, _i1="x", mine=1, tool=2)
    session.user_ns_hidden = {"open": open, "tool": "another"}
    PythonSnapshots(session).save(tmp_path / "s")
    other = shell()
    PythonSnapshots(other).load(tmp_path / "s")
    assert other.user_ns.keys() == {"__name__", "__builtins__", "mine", "tool"}


def test_it_comes_back_in_another_process(tmp_path: Path) -> None:
    code = "import json\nk = 2\nclass C:\n def m(self): return json.dumps([k])\nc = C()"
    PythonSnapshots(shell(code)).save(tmp_path / "s")
    path = str(tmp_path / "s")
    load = f"""
from pathlib import Path
from types import SimpleNamespace
from patina_python.snapshots import PythonSnapshots
space = {{"__name__": "__main__"}}
shell = SimpleNamespace(user_ns=space, user_ns_hidden={{}})
print(PythonSnapshots(shell).load(Path({path!r})))
print(space["c"].m())
"""
    out = subprocess.run([sys.executable, "-c", load], check=True, capture_output=True, text=True)
    assert out.stdout.splitlines() == ["()", "[2]"]


def test_frames_of_every_library_come_back(tmp_path: Path) -> None:
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"a": np.arange(1000), "b": ["x"] * 1000})
    back, report = there_and_back("", tmp_path, frame=frame, same=[frame])
    assert back["frame"].equals(frame)
    assert back["same"][0] is back["frame"]
    assert report == ()


def test_arrow_and_polars_come_back(tmp_path: Path) -> None:
    pa, pl = pytest.importorskip("pyarrow"), pytest.importorskip("polars")
    table, frame = pa.table({"a": [1, 2]}), pl.DataFrame({"a": [1, 2]})
    back, _ = there_and_back("", tmp_path, table=table, frame=frame)
    assert back["table"].equals(table)
    assert back["frame"].equals(frame)


def iter_of_nothing() -> Iterator[int]:
    yield from ()


values = st.recursive(
    st.one_of(st.integers(), st.text(), st.binary(), st.floats(allow_nan=False), st.none()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.text(max_size=4), inner, max_size=4),
        st.tuples(inner, inner),
        st.builds(iter_of_nothing),
    ),
    max_leaves=10,
)


def _is_savable(value: object) -> bool:
    if isinstance(value, dict):
        return all(map(_is_savable, value.values()))
    if isinstance(value, list | tuple):
        return all(map(_is_savable, value))
    return not hasattr(value, "send")


@settings(deadline=None, max_examples=60)
@given(st.dictionaries(st.sampled_from("abcdef"), values))
def test_whatever_can_be_saved_comes_back_equal_and_the_rest_is_reported(
    tmp_path_factory: pytest.TempPathFactory, names: dict[str, Any]
) -> None:
    back, report = there_and_back("", tmp_path_factory.mktemp("s"), **names)
    saved = {name: value for name, value in names.items() if _is_savable(value)}
    assert {name: back[name] for name in back if name in names} == saved
    assert {line.name for line in report} == names.keys() - saved.keys()
