"""Opening values, page by page."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from patina_kernel.language import NoSuchGlobalError, Page
from patina_python.inspector import PythonInspector


def opened(code: str, *path: str, offset: int = 0, limit: int = 100) -> Page:
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec(code, namespace)
    return PythonInspector(namespace).children("x", path, offset, limit)


def steps(page: Page) -> list[str]:
    return [child.name for child in page.children]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("x = [7, 8]", ["[0]", "[1]"]),
        ("x = (7,)", ["[0]"]),
        ("x = range(2)", ["[0]", "[1]"]),
        ("import collections; x = collections.deque([1])", ["[0]"]),
        ("x = {5}", ["{0}"]),
        ("x = frozenset([5])", ["{0}"]),
        ("x = {'a': 1, 7: 2, (1,): 3, 'l' * 999: 4}", ["['a']", "[7]", "#2", "#3"]),
        ("import collections; x = collections.OrderedDict(a=1)", ["['a']"]),
        ("import collections; x = collections.Counter('a')", ["['a']"]),
        ("import types; x = types.SimpleNamespace(a=1, b=2)", [".a", ".b"]),
        ("from dataclasses import make_dataclass as m; x = m('P', ['a'])(1)", [".a"]),
        ("from dataclasses import make_dataclass as m; x = m('P', ['a'], slots=True)(1)", [".a"]),
        ("from collections import namedtuple; x = namedtuple('P', 'a b')(1, 2)", ["[0]", "[1]"]),
        ("import types; x = types.ModuleType('m'); x.a = 1", [".a"]),
        ("x = 5", []),
        ("x = range(10**30)", [f"[{n}]" for n in range(100)]),
    ],
)
def test_each_kind_of_value_has_its_steps(code: str, expected: list[str]) -> None:
    page = opened(code)
    assert steps(page) == expected
    assert page.of.has_children == bool(expected)


def test_members_of_a_class_are_shown_raw() -> None:
    page = opened(
        "class x:\n a = 1\n @property\n def p(self): raise ValueError\n def f(self): pass"
    )
    kinds = {child.name: (child.kind, child.type) for child in page.children}
    assert kinds[".a"] == ("data", "int")
    assert kinds[".p"] == ("data", "property")
    assert kinds[".f"] == ("function", "function")


def test_a_page_is_a_part_and_the_total_counts_all() -> None:
    page = opened("x = list(range(1_000_000))", offset=999_998, limit=10)
    assert (steps(page), page.total) == (["[999998]", "[999999]"], 1_000_000)
    assert len(opened("x = [0] * 9999", limit=10**9).children) == 500
    assert opened("x = [0]", offset=5).children == ()


def test_the_attributes_of_a_subclass_follow_its_items() -> None:
    code = "class L(list): pass\nx = L([1, 2]); x.a = 3; x.b = 4"
    assert steps(opened(code, offset=1, limit=2)) == ["[1]", ".a"]
    assert steps(opened(code, offset=3, limit=2)) == [".b"]


def test_a_path_leads_through_every_kind_of_step() -> None:
    code = "class P: pass\nx = {'k': [({1: P()},)]}\nx['k'][0][0][1].attribute = {5}"
    page = opened(code, "['k']", "[0]", "[0]", "[1]", ".attribute")
    assert (page.of.name, page.of.type, steps(page)) == (".attribute", "set", ["{0}"])


@pytest.mark.parametrize(
    "path", [["[9]"], ["nonsense"], ["['k']"], ["#0"], ["[-1]"], ["[0]"] * 100]
)
def test_a_step_that_leads_nowhere_is_said(path: list[str]) -> None:
    with pytest.raises(NoSuchGlobalError, match="x"):
        opened("x = [1]", *path)


def test_a_name_that_is_not_there_is_said() -> None:
    with pytest.raises(NoSuchGlobalError, match="nothing"):
        PythonInspector({}).children("nothing", [], 0, 10)


nested = st.recursive(
    st.one_of(st.integers(), st.text(max_size=4), st.none()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(st.text(max_size=3), st.integers()), inner, max_size=4),
    ),
    max_leaves=20,
)


@given(nested)
def test_every_part_that_is_shown_is_reached_by_its_step(value: object) -> None:
    inspector = PythonInspector({"x": value})
    waiting: list[tuple[str, ...]] = [()]
    while waiting:
        path = waiting.pop()
        page = inspector.children("x", path, 0, 100)
        assert len(page.children) == page.total
        for child in page.children:
            of = inspector.children("x", [*path, child.name], 0, 100).of
            assert of == child
            waiting += [(*path, child.name)] if child.has_children else []
