"""What programs ask for: the cells, parameters, all on disk now, and an empty history."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pytest

from patina_lab.sources.sourcefile import SourceFile
from patina_lab.tests.user import Refused, User, hash_of, text_of

NOTEBOOK = """format = "patina-lab 1"
id = "5a3c1a52-6a5c-4c0e-9c0b-0a2f5d2c7f11"
kernel = "python3"
language = "python"

[[cells]]
id = "text"
type = "markdown"
source = '''
# Rates'''

[[cells]]
id = "defaults"
type = "code"
source = '''
rate, name = 0.1, "default"'''
[cells.metadata]
tags = [
    "parameters",
]

[[cells]]
id = "use"
type = "code"
source = '''
print(rate, name)'''
"""


async def test_the_cells_of_a_notebook_are_told_with_their_tags_and_hashes(user: User) -> None:
    notebook = await user.open("analysis.tsnb", NOTEBOOK)
    text, defaults, use = await user.ask("GET", f"notebooks/{notebook['id']}/cells")
    assert (text["id"], text["type"], text["source"]) == ("text", "markdown", "# Rates")
    assert defaults["tags"] == ["parameters"]
    assert "tags" not in use
    assert use["source_hash"] == hash_of("print(rate, name)")
    await user.write("edited = True")
    (edited,) = await user.ask("GET", f"notebooks/{notebook['id']}/cells")
    assert edited["source"] == "edited = True", "not what the file has, but what people see"


async def test_parameters_are_assigned_behind_their_defaults(user: User) -> None:
    notebook = await user.open("analysis.tsnb", NOTEBOOK)
    run = await user.start(notebook["id"])
    body = {
        "cells": [{"id": "defaults"}, {"id": "use"}],
        "request_id": "1",
        "parameters": {"rate": 0.5, "name": 'it\'s "given"'},
    }
    asked = await user.ask("POST", f"runs/{run}/execute", body)
    assert [cell["cell"] for cell in asked] == ["defaults", "injected-parameters", "use"]
    timeline = await user.finished(run, 3)
    assert text_of(timeline[-1]) == '0.5 it\'s "given"\n'
    assert timeline[1]["source"] == "rate = 0.5\nname = 'it\\'s \"given\"'"
    first = {"cells": [{"id": "use"}], "request_id": "2", "parameters": {"rate": 1}}
    asked = await user.ask("POST", f"runs/{run}/execute", first)
    assert [cell["cell"] for cell in asked] == ["injected-parameters", "use"]
    again = await user.ask("POST", f"runs/{run}/execute", first)
    assert [cell["seq"] for cell in again] == [4, 5], "the same request assigns nothing twice"


async def test_a_parameter_that_is_no_name_queues_nothing(user: User) -> None:
    notebook = await user.open("analysis.tsnb", NOTEBOOK)
    run = await user.start(notebook["id"])
    body = {"cells": [{"id": "use"}], "request_id": "1", "parameters": {"import os; x": 1}}
    with pytest.raises(Refused, match=r"400.*no name of a parameter"):
        await user.ask("POST", f"runs/{run}/execute", body)
    assert await user.timeline(run) == []


async def test_a_flush_has_source_and_runs_on_disk_when_it_answers(user: User) -> None:
    notebook = await user.create()
    (cell,) = await user.write("print('begun', flush=True); input()")
    run = await user.start(notebook["id"])
    await user.execute(run, cell)
    await user.until(lambda: user.timeline(run), lambda cells: cells[0]["outputs"])
    flushed = await user.ask("POST", f"notebooks/{notebook['id']}/flush")
    assert flushed == {"path": "analysis.tsnb", "runs": 1}
    assert "print('begun', flush=True); input()" in user.file().read_text()
    assert '"tail":"begun' in (user.folder() / f"{run}.jsonl").read_text()
    await user.ask("POST", f"runs/{run}/stop")


async def test_a_flush_that_the_disk_refuses_says_so(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook = await user.create()
    await user.write("1")

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(SourceFile, "write", full)
    with pytest.raises(Refused, match=r"409.*was not saved"):
        await user.ask("POST", f"notebooks/{notebook['id']}/flush")


async def test_a_history_is_cleared_but_for_what_is_pinned_or_runs(user: User) -> None:
    notebook = await user.create()
    secret, keep, wait = await user.write("'secret'", "'kept'", "input()")
    run = await user.start(notebook["id"])
    await user.ran(run, secret, keep, secret)
    await user.ask("PATCH", f"runs/{run}/timeline/2", {"pinned": True})
    await user.execute(run, wait)
    cleared = await user.ask("DELETE", f"runs/{run}/timeline")
    assert cleared == {"deleted": 2, "kept": 2}
    assert [cell["seq"] for cell in await user.timeline(run)] == [2, 4]
    log: Path = user.folder() / f"{run}.jsonl"
    assert "secret" not in log.read_text()  # noqa: ASYNC240
    await user.ask("POST", f"runs/{run}/stop")
    await user.until_status(notebook["id"], run, "stopped")
    assert await user.ask("DELETE", f"runs/{run}/timeline", pinned="true") == {
        "deleted": 2,
        "kept": 0,
    }
    assert await user.timeline(run) == []
