"""A notebook comes back from the history of edits or from its runs, and a damaged run is mended."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from msgspec.structs import replace

from patina_cli.tests.conftest import Patina
from patina_cli.tests.notebooks import cell, notebook, put
from patina_cli.tests.versions.test_runlogs import BASE, HEADER, RUN, ran
from patina_lab.document.format import read, write
from patina_lab.document.ytsnb import YTsnb
from patina_lab.runlog.log import load
from patina_lab.runlog.records import Opened, Record, encode
from patina_lab.tests.server import ServerProcess


def put_log(folder: Path, lines: list[Record | bytes]) -> Path:
    log = folder / "analysis.tsnb.runs" / f"{RUN}.jsonl"
    log.parent.mkdir(exist_ok=True)
    log.write_bytes(b"".join(one if isinstance(one, bytes) else encode(one) for one in lines))
    return log


def test_a_broken_file_comes_back_from_the_history_of_edits(
    patina: Patina, server: ServerProcess
) -> None:
    del server
    document = notebook(cell("kept = 1", "a"), cell("# Text", "b", kind="markdown"))
    file = put(patina.place, document, "lost.tsnb")
    patina.ok("runs", "lost.tsnb")
    patina.ok("flush", "lost.tsnb")
    for broken in (f'format = "patina-lab 1"\nid = "{document.id}"\nkernel = 3', ""):
        file.write_text(broken)
        made = patina.ok("recover", "lost.tsnb", "-o", f"{len(broken)}.tsnb")
        assert made["from"] == "history"
        assert read((patina.place / made["path"]).read_text()) == document
        assert file.read_text() == broken, "the broken file stays"
    again = patina("recover", "lost.tsnb", "-o", made["path"])
    assert (again.status, "exists already" in again.err) == (4, True)


def test_of_several_notebooks_of_one_name_none_is_guessed(alone: Patina) -> None:
    made = [notebook(cell(f"x = {number}", "a")) for number in (1, 2)]
    histories = alone.place / "histories"
    histories.mkdir()
    for one in made:
        shared = YTsnb()
        shared.set(write(one))
        shared.path = "twins.tsnb"
        with closing(sqlite3.connect(histories / f"{one.id}.db")) as history:
            history.execute("CREATE TABLE edits (number INTEGER PRIMARY KEY, edit BLOB)")
            row = (shared.ydoc.get_update(),)
            history.execute("INSERT INTO edits (edit) VALUES (?)", row)
            history.commit()
    (histories / "broken.db").write_bytes(b"no database")
    asked = ("recover", "twins.tsnb", "--histories", str(histories))
    unknown = alone(*asked)
    assert unknown.status == 4
    assert all(one.id in unknown.err for one in made)
    found = alone.ok(*asked, "--id", made[0].id)
    assert read((alone.place / found["path"]).read_text()) == made[0]


def test_without_a_history_the_code_comes_back_as_it_ran_last(alone: Patina) -> None:
    put_log(alone.place, [*BASE, *ran(2, "later", 1)])
    made = alone.ok("recover", "analysis.tsnb")
    assert (made["from"], made["path"]) == ("runs", "analysis.recovered.tsnb")
    document = read((alone.place / made["path"]).read_text())
    assert document.id == HEADER.notebook
    assert [one.source for one in document.cells] == ["shared", "later"]
    assert write(document) == (alone.place / made["path"]).read_text()


def test_the_code_comes_back_as_it_had_run_by_a_time(alone: Patina) -> None:
    opened, *rest = ran(2, "later", 1)
    assert isinstance(opened, Opened)
    later = Opened(replace(opened.cell, queued="2026-11-29T14:30:00Z"))
    put_log(alone.place, [*BASE, later, *rest])
    for at, sources in (
        ("2026-11-29T14:29:59+00:00", ["shared"]),
        ("2026-11-29T15:30+01:00", ["shared", "later"]),
    ):
        made = alone.ok("recover", "analysis.tsnb", "--at", at, "-o", f"{len(sources)}.tsnb")
        document = read((alone.place / made["path"]).read_text())
        assert [one.source for one in document.cells] == sources
    before = alone("recover", "analysis.tsnb", "--at", "2001-01-01", "-o", "none.tsnb")
    assert (before.status, "had run by 2001-01-01" in before.err) == (4, True)
    for wrong in (("--at", "noon"), ("--at", "2026-11-29", "--from", "history")):
        assert alone("recover", "analysis.tsnb", *wrong, "-o", "none.tsnb").status == 2


def test_a_notebook_of_which_nothing_is_left_is_told_with_what_was_looked_at(alone: Patina) -> None:
    ended = alone("recover", "nothing.tsnb")
    assert ended.status == 4
    assert "Nothing is left of nothing.tsnb" in ended.err
    assert "history" in ended.err
    assert "no run in" in ended.err


def test_damaged_lines_of_a_run_are_left_out_and_the_log_as_it_was_is_kept(alone: Patina) -> None:
    damaged: list[Record | bytes] = [*BASE, b"\x00\x00garbage\n", *ran(2, "later", 1), b'{"torn']
    log = put_log(alone.place, damaged)
    before = log.read_bytes()
    (done,) = alone.ok("recover", "analysis.tsnb", "--logs")
    assert done["left_out"] == [len(BASE) + 1, len(BASE) + 6]
    cells = load(log).folded.cells
    assert [one.source for one in cells.values()] == ["shared", "later"]
    assert (alone.place / done["kept"]).read_bytes() == before
    assert alone.ok("recover", "analysis.tsnb", "--logs") == []


def test_logs_that_a_server_holds_are_left_alone(alone: Patina) -> None:
    log = put_log(alone.place, [*BASE, b"garbage\n"])
    before = log.read_bytes()
    handle = os.open(log.parent, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        refused = alone("recover", "analysis.tsnb", "--logs")
    finally:
        os.close(handle)
    assert (refused.status, "A server has the runs" in refused.err) == (4, True)
    assert log.read_bytes() == before
