"""Names read from a cell's code."""

from __future__ import annotations

from time import thread_time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from patina_python.inspector.cells import names_of


@pytest.mark.parametrize(
    ("code", "binds"),
    [
        ("a = b = 1; c: int = 2; d += 1", "a b c d"),
        ("import os.path, json as j\nfrom m import n as k", "os j k"),
        ("def f(p): q = 1\nclass C: r = 1\nasync def g(): pass", "f C g"),
        ("for i, (j, *k) in x: pass\nwith y as z: pass", "i j k z"),
        ("[n := m for m in x]", "n"),
        ("def f():\n global g\n g = 1", "f g"),
        ("match v:\n case {'k': w, **rest}: pass\n case [a, *b]: pass", "w rest a b"),
        ("try: pass\nexcept E as e: pass\ndel d", "e d"),
        ("await x\nasync for a in b: pass", "a"),
        ("%time a = 1", "a"),
        ("%%time\na = 1", "a"),
        ("%%capture out\na = 1", "out a"),
        ("files = !ls *.py\nb = %sql select 1", "files b"),
        ("if True:\n    %cd /\na = 1\na?", "a"),
        ("a = 1\nb = (", "a b"),
    ],
)
def test_the_names_that_a_cell_binds_are_found(code: str, binds: str) -> None:
    assert names_of(code).binds >= set(binds.split())


def test_names_of_functions_and_comprehensions_are_not_globals() -> None:
    found = names_of("def f(p):\n local = p + used\n return local\n[i for i in items]")
    assert found.binds == {"f"}
    assert found.uses == {"used", "items"}


def test_what_is_written_into_is_found_at_its_root() -> None:
    assert names_of("a.b.c = 1; d[0][1] += 2; del e.f; g.h").fills == {"a", "d", "e"}


def test_the_names_of_a_very_long_cell_are_guessed_in_little_time() -> None:
    start = thread_time()
    found = names_of("x = y\n" * 1_000_000)
    assert thread_time() - start < 0.1
    assert found.binds == {"x"}
    assert found.uses == {"x", "y"}


@pytest.mark.parametrize("code", ["(" * 5_000, "a" + ".b" * 9_000, "\0", "-" * 15_000 + "1"])
def test_code_that_harms_a_parser_is_survived(code: str) -> None:
    names_of(code)


@given(st.text(max_size=200))
def test_any_text_can_be_read(code: str) -> None:
    names_of(code)
