"""Values that would harm whoever calls their methods."""

from __future__ import annotations

import gc
import json
from dataclasses import asdict
from typing import Any

import pytest
from patina_kernel.language import Global
from patina_python.inspector import PythonInspector
from patina_python.inspector.describe import describe

HOSTILE = """
calls = []

def cry(*args, **kwargs):
    calls.append("called")
    raise RuntimeError("user code was run")

class Meta(type):
    __instancecheck__ = __subclasscheck__ = __getattribute__ = __hash__ = __eq__ = __repr__ = cry
    mro_lie = property(cry)

class Evil(metaclass=Meta):
    __repr__ = __str__ = __len__ = __iter__ = __getitem__ = __hash__ = __eq__ = __bool__ = cry
    __getattr__ = __getattribute__ = __sizeof__ = __dir__ = __format__ = __reduce_ex__ = cry
    __class__ = __dict__ = shape = dtype = nbytes = __array__ = property(cry)

class Slotted:
    __slots__ = ("x", "empty")
    __getattribute__ = __repr__ = cry
    y = property(cry)

class Dict(dict):
    items = keys = values = __iter__ = __len__ = __getitem__ = __repr__ = cry

class List(list):
    __iter__ = __len__ = __getitem__ = __repr__ = cry

class Set(set):
    __iter__ = __len__ = __repr__ = cry

class Text(str):
    __repr__ = __str__ = __len__ = __getitem__ = __eq__ = encode = cry
    __hash__ = str.__hash__

class Failure(Exception):
    __repr__ = __str__ = __getattribute__ = cry

class Liar:
    @property
    def __class__(self):
        cry()

evil = type.__call__(Evil)
slotted = Slotted()
Slotted.__dict__["x"].__set__(slotted, evil)
table = Dict(a=1, b=evil)
numbers = List([1, 2, 3])
members = Set([1, 2])
text = Text("hello")
failure = Failure("no", evil)
liar = Liar()
nested = [evil, {"k": evil}, (evil,), {1: {2: {3: evil}}}]
keyed = {evil_key: 1 for evil_key in [slotted]}
"""


def hostile() -> dict[str, Any]:
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec(HOSTILE, namespace)
    return namespace


def everything(inspector: PythonInspector) -> list[Global]:
    inspector.before_cell("evil; table; nested")
    return list(inspector.delta(5).changes)


def test_no_method_of_the_users_is_called_to_list_or_to_open_hostile_values() -> None:
    namespace = hostile()
    inspector = PythonInspector(namespace)
    rows = everything(inspector)
    everything(inspector)
    assert {row.name for row in rows} >= {"evil", "slotted", "table", "Meta", "Evil", "liar"}
    for row in rows:
        inspector.children(row.name, [], 0, 100)
    assert namespace["calls"] == []


def test_hostile_containers_are_read_as_the_containers_they_are() -> None:
    inspector = PythonInspector(hostile())
    rows = {row.name: row for row in everything(inspector)}
    assert (rows["table"].length, rows["numbers"].length, rows["members"].length) == (2, 3, 2)
    steps = [child.name for child in inspector.children("table", [], 0, 10).children]
    assert steps == ["['a']", "['b']"]
    assert [c.summary for c in inspector.children("numbers", [], 0, 10).children] == ["1", "2", "3"]
    assert inspector.children("slotted", [".x"], 0, 10).of.type == "Evil"


@pytest.mark.parametrize("field", ["_names", "_name", "_range", "_levels", "_codes", "_data"])
@pytest.mark.parametrize("kind", ["Index", "RangeIndex", "MultiIndex"])
def test_what_was_put_into_an_index_of_pandas_is_not_called(field: str, kind: str) -> None:
    pd = pytest.importorskip("pandas")
    made = {
        "Index": lambda: pd.Index([7, 8]),
        "RangeIndex": lambda: pd.RangeIndex(2),
        "MultiIndex": lambda: pd.MultiIndex.from_product([[7, 8], ["a"]]),
    }
    namespace = hostile()
    namespace["frame"] = pd.DataFrame({"a": [1, 2]}, index=made[kind]())
    (index,) = namespace["frame"]._mgr.axes[1:]
    index.__dict__[field] = namespace["evil"]
    inspector = PythonInspector(namespace)
    (row,) = (row for row in everything(inspector) if row.name == "frame")
    inspector.children("frame", [], 0, 10)
    assert (row.shape, namespace["calls"]) == ((2, 1), [])


