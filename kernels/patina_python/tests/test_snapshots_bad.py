"""Snapshots that cannot be read, and values that cannot be saved."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from patina_kernel.language import ReportLine, SnapshotError
from patina_python.snapshots import PythonSnapshots

pytest.importorskip("cloudpickle")


def shell(code: str = "", **names: Any) -> SimpleNamespace:
    namespace: dict[str, Any] = {"__name__": "__main__", **names}
    exec(code, namespace)
    return SimpleNamespace(user_ns=namespace, user_ns_hidden={})


def saved(code: str, path: Path, **names: Any) -> dict[str, ReportLine]:
    _, report = PythonSnapshots(shell(code, **names)).save(path)
    return {line.name: line for line in report}


def refused(path: Path) -> SnapshotError:
    session = shell(keep=1)
    before = dict(session.user_ns)
    with pytest.raises(SnapshotError) as caught:
        PythonSnapshots(session).load(path)
    assert session.user_ns == before
    assert path.name in str(caught.value)
    assert caught.value.hint
    return caught.value


def with_manifest(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change what a snapshot says of itself, as somebody would who also corrects the checksum."""
    data = path.read_bytes()
    _, offset, length, _ = struct.unpack_from("<16sQQ32s", data)
    manifest = json.loads(data[offset : offset + length])
    change(manifest)
    text = json.dumps(manifest).encode()
    header = struct.pack("<16sQQ32s", data[:16], offset, len(text), hashlib.sha256(text).digest())
    path.write_bytes(header + data[64:offset] + text)


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    path = tmp_path / "run.snapshot"
    saved("a = [1, 2]\nb = 'text'\nimport numpy\nc = numpy.arange(9)", path)
    return path


@pytest.mark.parametrize("content", [b"", b"x", b"\x80\x04.", b"PK\x03\x04" * 99, bytes(1000)])
def test_a_file_that_is_something_else_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.pkl"
    path.write_bytes(content)
    assert "not a snapshot" in str(refused(path))


def test_a_file_that_is_not_there_or_is_a_folder_is_refused(tmp_path: Path) -> None:
    assert "No such file" in str(refused(tmp_path / "nothing"))
    refused(tmp_path)


