"""Commands against a real server, each a process of its own."""

from __future__ import annotations

import json
import os
import pty
import signal
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from patina_cli.tests.conftest import Patina
from patina_cli.tests.notebooks import cell, notebook, put
from patina_lab.tests.server import TOKEN, ServerProcess

DRAWS = """import random
random.seed(7)
def draw():
    return random.random()
total = sum(draw() for _ in range(3))"""


@pytest.fixture
def ran(patina: Patina, request: pytest.FixtureRequest) -> Any:
    """A notebook of which two cells ran, in a run that still has its kernel."""
    name = run_draws(patina, f"{request.node.name.removeprefix('test_')[:40]}.tsnb")
    yield name
    patina("stop", name)


@pytest.fixture(scope="module")
def looked_at(server: ServerProcess, environment: dict[str, str]) -> Iterator[str]:
    """The same, for all tests that change nothing in it: a kernel takes a while to start."""
    patina = Patina(server.root, environment)
    name = run_draws(patina, "looked-at.tsnb")
    yield name
    patina("stop", name)


def run_draws(patina: Patina, name: str) -> str:
    put(patina.place, notebook(cell(DRAWS, "draws"), cell("print(total)", "show")), name)
    assert patina.ok("run", name, "--keep", "--title", "First")["ok"]
    return name


def test_status_and_notebooks_say_what_is_open(patina: Patina, looked_at: str) -> None:
    told = patina.ok("status")
    assert told["notebooks_root"] == str(patina.place)
    assert told["live"] >= 1
    shown = patina("status").out
    assert f"Patina Lab {told['version']} at {told['url']}" in shown
    assert TOKEN not in shown + json.dumps(told)
    assert looked_at in {one["path"] for one in patina.ok("notebooks")}
    assert looked_at in patina("notebooks").out


def test_ps_lists_runs_at_work_with_their_memory(patina: Patina, ran: str) -> None:
    (row,) = [one for one in patina.ok("ps") if one.get("path") == ran]
    assert (row["kind"], row["title"], row["status"]) == ("run", "First", "idle")
    assert row["memory_bytes"] > 10_000_000
    lines = patina("ps").out.splitlines()
    assert lines[0].split() == [
        "RUN", "TITLE", "NOTEBOOK", "KERNEL", "STATUS", "QUEUE", "MEMORY", "SINCE",
    ]  # fmt: skip
    assert any(row["id"][:8] in line and " MB" in line for line in lines)
    patina.ok("stop", ran)
    assert ran not in {one.get("path") for one in patina.ok("ps")}
    assert ran in {one.get("path") for one in patina.ok("ps", "--all")}


def test_a_timeline_is_listed_and_told_whole(patina: Patina, looked_at: str) -> None:
    draws, show = patina.ok("timeline", looked_at)
    assert (draws["cell"], show["cell"]) == ("draws", "show")
    assert [one["seq"] for one in patina.ok("timeline", looked_at, "--from", "2")] == [2]
    assert "succeeded" in patina("timeline", looked_at).out
    whole = patina("timeline", f"{looked_at}:First", "--outputs").out
    assert f"    {DRAWS.splitlines()[0]}\n" in whole
    assert f"\n{show['outputs'][0]['tail']}" in whole


def test_variables_are_listed_and_opened_also_as_they_were(patina: Patina, looked_at: str) -> None:
    names = {one["name"] for one in patina.ok("globals", looked_at)}
    assert {"total", "draw", "random"} <= names
    page = patina.ok("globals", looked_at, "total")
    assert page["global"]["type"] == "float"
    assert patina.ok("globals", looked_at, "--after", "1")
    refused = patina("globals", looked_at, "nothing", "--json")
    assert refused.status == 4
    told = json.loads(refused.err)
    assert told["message"] == "There is no such variable"
    assert told["reason"] == "There is no variable nothing."


def test_a_fork_goes_on_from_the_state_and_two_runs_are_compared(patina: Patina, ran: str) -> None:
    made = patina.ok("fork", ran, "--title", "Second")
    assert made["parent"]["seq"] == 2
    again = patina.ok("run", ran, "--run", made["id"][:8], "--cells", "show")
    left, right = f"{ran}:First", f"{ran}:Second"
    printed = patina.ok("timeline", left, "--from", "2")[0]["outputs"][0]["tail"]
    assert again["cells"][0]["outputs"][0]["tail"] == printed
    assert patina("compare", left, right, "--exit-code").status == 0
    put_in_right = patina.ok("run", ran, "--run", right, "-p", "total=1", "--cells", "show")
    assert put_in_right["cells"][-1]["outputs"][0]["tail"] == "1\n"
    differs = patina("compare", left, right, "--exit-code")
    assert differs.status == 1
    assert "cell injected-parameters: only right" in differs.out
    assert "total: " in differs.out
    patina.ok("stop", right)


def test_outputs_are_cleared_after_a_yes_and_flush_has_all_on_disk(
    patina: Patina, ran: str
) -> None:
    unasked = patina("outputs", "clear", ran)
    assert unasked.status == 2
    assert "--yes" in unasked.err
    assert patina.ok("outputs", "clear", ran, "--yes") == [
        {"run": patina.ok("runs", ran)[0]["id"], "deleted": 2, "kept": 0}
    ]
    assert patina.ok("timeline", ran) == []
    assert {one["name"] for one in patina.ok("globals", ran)} >= {"total"}
    assert patina.ok("flush", ran) == [{"path": ran, "runs": 1}]


