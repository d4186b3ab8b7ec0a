"""Parameters become code that assigns exactly them."""

from __future__ import annotations

import ast
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patina_lab.model.parameters import MOST_DEPTH, ParameterError, assignments

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(VALUES)
def test_python_assigns_any_json_value_by_one_statement(value: Any) -> None:
    (statement,) = ast.parse(assignments("python", {"x": value})).body
    assert isinstance(statement, ast.Assign)
    assert ast.literal_eval(statement.value) == value


def test_javascript_has_literals_and_no_value_reaches_the_prototype() -> None:
    source = assignments("javascript", {"n": 1.5, "on": True, "o": {"__proto__": {"x": 1}}})
    assert source.splitlines() == [
        "var n = 1.5;",
        "var on = true;",
        r'var o = JSON.parse("{\"__proto__\": {\"x\": 1}}");',
    ]


def test_rust_has_a_type_for_each_value_and_refuses_what_has_none() -> None:
    values = {"n": 3, "x": 1e16, "on": False, "s": 'a "b"\n\u202e', "v": [[1, 2], [3]]}
    assert assignments("rust", values).splitlines() == [
        "let n: i64 = 3;",
        "let x: f64 = 1e+16_f64;",
        "let on: bool = false;",
        r'let s: String = String::from("a \u{22}b\u{22}\u{a}\u{202e}");',
        "let v: Vec<Vec<i64>> = vec![vec![1, 2], vec![3]];",
    ]
    refused: tuple[Any, ...] = (None, [], {}, [1, "a"], 2**63)
    for value in refused:
        with pytest.raises(ParameterError, match="no parameter for Rust"):
            assignments("rust", {"x": value})


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("python", "x = 1; import os; y"), ("python", "class"), ("python", ""), ("python", "a.b"),
        ("javascript", "let"), ("javascript", "x;y"), ("javascript", "undefined"),
        ("rust", "_"), ("rust", "x: i64 = 2; let y"), ("rust", "self"),
    ],
)  # fmt: skip
def test_what_is_no_name_is_refused(language: str, name: str) -> None:
    with pytest.raises(ParameterError, match="no name of a parameter"):
        assignments(language, {name: 1})


def test_other_languages_infinities_and_depths_are_refused() -> None:
    with pytest.raises(ParameterError, match="cannot be given to R"):
        assignments("R", {"x": 1})
    with pytest.raises(ParameterError, match="no parameter"):
        assignments("python", {"x": float("inf")})
    deep: Any = 0
    for _ in range(MOST_DEPTH):
        deep = [deep]
    with pytest.raises(ParameterError, match="no parameter"):
        assignments("python", {"x": deep})
