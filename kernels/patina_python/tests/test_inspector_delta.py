"""What changed after a cell."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from patina_kernel.language import Change, Delta
from patina_python.inspector import PythonInspector


class Session:
    """A namespace, its inspector, and a way to run cells."""

    def __init__(self, first: str = "", **names: Any) -> None:
        self.namespace: dict[str, Any] = {"__name__": "__main__", **names}
        self.inspector = PythonInspector(self.namespace)
        self.run(first)

    def run(self, code: str) -> list[tuple[str, Change | None]]:
        self.inspector.before_cell(code)
        exec(code, self.namespace)
        delta = self.inspector.delta(5)
        assert delta.complete
        return [(row.name, row.changed) for row in delta.changes]


def test_a_cell_makes_names_rebinds_them_and_takes_them_away() -> None:
    session = Session("a = 1\nb = 'text'")
    assert session.run("c = [1]") == [("c", "new")]
    assert session.run("a = 2") == [("a", "rebound")]
    assert session.run("del b") == [("b", "gone")]
    assert [row.name for row in session.inspector.table()] == ["a", "c"]


def test_a_cell_that_changes_nothing_reports_nothing() -> None:
    session = Session("a = 1\nb = [1, 2]\nc = {'k': 'v'}\ndef f(): return b\nimport json")
    assert session.run("import json; f(); json.dumps(c); b + [a]") == []


def test_names_the_cell_binds_come_before_those_it_only_uses_and_the_rest() -> None:
    session = Session("big = list(range(100))\nother = 1")
    changes = session.run("exec('other = 2'); z = 1; big[50] = 0; a = 2")
    assert changes == [("a", "new"), ("z", "new"), ("big", "maybe"), ("other", "rebound")]


@pytest.mark.parametrize(
    ("made", "code"),
    [
        ("x = list(range(99))", "x[50] = 'changed'"),
        ("x = list(range(99))", "exec('x.append(1)')"),
        ("x = {i: i for i in range(99)}", "x[50] = 0"),
        ("x = {1}", "exec('x.add(2)')"),
        ("x = bytearray(9)", "x[3] = 1"),
        ("import collections; x = collections.deque([1])", "exec('x.append(2)')"),
        ("import types; x = types.SimpleNamespace(a=1)", "x.a = 2"),
        ("class C: pass\nx = C", "x.attribute = 1"),
        ("import numpy; x = numpy.zeros(5)", "x[2] = 1"),
        ("import numpy; x = numpy.zeros(6)", "exec('x.shape = (2, 3)')"),
        ("x = [[0] * 50]\ndef change(): x[0][3] = 1", "change()"),
    ],
)
def test_a_change_in_place_is_maybe(made: str, code: str) -> None:
    session = Session(made)
    assert ("x", "maybe") in session.run(code)


def test_another_name_for_a_value_that_may_have_changed_may_have_changed_too() -> None:
    session = Session("a = list(range(99))\nb = a")
    assert session.run("b[50] = 0") == [("b", "maybe"), ("a", "maybe")]


def test_a_small_container_of_numbers_that_was_only_read_is_proved_unchanged() -> None:
    session = Session("a = [1, 2.5, 'x']\nd = {'k': 1}")
    assert session.run("print(a, d)") == []
    assert session.run("a[1] = 2") == [("a", "maybe")]


def test_rebinding_is_seen_though_the_new_object_has_the_address_of_the_old() -> None:
    session = Session("class C: pass\nc = C()\nn = 10**20\nt = (10**20,)\nl = [10**20]")
    for number in range(50):
        hidden = f"del c; c = C(); del n; n = {number} + 10**30; del t; t = (n,); del l; l = [n]"
        changed = dict(session.run(f"exec('{hidden}')"))
        assert changed["c"] == changed["n"] == "rebound"
        assert changed["t"] in ("rebound", "maybe")
        assert changed["l"] in ("rebound", "maybe")


def test_a_weak_reference_is_never_made_to_an_array_for_it_could_no_more_be_resized() -> None:
    session = Session("import numpy\na = numpy.zeros(3)\nclass A(numpy.ndarray): pass\nb = A(3)")
    session.run("a.resize(5)\nb.resize(5)")


def test_a_function_that_assigns_a_global_is_looked_into() -> None:
    session = Session("k = [1, [2]]\ndef f():\n global k\n k = [1, [2]]")
    assert session.run("f()")[0][0] == "k"


def test_ipythons_own_names_are_hidden_and_a_users_underscores_are_not() -> None:
    own = dict.fromkeys(
        ["In", "Out", "_", "__", "___", "_i", "_ii", "_iii", "_i1", "_12", "_dh"], 1
    )
    more = dict.fromkeys(
        ["exit", "quit", "get_ipython", "__name__", "__builtins__", "_oh", "_ih"], 1
    )
    inspector = PythonInspector({**own, **more, "_x": 1, "__version__": 2, "_i2b": 3})
    assert {row.name for row in inspector.delta(5).changes} == {"_x", "__version__", "_i2b"}


def test_a_name_of_the_shells_is_shown_once_it_stands_for_something_else() -> None:
    namespace: dict[str, Any] = {"open": open, "x": 1}
    inspector = PythonInspector(namespace, hidden={"open"})
    assert [row.name for row in inspector.delta(5).changes] == ["x"]
    namespace["open"] = 5
    assert [row.name for row in inspector.delta(5).changes] == ["open"]


def test_a_delta_that_had_no_time_goes_on_until_everything_is_told_once() -> None:
    session = Session()
    session.inspector.before_cell("")
    session.namespace.update({f"v{i}": [i] for i in range(500)})
    deltas: list[Delta] = []
    while not deltas or not deltas[-1].complete:
        deltas.append(session.inspector.delta(0))
    names = [row.name for delta in deltas for row in delta.changes]
    assert sorted(names) == sorted(f"v{i}" for i in range(500))
    assert len(deltas) > 1
    assert session.inspector.delta(5).changes == ()


def test_the_names_a_cell_bound_are_told_at_once_even_without_time() -> None:
    session = Session("filler = [[i] for i in range(99)]")
    session.inspector.before_cell("a = 1; b = 2; c = 3")
    session.namespace.update(a=1, b=2, c=3, **{f"v{i}": [i] for i in range(500)})
    assert [row.name for row in session.inspector.delta(0).changes][:3] == ["a", "b", "c"]


def test_what_an_unfinished_delta_owes_is_told_after_the_next_cell() -> None:
    session = Session("a = list(range(99))")
    session.inspector.before_cell("a[50] = 0")
    session.namespace["a"][50] = 0
    assert ("a", "maybe") in session.run("b = 1")


def test_no_delta_is_larger_than_50_kilobytes() -> None:
    session = Session()
    names = {f"v{i}" + "ä" * 100: "\N{GRINNING FACE}" * 300 for i in range(2_000)}
    session.namespace.update(names)
    session.inspector.before_cell("")
    told, complete = 0, False
    while not complete:
        delta = session.inspector.delta(60)
        sent = [{k: v for k, v in asdict(row).items() if v is not None} for row in delta.changes]
        assert len(json.dumps(sent)) <= 50_000
        told, complete = told + len(sent), delta.complete
    assert told == 2_000


def test_a_cell_with_an_error_and_cells_with_magics_are_read_as_well_as_can_be() -> None:
    session = Session("x = list(range(99))")
    for code in (
        "%time x[50] = 1",
        "%%time\nx[50] = 1",
        "y = !ls\nx[50] = 1",
        "x[50]?",
        "x[50] = (",
        "!x",
    ):
        session.inspector.before_cell(code)
        assert session.inspector.delta(5).complete


names = st.sampled_from("abcdef")
values = st.one_of(
    st.integers(),
    st.text(max_size=5),
    st.lists(st.integers(), max_size=30),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=5),
    st.tuples(st.integers(), st.text(max_size=3)),
)


@settings(deadline=None, max_examples=150)
@given(st.lists(st.dictionaries(names, st.one_of(st.none(), values), max_size=6), max_size=8))
def test_the_deltas_added_up_are_the_namespace(cells: list[dict[str, Any]]) -> None:
    session, shown = Session(), dict[str, str]()
    for cell in cells:
        for name, value in cell.items():
            session.namespace.pop(name, None) if value is None else session.namespace.update(
                {name: value}
            )
        session.inspector.before_cell("")
        for row in session.inspector.delta(5).changes:
            shown.pop(row.name) if row.changed == "gone" else shown.update({row.name: row.summary})
        fresh = PythonInspector(session.namespace).delta(5).changes
        assert shown == {row.name: row.summary for row in fresh}
