"""Which cells `--cells` means, and which values `-p` and `--params`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from patina_cli.lab import Json
from patina_cli.problem import Problem
from patina_cli.selection import parameters, selected

CELLS: list[Json] = [
    {"id": "text", "type": "markdown", "source": "# Head"},
    {"id": "load", "type": "code", "source": "1"},
    {"id": "plot", "type": "code", "source": "2", "tags": ["slow"]},
    {"id": "empty", "type": "code", "source": "  \n"},
    {"id": "end", "type": "code", "source": "3", "tags": ["slow", "last"]},
]


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        (None, ["load", "plot", "end"]),
        ("2", ["load"]),
        ("-3", ["load", "plot"]),
        ("3-", ["plot", "end"]),
        ("1-2, end", ["load", "end"]),
        ("end,load", ["load", "end"]),
        ("tag:slow", ["plot", "end"]),
    ],
)
def test_a_selection_names_code_cells_in_the_order_of_the_notebook(
    wanted: str | None, ids: list[str]
) -> None:
    assert [cell["id"] for cell in selected(CELLS, wanted)] == ids


@pytest.mark.parametrize("wanted", ["0", "6", "3-2", "nobody", "tag:no", "-", "2-9", "1", "4", ","])
def test_what_names_no_code_cell_is_wrong_usage(wanted: str) -> None:
    with pytest.raises(Problem, match=r"No such cell|nothing to run") as caught:
        selected(CELLS, wanted)
    assert caught.value.status == 2
    assert caught.value.reason


def test_values_are_json_or_text_and_later_ones_win(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"rate": 0.1, "name": "file", "list": [1]}))
    (tmp_path / "b.toml").write_text("rate = 0.2\n[nested]\nx = true\n")
    found = parameters(
        [tmp_path / "a.json", tmp_path / "b.toml"],
        ["name=A=B", "n=3", "on=true", 'quoted="3"', "nan=NaN", "none=null", "empty="],
    )
    assert found == {
        "rate": 0.2, "name": "A=B", "list": [1], "nested": {"x": True}, "n": 3, "on": True,
        "quoted": "3", "nan": "NaN", "none": None, "empty": "",
    }  # fmt: skip


@pytest.mark.parametrize("text", ["[1]", "{", '"x"', ""])
def test_a_file_without_names_is_explained(tmp_path: Path, text: str) -> None:
    file = tmp_path / "p.json"
    file.write_text(text)
    with pytest.raises(Problem, match=r"p\.json has no parameters"):
        parameters([file], [])


def test_a_file_of_parameters_that_is_not_there_is_told_as_that(tmp_path: Path) -> None:
    with pytest.raises(Problem, match=r"p\.json cannot be read\nNo such file"):
        parameters([tmp_path / "p.json"], [])


def test_a_date_is_no_parameter_and_neither_is_a_pair_without_a_name(tmp_path: Path) -> None:
    file = tmp_path / "p.toml"
    file.write_text("day = 1979-05-27\n")
    with pytest.raises(Problem, match="has no parameters"):
        parameters([file], [])
    for pair in ("rate", "=1"):
        with pytest.raises(Problem, match="is no parameter"):
            parameters([], [pair])
