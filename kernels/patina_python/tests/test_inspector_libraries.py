"""Arrays and frames of known libraries."""

from __future__ import annotations

import base64
import subprocess
import sys
import threading
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from patina_kernel.language import Global
from patina_python.inspector import PythonInspector

np = pytest.importorskip("numpy")
pd = pytest.importorskip("pandas")


def seen(value: object) -> tuple[Global, PythonInspector]:
    inspector = PythonInspector({"x": value})
    (row,) = inspector.delta(5).changes
    return row, inspector


def test_an_array_has_its_shape_dtype_bytes_and_first_items() -> None:
    row, inspector = seen(np.arange(12.0).reshape(3, 4))
    assert (row.type, row.shape, row.dtype, row.bytes) == ("ndarray", (3, 4), "float64", 96)
    assert row.summary == "[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, …]"
    assert inspector.children("x", ["[2]"], 1, 2).children[0].summary == "9.0"


@pytest.mark.parametrize(
    "value",
    [
        np.array(5),
        np.zeros((0, 3)),
        np.array([object()], dtype=object),
        np.zeros(3, dtype=[("a", "i4"), ("b", "f8")]),
        np.array(["2020-01-01"], dtype="datetime64[D]"),
        np.array(["text"]),
        np.array([b"x"]),
        np.zeros(2, dtype="complex64"),
        np.zeros(2, dtype=np.longdouble),
        np.ma.array([1, 2], mask=[True, False]),
        np.rec.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")]),
        np.broadcast_to(np.float32(1), (1000, 1000, 1000)),
    ],
)
def test_arrays_of_every_dtype_are_described(value: Any) -> None:
    row, inspector = seen(value)
    assert row.shape == value.shape
    assert not row.summary.startswith("<ndarray")
    inspector.children("x", [], 0, 10)


def test_scalars_are_shown_as_numbers() -> None:
    row, _ = seen(np.float64(1.5))
    assert (row.summary, row.dtype) == ("1.5", "float64")
    assert seen([np.int8(3)])[0].summary == "[3]"


def test_a_data_frame_has_its_columns_with_dtypes_and_rows() -> None:
    frame = pd.DataFrame(
        {"price": [1.5, 2.5], "name": ["a", "b"], "n": pd.Series([1, 2], dtype="Int64")}
    )
    row, inspector = seen(frame)
    assert (row.type, row.shape, row.length) == ("DataFrame", (2, 3), 2)
    assert row.summary == "price float64, name str, n Int64"
    page = inspector.children("x", [], 0, 10)
    assert [(c.name, c.dtype) for c in page.children][1:] == [
        ("['price']", "float64"),
        ("['name']", "str"),
        ("['n']", "Int64"),
    ]
    rows = inspector.children("x", ["rows"], 1, 1)
    assert (rows.total, rows.children[0].summary) == (2, "price=2.5, name='b', n=2")
    cells = inspector.children("x", ["rows", "[0]"], 0, 10).children
    assert (cells[0].name, cells[0].summary) == ("['price']", "1.5")
    assert inspector.children("x", ["['name']", "[1]"], 0, 1).of.summary == "'b'"


@pytest.mark.parametrize(
    ("index", "step", "dtype", "second"),
    [
        (pd.Index(["Rome", "Oslo"], name="city"), "index['city']", "str", "'Oslo'"),
        (pd.date_range("2020", periods=2), "index", "datetime64", "2020-01-02"),
        (pd.RangeIndex(5, 7), "index", "int64", "6"),
        (pd.CategoricalIndex(["a", "b"]), "index", "category", "'b'"),
        (
            pd.MultiIndex.from_tuples([("a", 1), ("b", 2)], names=["k", "n"]),
            "index['k, n']",
            "object",
            "('b', 2)",
        ),
    ],
)
def test_the_rows_of_a_frame_have_their_labels(
    index: Any, step: str, dtype: str, second: str
) -> None:
    _, inspector = seen(pd.DataFrame({"n": [1, 2]}, index=index))
    page = inspector.children("x", [], 0, 10)
    assert [child.name for child in page.children] == ["rows", step, "['n']"]
    assert page.total == 3
    labels = page.children[1]
    assert (labels.type, labels.length) == ("index", 2)
    assert (labels.dtype or "").startswith(dtype)
    assert inspector.children("x", [step], 1, 1).children[0].summary.startswith(second)
    assert [child.name for child in inspector.children("x", [], 2, 5).children] == ["['n']"]


