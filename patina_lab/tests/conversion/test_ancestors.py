"""Notebooks of Twinsong and Patina become ours and go back; Twinsong itself opens what we write."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import tomllib
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from tornado.websocket import WebSocketClientConnection, websocket_connect

from patina_lab import wire
from patina_lab.document.format import Cell, TsnbDocument, read, write
from patina_lab.problem import PatinaProblem
from patina_lab.runlog.pastruns import read_runs
from patina_lab.runlog.runfolder import RunFolder
from patina_lab.tests.conversion.corpora import twinsong
from patina_lab.tests.conversion.test_ipynb import convert, only_run


def name(number: int) -> str:
    return str(uuid.UUID(int=number))


def cell(number: int, code: str) -> dict[str, Any]:
    return {"type": "Cell", "id": name(number), "code": code}


def group(number: int, title: str, scope: str, *children: Any) -> dict[str, Any]:
    inner = {"id": name(number), "name": title, "scope": scope, "children": list(children)}
    return {"type": "Group", **inner}


def deep(level: int) -> dict[str, Any]:
    inside = [deep(level + 1)] if level < 9 else []
    return group(100 + level, f"Level {level}", "Inherit", cell(200 + level, f"l{level}"), *inside)


ROOT = group(
    1,
    "root",
    "Own",
    cell(2, "x = 1"),
    group(3, "First", "Own", cell(4, "y = 2"), group(5, "In  it", "Inherit", cell(6, "z = 3"))),
    cell(7, "after = 4"),
    group(8, "", "Inherit"),
    cell(9, "end = 5"),
    deep(1),
)
del ROOT["type"]


def dump(*objects: dict[str, Any]) -> str:
    return json.dumps({"objects": list(objects), "root": 1})


CYCLE = dump(
    {"id": 1, "repr": "2 items", "value_type": "list", "kind": "list"}
    | {"children": [["0", 2], ["1", 1]]},
    {"id": 2, "repr": "7", "value_type": "int", "kind": "number"},
)


def output_cell(number: int, called: int, flag: str, *values: dict[str, Any]) -> dict[str, Any]:
    node = {key: ROOT[key] for key in ("id", "name", "scope")}
    children = [child for child in ROOT["children"] if child["id"] == name(called)]
    return {
        "id": name(number),
        "values": list(values),
        "flag": flag,
        "called_id": name(called),
        "editor_node": {**node, "children": children},
    }


NONE = {"type": "None"}
RUN: dict[str, Any] = {
    "title": "My run: 1",
    "id": name(50),
    "created": "2025-04-02T10:00:00.123456789Z",
    "kernel_state": {"type": "Closed"},
    "output_cells": [
        output_cell(
            51,
            2,
            "Success",
            {"type": "Text", "value": "Hello"},
            {"type": "Text", "value": "\n"},
            {"type": "Html", "value": "<b>1</b>"},
            NONE,
        ),
        output_cell(52, 3, "Success", {"type": "Text", "value": "3"}),
        output_cell(
            53,
            7,
            "Fail",
            {
                "type": "Exception",
                "value": {"message": "ValueError: no", "traceback": "Traceback\n  line"},
            },
        ),
    ],
    "globals": {
        "name": "",
        "variables": {
            "cycle": CYCLE,
            "f": dump({"id": 1, "repr": "f", "kind": "callable"}),
            "bad": "{",
        },
        "children": {
            name(3): {
                "name": "First",
                "variables": {"y": dump({"id": 1, "repr": "2", "value_type": "int"})},
                "children": {},
            }
        },
    },
}
CRASHED: dict[str, Any] = {
    **RUN,
    "title": "Crashed",
    "id": name(60),
    "created": "2025-04-02T11:00:00+02:00",
    "kernel_state": {"type": "Crashed", "message": "signal 9"},
    "output_cells": [output_cell(61, 2, "Running", {"type": "Text", "value": "half"})],
}


def write_twinsong(folder: Path, *runs: dict[str, Any], **top: Any) -> None:
    source = {"version": "twinsong 0.0.1", "editor_root": ROOT, **top}
    (folder / "t.tsnb").write_text(tomli_w.dumps(source))
    (folder / "t.tsnb.runs").mkdir()
    for run in runs:
        (folder / "t.tsnb.runs" / f"{run['id'][:8]}-{run['title'][:3]}.run").write_text(
            tomli_w.dumps(run)
        )


def imported(folder: Path) -> tuple[TsnbDocument, list[wire.OutputCell], wire.Converted]:
    said = convert(folder, "t.tsnb", "a.tsnb")
    runs, notes = read_runs(RunFolder(folder / "a.tsnb"))
    assert not notes
    cells = [cell for run in runs for cell in run.cells]
    return read((folder / "a.tsnb").read_text()), cells, said


def test_groups_become_headings_and_the_tree_comes_back_as_it_was(tmp_path: Path) -> None:
    write_twinsong(tmp_path)
    document, _, said = imported(tmp_path)
    assert said.cells == 5 + 3 + 2 * 9
    assert [cell.source for cell in document.cells[:8]] == [
        "x = 1",
        "# First",
        "y = 2",
        "## In it",
        "z = 3",
        "after = 4",
        "# ",
        "end = 5",
    ]
    convert(tmp_path, "a.tsnb", "b.tsnb", format="twinsong")
    back = tomllib.loads((tmp_path / "b.tsnb").read_text())
    assert back == {"version": "twinsong 0.0.1", "editor_root": ROOT}


def test_runs_come_with_outputs_errors_and_variables_in_their_order(tmp_path: Path) -> None:
    write_twinsong(tmp_path, RUN, CRASHED)
    document, _, said = imported(tmp_path)
    assert said.runs == 2
    crashed, run = read_runs(RunFolder(tmp_path / "a.tsnb"))[0]
    assert (run.title, run.created) == ("My run: 1", "2025-04-02T10:00:00.123Z")
    assert (crashed.title, crashed.created) == ("Crashed", "2025-04-02T09:00:00.000Z")
    hello, html = run.cells[0].outputs
    assert (hello.type, hello.tail) == ("stream", "Hello\n")
    assert html.data == {"text/html": wire.MimeValue(inline="<b>1</b>")}
    assert run.cells[1].source == "y = 2\n\nz = 3"
    assert run.cells[1].outputs[0].type == "execute_result"
    assert run.cells[1].cell == document.cells[1].id
    error = run.cells[2].outputs[0]
    assert (error.ename, error.evalue) == ("ValueError", "no")
    assert [cell.status for cell in run.cells] == ["succeeded", "succeeded", "failed"]
    assert crashed.error is not None
    assert crashed.error.reason == "signal 9"
    assert crashed.cells[0].status == "failed"
    rows = {row.name: row for row in run.variables}
    assert rows["cycle"].summary == "2 items: 0: 7, 1: …"
    assert (rows["f"].kind, rows["First.y"].type) == ("function", "int")
    assert rows["bad"].kind == "other"


def test_a_run_that_cannot_be_read_is_left_out_and_told(tmp_path: Path) -> None:
    write_twinsong(tmp_path, RUN, {**CRASHED, "created": "yesterday"})
    _, _, said = imported(tmp_path)
    assert said.runs == 1
    assert any("00000000-Cra.run is left out" in note for note in said.notes)


def test_early_files_have_cells_in_a_row(tmp_path: Path) -> None:
    text = tomli_w.dumps(
        {"version": "twinsong 0.0.1", "editor_cells": [{"id": name(1), "value": "x"}]}
    )
    (tmp_path / "t.tsnb").write_text(text)
    assert [cell.source for cell in imported(tmp_path)[0].cells] == ["x"]


@pytest.mark.parametrize(
    ("named", "kernel"),
    [
        (None, "patina-rust"),
        ("Rust", "patina-rust"),
        ("Python", "patina-python"),
        ("TypeScript", "patina-javascript"),
        ("JavaScript", "patina-javascript"),
    ],
)
def test_patinas_notebooks_have_a_language_and_text_cells(
    tmp_path: Path, named: str | None, kernel: str
) -> None:
    root = {**ROOT, "children": [cell(2, "//md\n# Title"), cell(3, "1")]}
    language = {} if named is None else {"language": named}
    text = tomli_w.dumps({"version": "patina 0.0.1", **language, "editor_root": root})
    (tmp_path / "t.tsnb").write_text(text)
    document, _, said = imported(tmp_path)
    assert document.kernel == kernel
    assert [(cell.type, cell.source) for cell in document.cells] == [
        ("markdown", "# Title"),
        ("code", "1"),
    ]
    assert any("not installed" in note for note in said.notes) == (kernel == "patina-rust")
    convert(tmp_path, "a.tsnb", "b.tsnb", format="patina")
    back = tomllib.loads((tmp_path / "b.tsnb").read_text())
    assert back["editor_root"] == root
    assert back["language"] == (named or "Rust").replace("JavaScript", "TypeScript")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"version": "twinsong 9.9"}, "'twinsong 9.9' is not known"),
        ({"version": "patina 0.0.1", "language": "COBOL"}, "'COBOL' is not known"),
        ({"editor_root": 7}, "editor_root should be a table"),
        ({"editor_root": {**ROOT, "children": [{"type": "X"}]}}, "children[0] has the type 'X'"),
        ({"editor_root": {**ROOT, "scope": "None"}}, "has the scope 'None'"),
        ({"editor_root": {"name": "x"}}, "'id' of editor_root is no string"),
    ],
)
def test_what_is_wrong_with_a_source_of_theirs_is_told(
    tmp_path: Path, change: dict[str, Any], reason: str
) -> None:
    write_twinsong(tmp_path, **change)
    with pytest.raises(PatinaProblem) as caught:
        convert(tmp_path, "t.tsnb", "a.tsnb")
    assert caught.value.status == 400
    assert reason in caught.value.reason
    assert not (tmp_path / "a.tsnb").exists()


def test_headings_of_our_own_become_groups_and_text_becomes_comments(tmp_path: Path) -> None:
    cells = (
        Cell("a", "code", "1"),
        Cell("b", "markdown", "## Part"),
        Cell("c", "markdown", "some\n\ntext"),
        Cell("d", "markdown", "# Whole"),
        Cell("e", "code", "2"),
    )
    document = TsnbDocument(str(uuid.uuid4()), "patina-python", "python", cells)
    (tmp_path / "a.tsnb").write_text(write(document))
    convert(tmp_path, "a.tsnb", "t.tsnb", format="twinsong")
    root = tomllib.loads((tmp_path / "t.tsnb").read_text())["editor_root"]
    first, part, whole = root["children"]
    assert first["code"] == "1"
    assert (part["name"], part["scope"]) == ("Part", "Inherit")
    assert part["children"][0]["code"] == "# %% [markdown]\n# some\n#\n# text"
    assert (whole["name"], whole["children"][0]["code"]) == ("Whole", "2")
    (tmp_path / "a.tsnb").unlink()
    # A tree knows how deep a group is, and nothing of levels that a heading left out.
    assert [
        (c.type, c.source.replace("# Part", "## Part")) for c in imported(tmp_path)[0].cells
    ] == [(c.type, c.source) for c in cells]


def test_a_language_that_they_do_not_have_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.tsnb").write_text(write(TsnbDocument("n", "ir", "r")))
    for form in ("twinsong", "patina"):
        with pytest.raises(PatinaProblem, match="has no notebooks in r"):
            convert(tmp_path, "a.tsnb", "t.tsnb", format=form)


PROGRAM = "from twinsong.twinsong import start_server; start_server()"


class Twinsong:
    """The real program, on a folder."""

    def __init__(self, folder: Path) -> None:
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, "--port", str(self.port), "--key", "k"],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(twinsong())},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    async def load(self, path: str) -> dict[str, Any]:
        """Return its answer to opening a notebook."""
        async with asyncio.timeout(60):
            client = await self._connected()
        await client.write_message(json.dumps({"token": "k"}))
        await client.write_message(json.dumps({"type": "LoadNotebook", "path": path}))
        answer = await client.read_message()
        client.close()
        assert answer is not None
        told: dict[str, Any] = json.loads(answer)
        return told

    async def _connected(self) -> WebSocketClientConnection:
        while True:
            try:
                return await websocket_connect(f"ws://127.0.0.1:{self.port}/ws")
            except OSError:  # It is still starting.
                assert self.process.poll() is None
                await asyncio.sleep(0.05)


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Twinsong]:
    running = Twinsong(tmp_path)
    yield running
    running.process.kill()
    running.process.wait()


async def test_twinsong_opens_what_is_exported_for_it(tmp_path: Path, program: Twinsong) -> None:
    write_twinsong(tmp_path, RUN, CRASHED)
    imported(tmp_path)
    said = convert(tmp_path, "a.tsnb", "b.tsnb", format="twinsong")
    assert (said.format, said.runs) == ("twinsong", 2)
    answer = await program.load("b.tsnb")
    assert answer["type"] == "NewNotebook", answer
    notebook = answer["notebook"]
    assert notebook["editor_root"] == ROOT
    crashed, run = notebook["runs"]
    assert (run["title"], run["kernel_state"]["type"]) == ("My run: 1", "Closed")
    assert crashed["kernel_state"]["type"] == "Crashed"
    first, whole, failed = run["output_cells"]
    assert first["values"] == [
        {"type": "Text", "value": "Hello\n"},
        *RUN["output_cells"][0]["values"][2:],
    ]
    assert whole["editor_node"] == RUN["output_cells"][1]["editor_node"]
    assert failed["values"] == RUN["output_cells"][2]["values"]
    assert set(run["globals"]["variables"]) == {"cycle", "f", "bad", "First.y"}


async def test_twinsong_opens_a_notebook_of_our_own_with_pictures(
    tmp_path: Path, program: Twinsong
) -> None:
    output = {"output_type": "display_data", "data": {"image/png": "AAAA"}, "metadata": {}}
    code = {"cell_type": "code", "id": "a", "source": "1", "metadata": {}}
    text = {"cell_type": "markdown", "id": "b", "source": "# Part", "metadata": {}}
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}}
    notebook["cells"] = [text, {**code, "outputs": [output], "execution_count": 1}]
    (tmp_path / "a.ipynb").write_text(json.dumps(notebook))
    convert(tmp_path, "a.ipynb", "a.tsnb")
    assert only_run(tmp_path)
    convert(tmp_path, "a.tsnb", "b.tsnb", format="twinsong")
    answer = await program.load("b.tsnb")
    assert answer["type"] == "NewNotebook", answer
    (run,) = answer["notebook"]["runs"]
    (ran,) = run["output_cells"]
    assert ran["values"][0]["value"] == '<img src="data:image/png;base64,AAAA">'
    assert ran["editor_node"]["children"][0]["name"] == "Part"
