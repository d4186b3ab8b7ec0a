"""The server's log: read, chosen from, followed over a rotation; and of a real server."""

from __future__ import annotations

import json
from contextlib import closing
from itertools import islice
from pathlib import Path

import pytest

from patina_cli.serverlog import Wanted, lines, read
from patina_cli.tests.conftest import Patina
from patina_cli.tests.notebooks import notebook, put
from patina_lab.serverlog import log_file


def line(message: str, level: str = "info", **more: str) -> str:
    return json.dumps({"at": "2026-11-29T12:00:00Z", "level": level, "message": message, **more})


@pytest.mark.parametrize(
    ("wanted", "taken"),
    [
        (Wanted(), "abcd"),
        (Wanted(level="warning"), "bd"),
        (Wanted(notebook="x.tsnb"), "ab"),
        (Wanted(run="1234"), "ac"),
        (Wanted(run="1234", level="error"), ""),
    ],
)
def test_lines_are_chosen_by_field_or_by_what_stands_in_them(wanted: Wanted, taken: str) -> None:
    every = {
        "a": line("it began", notebook="x.tsnb", run="12345678"),
        "b": line("x.tsnb cannot be read", "warning"),
        "c": line("it began", notebook="y.tsnb", run="12345678"),
        "d": line("A task failed", "error", error="ValueError"),
    }
    assert "".join(name for name, one in every.items() if wanted.takes(read(one))) == taken


def test_what_is_no_json_is_told_all_the_same() -> None:
    assert read("torn {\n") == {"message": "torn {"}
    assert Wanted(level="error").takes(read("[1]\n"))


def test_all_that_is_there_comes_first_and_then_what_comes_over_a_rotation(tmp_path: Path) -> None:
    log = tmp_path / "x.jsonl"
    for name, text in (("x.jsonl.2", "1\n"), ("x.jsonl.1", "2\n"), ("x.jsonl", "3\n")):
        (tmp_path / name).write_text(text)
    with closing(lines(log)) as every, log.open("a") as writer:
        assert list(islice(every, 4)) == ["1\n", "2\n", "3\n", None]
        writer.write("4\nhal")
        writer.flush()
        assert list(islice(every, 2)) == ["4\n", None]
        writer.write("f\n")
        writer.flush()
        log.rename(tmp_path / "x.jsonl.3")
        log.write_text("new\n")
        assert list(islice(every, 3)) == ["half\n", "new\n", None]


def test_a_log_that_is_not_there_yet_is_waited_for(tmp_path: Path) -> None:
    with closing(lines(tmp_path / "none.jsonl")) as every:
        assert next(every) is None
        (tmp_path / "none.jsonl").write_text("1\n")
        assert list(islice(every, 2)) == ["1\n", None]


def test_the_log_of_a_server_that_has_ended_is_that_of_the_folder(
    alone: Patina, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_DATA_DIR", alone.environment["JUPYTER_DATA_DIR"])
    log = log_file(str(alone.place))
    log.parent.mkdir(parents=True, exist_ok=True)
    steers = line("bad \x1b]0;evil\x07", "error", error="ValueError: 1\n  at x")
    log.write_text("\n".join([*(line(f"said {n}") for n in range(5)), steers, ""]))
    inner = alone.place / "inner"
    inner.mkdir()
    shown = alone("logs", "-n", "2", cwd=inner)
    assert shown.status == 0, shown.err
    assert [one.split("  ", 2)[-1].strip() for one in shown.out.splitlines()] == [
        "said 4", "bad", "ValueError: 1", "at x",
    ]  # fmt: skip
    assert alone("logs", "--json", "--level", "error").out == steers + "\n"
    nowhere = alone("logs", cwd="/")
    assert nowhere.status == 3
    assert "No Jupyter server of yours runs" in nowhere.err


def test_a_run_is_followed_from_its_start_to_its_end(patina: Patina) -> None:
    put(patina.place, notebook("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"), "f.tsnb")
    follower = patina.start("logs", "-f", "-n", "0", "--notebook", "f.tsnb", "--json")
    try:
        assert follower.stdout is not None
        ran = patina("run", "f.tsnb", "--json")
        run = ran.json["run"]["id"]
        told = [json.loads(follower.stdout.readline()) for _ in range(2)]
    finally:
        follower.terminate()
        follower.communicate()
    assert [(one["run"], one["notebook"]) for one in told] == [(run, "f.tsnb")] * 2
    assert "has started" in told[0]["message"]
    assert "died" in told[1]["message"]
    by_name = patina("logs", "--run", "f.tsnb", "--json").out.splitlines()
    assert [json.loads(one)["run"] for one in by_name[:2]] == [run, run]
    assert patina("logs", "--run", "0000", "--json").out == ""