def test_a_frame_whose_rows_have_only_numbers_has_no_index_and_one_of_the_users_is_not_asked() -> (
    None
):
    def cry(*_: object) -> None:
        raise AssertionError("user code was run")

    theirs_class: Any = type("Theirs", (pd.Index,), {"__getitem__": cry})
    plain = pd.DataFrame({"n": [1, 2]})
    theirs = pd.DataFrame({"n": [1, 2]})
    theirs._mgr.axes[1] = object.__new__(theirs_class)
    theirs._mgr.axes[1].__dict__.update(pd.Index([1, 2]).__dict__)
    for frame in (plain, theirs):
        names = [child.name for child in seen(frame)[1].children("x", [], 0, 10).children]
        assert names == ["rows", "['n']"]


def test_columns_with_one_name_are_told_apart_by_number() -> None:
    row, inspector = seen(pd.DataFrame([[1, 2]], columns=["a", "a"]))
    assert [c.name for c in inspector.children("x", [], 0, 10).children] == ["rows", "['a']", "#1"]
    assert inspector.children("x", ["#1", "[0]"], 0, 1).of.summary == "2"
    assert row.bytes == 16


def test_a_column_far_behind_its_namesake_is_still_told_apart() -> None:
    frame = pd.DataFrame(np.zeros((1, 400)), columns=["a", *map(str, range(398)), "a"])
    row, inspector = seen(frame)
    assert inspector.children("x", [], 400, 1).children[0].name == "#399"
    assert row.shape == (1, 400)


def test_a_column_of_objects_runs_no_code_of_theirs_and_its_size_is_approximate() -> None:
    namespace: dict[str, Any] = {}
    exec("class E:\n def __repr__(s): raise ValueError\n __len__ = __str__ = __repr__", namespace)
    column = np.empty(2, dtype=object)
    column[:] = [namespace["E"](), 5]
    row, inspector = seen(pd.DataFrame({"c": column}))
    assert row.approximate
    assert inspector.children("x", ["['c']"], 0, 5).children[0].type == "E"


def test_a_patched_property_of_pandas_is_not_called(monkeypatch: pytest.MonkeyPatch) -> None:
    def cry(_self: object) -> None:
        raise AssertionError("user code was run")

    frame = pd.DataFrame({"a": [1]})
    for name in ("shape", "columns", "dtypes", "index", "size"):
        monkeypatch.setattr(pd.DataFrame, name, property(cry))
    assert seen(frame)[0].shape == (1, 1)


def test_an_extension_array_of_the_users_is_not_asked() -> None:
    theirs = pytest.importorskip("pandas.tests.extension.decimal")
    row, _ = seen(pd.DataFrame({"d": theirs.DecimalArray._from_sequence([Decimal("1.5")])}))
    assert (row.summary, row.shape, row.approximate) == ("d extension", (1, 1), True)


def test_a_frame_that_was_never_made_says_that_it_cannot_be_read() -> None:
    row, _ = seen(pd.DataFrame.__new__(pd.DataFrame))
    assert (row.type, row.summary, row.has_children) == ("DataFrame", "<DataFrame>", False)
    assert row.unreadable
    assert not seen(pd.DataFrame({"a": [1]}))[0].unreadable


def test_series_and_indexes_are_columns() -> None:
    row, inspector = seen(pd.Series([1, 2, 3], name="s"))
    assert (row.type, row.dtype, row.length, row.summary) == ("Series", "int64", 3, "[1, 2, 3]")
    assert inspector.children("x", [], 2, 1).children[0].name == "[2]"
    assert seen(pd.RangeIndex(5))[0].length == 5
    assert seen(pd.Index(["a"]))[0].summary == "['a']"
    assert seen(pd.date_range("2020", periods=2))[0].summary.startswith("[2020-01-01")