def test_a_cell_that_fails_is_told_by_the_exit_status_and_by_name(patina: Patina) -> None:
    put(patina.place, notebook(cell("1 / 0", "bad"), cell("print('never')", "later")), "bad.tsnb")
    ended = patina("run", "bad.tsnb")
    assert ended.status == 1
    assert "ZeroDivisionError" in ended.out
    assert "\x1b" not in ended.out + ended.err, "what is piped has no colours"
    assert "(bad): failed" in ended.err
    assert "(later): not run" in ended.err
    (run,) = patina.ok("runs", "bad.tsnb")
    assert run["status"] == "stopped"


def test_ctrl_c_interrupts_the_cell_and_ends_the_run(patina: Patina) -> None:
    wait = "import time\nprint('begun', flush=True)\ntime.sleep(60)"
    put(patina.place, notebook(cell(wait, "wait")), "wait.tsnb")
    # Who started the tests may ignore it, and children inherit that.
    heeded = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    process = patina.start("run", "wait.tsnb", preexec_fn=heeded)
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "(wait): interrupted" in err
    assert patina.ok("runs", "wait.tsnb")[0]["status"] == "stopped"


def test_what_takes_too_long_is_interrupted(patina: Patina) -> None:
    put(patina.place, notebook("import time\ntime.sleep(60)"), "slow.tsnb")
    ended = patina("run", "slow.tsnb", "--timeout", "1")
    assert ended.status == 1
    assert "Not done within 1 s" in ended.err


def test_input_comes_from_standard_input_and_its_end_interrupts(patina: Patina) -> None:
    put(patina.place, notebook("print(input('name? ') + '!')\ninput()"), "ask.tsnb")
    ended = patina("run", "ask.tsnb", typed="Ada\n")
    assert ended.status == 1
    assert "Ada!" in ended.out
    assert "interrupted" in ended.err


def test_in_a_terminal_there_is_progress_and_colour_and_nothing_steers_it(patina: Patina) -> None:
    put(patina.place, notebook("print('\\x1b]0;evil\\x07 \\x1b[31mred\\x1b[0m')"), "shown.tsnb")
    ours, theirs = pty.openpty()
    terminal = {"stdin": theirs, "stdout": theirs, "stderr": theirs}
    process = patina.start("run", "shown.tsnb", **terminal, env={"TERM": "xterm-256color"})
    os.close(theirs)
    seen = b""
    while True:
        try:
            data = os.read(ours, 65_536)
        except OSError:
            break
        if not data:
            break
        seen += data
    assert process.wait(60) == 0
    assert b"\x1b[31mred" in seen
    assert b"\x1b]0;evil" not in seen
    assert b"0/1" in seen, "how many cells are done"


def test_errors_say_what_why_and_what_to_do_in_words_and_in_json(patina: Patina) -> None:
    in_words = patina("runs", "nowhere.tsnb")
    assert in_words.status == 4
    assert in_words.err.splitlines()[0] == "There is no such notebook"
    in_json = json.loads(patina("timeline", "0000", "--json").err)
    assert in_json["message"] == "There is no run '0000'"
    assert in_json["hint"]
    usage = patina("run", "--json")
    assert usage.status == 2
    assert "NOTEBOOK" in json.loads(usage.err)["message"]
    assert patina("fork", "x", "--after", "one").status == 2
    assert patina("status", "--server", "http://localhost:1/").status == 3


def test_what_is_refused_before_a_cell_runs_leaves_no_run_behind(patina: Patina) -> None:
    put(patina.place, notebook(cell("x = 1", "x")), "refused.tsnb")
    refused = patina("run", "refused.tsnb", "-p", "1x=3")
    assert (refused.status, "no name of a parameter" in refused.err) == (4, True)
    assert patina("run", "refused.tsnb", "--timeout", "0").status == 2
    assert patina.ok("runs", "refused.tsnb") == []


def test_a_wrong_token_is_refused_with_a_hint_and_a_token_can_come_by_stdin(
    patina: Patina, server: ServerProcess
) -> None:
    url = f"http://[::1]:{server.port}/"
    assert patina("status", "--server", url, env={"PATINA_TOKEN": TOKEN}).status == 0
    assert patina("status", "--server", url, "--token", "-", typed=f"{TOKEN}\n").status == 0
    wrong = patina("status", "--server", url, env={"PATINA_TOKEN": "wrong"})
    assert wrong.status == 4
    assert "PATINA_TOKEN" in wrong.err


def test_a_notebook_outside_the_root_is_not_taken_for_another(
    patina: Patina, tmp_path: Path
) -> None:
    file = put(tmp_path, notebook("1"))
    refused = patina("runs", str(file))
    assert refused.status == 4
    assert "not below the root" in refused.err
    inner = patina.place / "inner"
    inner.mkdir()
    put(inner, notebook("1"), "inner.tsnb")
    assert patina.ok("runs", "inner.tsnb", cwd=inner) == []
