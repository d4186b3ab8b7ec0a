"""Notebooks from and to other formats, by a server and without one."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat

from patina_cli.tests.conftest import Patina
from patina_cli.tests.notebooks import cell, notebook, put
from patina_cli.tests.versions.test_runlogs import BASE, RUN, ran
from patina_lab.document.format import read
from patina_lab.runlog.records import encode


def put_ipynb(folder: Path) -> Path:
    made = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_markdown_cell("# Head"), nbformat.v4.new_code_cell("1 + 1")],
        metadata={
            "kernelspec": {"name": "patina-python", "display_name": "x", "language": "python"}
        },
    )
    made.cells[1].outputs = [nbformat.v4.new_output("stream", text="two\n")]
    path = folder / "made.ipynb"
    nbformat.write(made, path)
    return path


def test_a_notebook_comes_from_ipynb_and_goes_back_with_its_outputs_without_a_server(
    alone: Patina,
) -> None:
    put_ipynb(alone.place)
    done = alone.ok("convert", "made.ipynb", "made.tsnb")
    assert (done["format"], done["cells"], done["runs"]) == ("patina-lab", 2, 1)
    assert read((alone.place / "made.tsnb").read_text()).kernel == "patina-python"
    again = alone("convert", "made.ipynb", "made.tsnb")
    assert (again.status, "exists already" in again.err) == (4, True)
    alone.ok("convert", "made.tsnb", "out/../back.ipynb", "--run", "latest")
    back = nbformat.read(alone.place / "back.ipynb", 4)
    nbformat.validate(back)
    assert back.cells[1].outputs[0].text == "two\n"
    broken = alone.place / "broken.ipynb"
    broken.write_text('{"cells": [}')
    refused = alone("convert", "broken.ipynb", "broken.tsnb", "--json")
    assert refused.status == 4
    assert "broken.ipynb" in json.loads(refused.err)["message"]
    assert not (alone.place / "broken.tsnb").exists()


def test_a_run_is_chosen_by_its_title_or_id(alone: Patina) -> None:
    put(alone.place, notebook(cell("shared", "shared"), name="n"))
    log = alone.place / "analysis.tsnb.runs" / f"{RUN}.jsonl"
    log.parent.mkdir()
    log.write_bytes(b"".join(map(encode, [*BASE, *ran(2, "more", 1)])))
    for name in ("Run 1", RUN[:8], "latest"):
        alone.ok("convert", "analysis.tsnb", "a.ipynb", "--run", name, "--force")
        assert "shared" in (alone.place / "a.ipynb").read_text()
    refused = alone("convert", "analysis.tsnb", "a.ipynb", "--run", "Other", "--force")
    assert (refused.status, "has no run" in refused.err) == (4, True)
    wrong = alone("convert", "analysis.tsnb", "b.html", "--format", "song")
    assert wrong.status == 4


def test_a_server_that_has_both_converts_what_is_open_in_it(patina: Patina) -> None:
    put(patina.place, notebook(cell("print('seen')", "a")), "served.tsnb")
    assert patina.ok("run", "served.tsnb")["ok"]
    done = patina.ok("convert", "served.tsnb", "served.ipynb", "--run", "latest")
    assert done["path"] == "served.ipynb"
    back = nbformat.read(patina.place / "served.ipynb", 4)
    assert back.cells[0].outputs[0].text == "seen\n"