def test_a_repr_that_never_ends_or_returns_a_gigabyte_is_not_asked() -> None:
    namespace: dict[str, Any] = {}
    endless = "class A:\n def __repr__(s):\n  while True: pass\n"
    large = "class B:\n def __repr__(s): return 'x' * 10**9\n"
    exec(endless + large + "a = A()\nb = [B() for _ in range(9)]", namespace)
    rows = {row.name: row for row in PythonInspector(namespace).delta(5).changes}
    assert rows["a"].summary == "A()"
    assert rows["b"].summary == "[<B>, <B>, <B>, <B>, <B>, <B>, …]"


def test_an_object_whose_class_says_that_it_is_another_is_shown_with_its_own() -> None:
    namespace: dict[str, Any] = {}
    exec("class Liar:\n __class__ = property(lambda s: dict)\nliar = Liar()", namespace)
    (_, row) = sorted(PythonInspector(namespace).delta(5).changes, key=lambda row: row.name)
    assert (row.name, row.type) == ("liar", "Liar")


def test_a_class_that_calls_itself_ndarray_is_not_taken_for_an_array() -> None:
    namespace: dict[str, Any] = {}
    exec(
        "class ndarray:\n __module__ = 'numpy'\n shape = property(lambda s: 1 / 0)\na = ndarray()",
        namespace,
    )
    rows = {row.name: row for row in PythonInspector(namespace).delta(5).changes}
    assert rows["a"].shape is None


def test_a_namespace_with_keys_that_are_no_names_is_read_without_comparing_them() -> None:
    namespace = hostile()
    namespace[namespace["Text"]("x")] = 1
    namespace[7] = 2  # type: ignore[index]
    namespace["\ud800"] = 3
    namespace["n" * 1000] = 4
    namespace["calls"].clear()
    inspector = PythonInspector(namespace)
    names = {row.name for row in everything(inspector)}
    assert not names & {"x", 7, "\ud800", "n" * 1000}
    assert namespace["calls"] == []


def test_objects_die_when_the_user_lets_them_go_and_their_del_is_not_run_by_us() -> None:
    namespace: dict[str, Any] = {"died": []}
    exec(
        "class D:\n def __del__(s): died.append(1)\n"
        "d = D()\nholder = [D()]\nboth = (D(), {'k': D()})",
        namespace,
    )
    inspector = PythonInspector(namespace)
    inspector.delta(5)
    inspector.delta(5)
    del namespace["d"], namespace["holder"], namespace["both"]
    assert len(namespace["died"]) == 4


def test_the_collector_which_would_run_a_del_of_the_users_is_kept_out_of_a_look(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    collecting: list[bool] = []

    def noted(name: str, value: object) -> Global:
        collecting.append(gc.isenabled())
        return describe(name, value)

    monkeypatch.setattr("patina_python.inspector.inspector.describe", noted)
    PythonInspector({"x": 1}).delta(5)
    assert collecting == [False]
    assert gc.isenabled()


def test_every_row_of_hostile_values_can_be_sent_as_json() -> None:
    namespace: dict[str, Any] = {"bad": "\ud800" * 500, "huge": 10**100_000, "odd": {"\udfff": 1}}
    value: object = 1
    for _ in range(100_000):
        value = [value]
    namespace["deep"] = value
    inspector = PythonInspector(namespace)
    for row in inspector.delta(5).changes:
        assert len(row.summary) <= 200
        json.dumps(asdict(row), ensure_ascii=False).encode()


@pytest.mark.parametrize(
    "base", ["dict", "list", "tuple", "set", "frozenset", "int", "str", "bytes"]
)
def test_a_subclass_of_a_builtin_keeps_its_size_and_its_attributes(base: str) -> None:
    namespace: dict[str, Any] = {}
    exec(f"class Sub({base}):\n pass\nvalue = Sub()\nvalue.note = 'seen'", namespace)
    inspector = PythonInspector(namespace)
    inspector.delta(5)
    page = inspector.children("value", [], 0, 10)
    assert (page.of.type, [c.name for c in page.children]) == ("Sub", [".note"])


def test_the_size_of_a_generator_is_not_read_from_where_it_has_none() -> None:
    namespace = {"g": (i for i in [1]), "s": slice(1, 2), "o": object()}
    for row in PythonInspector(namespace).delta(5).changes:
        assert row.bytes is None or row.bytes < 10_000
