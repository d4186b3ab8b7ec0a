"""The crates that are there before the first cell: from the environment, and from the notebook."""

from __future__ import annotations

import pytest
from patina_rust import needed


def test_nothing_is_needed_where_nobody_says_so() -> None:
    assert needed.cell("", {}) == needed.cell("0", {"npm": ["left-pad"]}) == ""


def test_the_word_for_the_usual_ones_is_1_in_the_environment_and_batteries_in_a_notebook() -> None:
    cell = needed.cell("1", {})
    assert cell == needed.cell("", {"cargo": ["batteries"]})
    assert [line.split()[1] for line in cell.splitlines()] == ["polars", "plotters", "ndarray"]
    assert cell.startswith(":dep polars = {")


def test_a_notebook_adds_crates_to_those_of_the_environment_and_goes_before_them() -> None:
    cell = needed.cell('csv = "1"; rand = "0.8";', {"cargo": ['rand = "0.9"', " serde "]})
    assert cell == ':dep csv = "1"\n:dep rand = "0.9"\n:dep serde\n'


@pytest.mark.parametrize("cargo", ["polars", [1], {"a": "1"}, ["a = 1\nprintln!()"]])
def test_what_is_no_list_of_crates_is_refused_with_what_to_do(cargo: object) -> None:
    with pytest.raises(needed.NeededError, match="mend it in the file"):
        needed.cell("", {"cargo": cargo})