def test_a_polars_frame_is_read_without_starting_its_threads() -> None:
    pytest.importorskip("polars")
    code = """
import os, polars
from patina_python.inspector import PythonInspector
frame = polars.DataFrame({"a": [1, 2], "b": ["x", "y"]})
before = len(os.listdir("/proc/self/task"))
inspector = PythonInspector({"x": frame})
(row,) = inspector.delta(5).changes
assert (row.type, row.shape, row.summary) == ("DataFrame", (2, 2), "a Int64, b String"), row
assert inspector.children("x", ["rows"], 1, 1).children[0].summary == "a=2, b='y'"
assert inspector.children("x", ["['b']"], 0, 1).children[0].summary == "'x'"
assert len(os.listdir("/proc/self/task")) == before
"""
    if not Path("/proc/self/task").exists():
        pytest.skip("threads are counted in /proc")
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_arrow_table_is_a_frame() -> None:
    pa = pytest.importorskip("pyarrow")
    row, inspector = seen(pa.table({"a": [1, None], "b": ["x", "y"]}))
    assert (row.type, row.shape, row.summary) == ("Table", (2, 2), "a int64, b string")
    rows = inspector.children("x", ["rows"], 0, 2).children
    assert [each.summary for each in rows] == ["a=1, b='x'", "a=None, b='y'"]


def test_a_tensor_is_described_but_its_numbers_are_not_fetched(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Tensor:
        shape, dtype, device = (2, 3), "torch.float32", "cuda:0"

        def numel(self) -> int:
            return 6

        def element_size(self) -> int:
            return 4

        def __getitem__(self, _: int) -> None:
            raise AssertionError("a number was fetched")

    torch = ModuleType("torch")
    torch.Tensor = Tensor  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "torch", torch)
    row, _ = seen(Tensor())
    assert (row.shape, row.bytes, row.dtype) == ((2, 3), 24, "torch.float32")
    assert row.summary == "on cuda:0"


def test_a_library_is_recognised_when_it_comes_later() -> None:
    code = """
import sys
from patina_python.inspector import PythonInspector
assert not {"numpy", "pandas", "polars", "pyarrow", "torch"} & sys.modules.keys()
namespace = {}
inspector = PythonInspector(namespace)
inspector.delta(5)
exec("import numpy; a = numpy.zeros(3)", namespace)
assert next(r for r in inspector.delta(5).changes if r.name == "a").shape == (3,)
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_inspector_starts_no_thread() -> None:
    before = threading.active_count()
    seen(pd.DataFrame({"a": [1]}))
    assert threading.active_count() == before


def test_arrays_of_colours_and_images_have_a_picture_of_bounded_size() -> None:
    image = pytest.importorskip("PIL.Image")
    colours = np.zeros((1200, 30, 3), np.uint8)
    colours[..., 0] = np.arange(30)
    page = seen(colours)[1].children("x", [], 0, 1)
    assert page.picture is not None
    assert page.picture.mime == "image/png"
    shown = image.open(BytesIO(base64.b64decode(page.picture.data)))
    assert (shown.mode, shown.size) == ("RGB", (10, 400))
    assert shown.getpixel((4, 7)) == (12, 0, 0)
    row, inspector = seen(image.new("L", (2000, 1000), 9))
    assert (row.type, row.summary, row.has_children) == ("Image", "L 2000×1000", False)
    page = inspector.children("x", [], 0, 1)
    assert page.picture is not None
    shown = image.open(BytesIO(base64.b64decode(page.picture.data)))
    assert (shown.size, shown.getpixel((0, 0))) == ((512, 256), (9, 9, 9, 255))


def test_what_is_no_picture_has_none() -> None:
    for value in (
        np.zeros((20, 20), np.uint8),
        np.zeros((20, 20, 3)),
        np.zeros((9, 1, 3), np.uint8),
    ):
        assert seen(value)[1].children("x", [], 0, 1).picture is None
    assert seen(np.zeros((20, 20, 4), np.uint8))[1].children("x", [], 1, 1).picture is None