def test_a_snapshot_that_is_cut_off_anywhere_is_refused(snapshot: Path) -> None:
    data = snapshot.read_bytes()
    for length in range(0, len(data), 97):
        snapshot.write_bytes(data[:length])
        refused(snapshot)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_a_snapshot_with_a_changed_byte_is_refused_or_loads_what_was_saved(
    snapshot: Path, data: st.DataObject
) -> None:
    path = snapshot.with_name("changed")
    content = bytearray(snapshot.read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    session = shell()
    try:
        PythonSnapshots(session).load(path)
    except SnapshotError:
        return
    assert (session.user_ns["a"], session.user_ns["b"]) == ([1, 2], "text")
    assert session.user_ns["c"].tolist() == list(range(9))


def test_another_python_minor_version_is_refused_with_the_reason(snapshot: Path) -> None:
    with_manifest(snapshot, lambda m: m.update(python="3.8"))
    error = refused(snapshot)
    assert "was saved by cpython 3.8" in str(error)
    assert "Start a kernel with cpython 3.8" in error.hint


def test_a_newer_format_is_refused_with_the_advice_to_update(snapshot: Path) -> None:
    with_manifest(snapshot, lambda m: m.update(format=99))
    assert "Update" in refused(snapshot).hint


@pytest.mark.parametrize(
    "change",
    [
        {"format": "1"},
        {"format": None},
        {"python": {"a": 1}},
        {"variables": 5},
        {"variables": [{}]},
        {"libraries": [1]},
        {"report": [{"kind": 1}]},
        {"report": [{"unknown": "x"}]},
    ],
)
def test_a_manifest_that_says_nonsense_is_refused(snapshot: Path, change: dict[str, Any]) -> None:
    with_manifest(snapshot, lambda m: m.update(change))
    refused(snapshot)


@pytest.mark.parametrize("place", [{"offset": -1}, {"length": 1 << 61}, {"offset": 1 << 99}])
def test_a_manifest_that_points_outside_the_file_is_refused(
    snapshot: Path, place: dict[str, int]
) -> None:
    with_manifest(snapshot, lambda m: m["variables"][0].update(place))
    refused(snapshot)


def test_other_versions_of_libraries_and_another_platform_are_reported(snapshot: Path) -> None:
    with_manifest(snapshot, lambda m: m["libraries"].update(numpy="0.1"))
    with_manifest(snapshot, lambda m: m.update(platform="plan9-vax"))
    report = PythonSnapshots(shell()).load(snapshot)
    assert {(line.kind, line.name) for line in report} == {
        ("library", "numpy"),
        ("platform", "plan9-vax"),
    }


def test_large_data_that_changed_on_disk_is_found_by_verify(tmp_path: Path) -> None:
    np = pytest.importorskip("numpy")
    path = tmp_path / "s"
    saved("", path, a=np.zeros(1 << 20))
    PythonSnapshots.verify(path)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(SnapshotError, match="the data of a"):
        PythonSnapshots.verify(path)


def test_what_cannot_be_saved_is_named_with_the_reason_and_what_to_do(tmp_path: Path) -> None:
    with socket.socket() as connection, (tmp_path / "w").open("w") as file:
        code = "import threading\ng = (i for i in [1])\nl = threading.Lock()\nx = 1"
        report = saved(code, tmp_path / "s", connection=connection, file=file)
    assert report.keys() == {"g", "l", "connection", "file"}
    assert (report["g"].kind, "generator" in report["g"].what) == ("generator", True)
    assert "lock" in report["l"].what
    assert "socket" in report["connection"].what
    assert "writing" in report["file"].what
    assert all(line.advice for line in report.values())


@pytest.mark.parametrize("method", ["__reduce_ex__", "__reduce__", "__getstate__"])
@pytest.mark.parametrize("error", ["ValueError('no')", "SystemExit(3)", "MemoryError()", "Own()"])
def test_an_object_that_raises_when_it_is_saved_costs_only_itself(
    tmp_path: Path, method: str, error: str
) -> None:
    code = f"""
class Own(BaseException):
    def __str__(self): raise RuntimeError
    __repr__ = __str__
class Bad:
    def {method}(self, *args): raise {error}
bad, deep, good = Bad(), [{{'k': Bad()}}], 1
"""
    assert saved(code, tmp_path / "s").keys() == {"bad", "deep"}
    session = shell()
    assert len(PythonSnapshots(session).load(tmp_path / "s")) == 2
    assert session.user_ns["good"] == 1


def test_an_object_that_raises_when_it_is_loaded_costs_itself_and_what_shares_it(
    tmp_path: Path,
) -> None:
    code = """
class Bad:
    def __setstate__(self, state): raise SystemExit(state)
    def __getstate__(self): return {'a': 1}
part = ['shared with nobody']
inner = ['shared']
bad = [Bad(), inner]
inside = ['only in bad']
worse = [inside, Bad()]
good = [inner, 1]
last = [part, good]
"""
    assert saved(code, tmp_path / "s") == {}
    session = shell()
    report = {line.name for line in PythonSnapshots(session).load(tmp_path / "s")}
    assert report == {"bad", "worse"}
    assert session.user_ns["last"][1] is session.user_ns["good"]
    assert session.user_ns["good"][0] is session.user_ns["inner"]


def test_what_was_first_met_in_a_variable_that_is_lost_is_not_quietly_something_else(
    tmp_path: Path,
) -> None:
    code = """
class Bad:
    def __setstate__(self, state): raise ValueError('lost')
    def __getstate__(self): return {'a': 1}
bad = [['met here first'], Bad()]
shared = bad[0]
own = {'k': ['v']}
also = [own, shared]
fine = [own]
"""
    saved(code, tmp_path / "s")
    session = shell()
    report = {line.name: line for line in PythonSnapshots(session).load(tmp_path / "s")}
    assert report.keys() == {"bad", "shared", "also"}
    assert "shares" in report["shared"].what
    assert session.user_ns["fine"][0] is session.user_ns["own"]


def test_a_missing_module_costs_only_the_variables_that_need_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "passing_module.py").write_text("class C: pass\n")
    monkeypatch.syspath_prepend(tmp_path)
    saved("import passing_module as m\nc = m.C()\nx = 1", tmp_path / "s")
    del sys.modules["passing_module"]
    (tmp_path / "passing_module.py").unlink()
    monkeypatch.undo()
    session = shell()
    report = {line.name: line for line in PythonSnapshots(session).load(tmp_path / "s")}
    assert report.keys() == {"m", "c"}
    assert "Install" in report["m"].advice
    assert session.user_ns["x"] == 1


def test_nesting_without_end_is_reported_whatever_recursion_limit_the_user_has_set(
    tmp_path: Path,
) -> None:
    code = "deep = []\nfor _ in range(200_000): deep = [deep]\nx = [1]"
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(10**6)
    try:
        report = saved(code, tmp_path / "s")
        assert sys.getrecursionlimit() == 10**6
    finally:
        sys.setrecursionlimit(limit)
    assert report.keys() == {"deep"}
    assert "recursion" in report["deep"].what


def test_a_class_that_lies_about_itself_harms_only_itself(tmp_path: Path) -> None:
    code = """
class Meta(type):
    def __instancecheck__(cls, value): raise RuntimeError
    def __getattribute__(cls, name): raise RuntimeError(name)
class Evil(metaclass=Meta):
    @property
    def __class__(self): raise RuntimeError
evil = type.__call__(Evil)
x = 1
"""
    report = saved(code, tmp_path / "s")
    assert "x" not in report
    session = shell()
    PythonSnapshots(session).load(tmp_path / "s")
    assert session.user_ns["x"] == 1


def test_a_save_that_fails_or_is_interrupted_leaves_the_old_snapshot(tmp_path: Path) -> None:
    path = tmp_path / "s"
    saved("x = 1", path)
    before = path.read_bytes()
    with pytest.raises(KeyboardInterrupt):
        saved("class B:\n def __reduce__(s): raise KeyboardInterrupt\nb = B()", path)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["s"]  # noqa: PTH208 - names only


def test_a_place_that_cannot_be_written_to_is_said(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="cannot be written") as caught:
        saved("x = 1", tmp_path / "no" / "folder")
    assert caught.value.hint


def test_a_snapshot_can_only_be_read_by_its_owner(snapshot: Path) -> None:
    assert snapshot.stat().st_mode & 0o077 == 0
