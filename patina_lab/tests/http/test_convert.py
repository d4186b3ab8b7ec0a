"""`POST api/patina/convert`: what is open, what is there already, where paths lead."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from patina_lab.tests.user import Refused, User

IPYNB = json.dumps(
    {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        "cells": [
            {
                "id": "a",
                "cell_type": "code",
                "source": "1 + 1",
                "metadata": {},
                "execution_count": 1,
                "outputs": [
                    {
                        "output_type": "execute_result",
                        "execution_count": 1,
                        "data": {"text/plain": "2"},
                        "metadata": {},
                    }
                ],
            }
        ],
    }
)


async def convert(user: User, source: str, to: str, **wanted: Any) -> dict[str, Any]:
    body = {"from": source, "to": to, **wanted}
    converted: dict[str, Any] = await user.ask("POST", "convert", body)
    return converted


def files(user: User) -> list[str]:
    return sorted(path.name for path in user.file("").iterdir() if path.name[0] != ".")


def notebooks_in(folder: Path) -> list[str]:
    return [path.name for path in folder.glob("*.tsnb")]


async def test_an_imported_notebook_opens_with_its_outputs_and_its_run_goes_on(user: User) -> None:
    user.file("a.ipynb").write_text(IPYNB)
    said = await convert(user, "a.ipynb", "a.tsnb", kernel="python3")
    assert (said["cells"], said["runs"], said["kernel"]) == (1, 1, "python3")
    notebook = await user.open("a.tsnb")
    (run,) = notebook["runs"]
    assert (run["title"], run["status"]) == ("Imported", "stopped")
    (cell,) = await user.ask("GET", f"runs/{run['id']}/timeline")
    assert cell["outputs"][0]["data"] == {"text/plain": {"inline": "2"}}
    await user.ask("POST", f"runs/{run['id']}/restart")
    await user.execute(run["id"], "a")
    assert [cell["status"] for cell in await user.finished(run["id"], 2)] == ["succeeded"] * 2


async def test_nothing_is_written_over_without_force(user: User) -> None:
    user.file("a.ipynb").write_text(IPYNB)
    user.file("a.tsnb").write_text("mine")
    with pytest.raises(Refused) as refused:
        await convert(user, "a.ipynb", "a.tsnb")
    assert refused.value.status == 409
    assert refused.value.problem["message"] == "a.tsnb exists already"
    assert user.file("a.tsnb").read_text() == "mine"
    await convert(user, "a.ipynb", "a.tsnb", force=True)
    assert "1 + 1" in user.file("a.tsnb").read_text()
    assert files(user) == ["a.ipynb", "a.tsnb", "a.tsnb.runs"]


async def test_runs_of_a_notebook_that_is_gone_are_not_taken_for_those_of_a_new_one(
    user: User,
) -> None:
    user.file("a.ipynb").write_text(IPYNB)
    user.file("a.tsnb.runs").mkdir()
    with pytest.raises(Refused) as refused:
        await convert(user, "a.ipynb", "a.tsnb")
    assert refused.value.status == 409
    assert files(user) == ["a.ipynb", "a.tsnb.runs"]


async def test_an_open_notebook_is_never_replaced(user: User) -> None:
    user.file("a.ipynb").write_text(IPYNB)
    await user.create("a.tsnb")
    for force in (False, True):
        with pytest.raises(Refused) as refused:
            await convert(user, "a.ipynb", "a.tsnb", force=force)
        assert refused.value.status == 409
        assert refused.value.problem["message"] == "a.tsnb is open"


async def test_what_is_open_is_exported_as_it_is_edited_and_has_run_now(user: User) -> None:
    notebook = await user.create("a.tsnb")
    run = await user.start(notebook["id"])
    (cell,) = await user.write("print('now')", path="a.tsnb")
    await user.ran(run, cell)
    said = await convert(user, "a.tsnb", "a.ipynb", run=run)
    assert said["format"] == "ipynb"
    (exported,) = json.loads(user.file("a.ipynb").read_text())["cells"]
    assert exported["source"] == "print('now')"
    assert exported["outputs"] == [{"output_type": "stream", "name": "stdout", "text": "now\n"}]


async def test_of_an_open_notebook_a_run_that_cannot_be_read_is_said_to_be_left_out(
    user: User,
) -> None:
    user.file("a.ipynb").write_text(IPYNB)
    await convert(user, "a.ipynb", "a.tsnb")
    (user.file("a.tsnb.runs") / "broken.jsonl").write_text("no log\n")
    opened = await user.open("a.tsnb")
    run = next(run["id"] for run in opened["runs"] if run["id"] != "broken")
    converted = await convert(user, "a.tsnb", "b.ipynb", run=run)
    assert any("left out" in note and "broken.jsonl" in note for note in converted["notes"])


async def test_without_a_run_a_notebook_goes_without_outputs(user: User) -> None:
    user.file("a.ipynb").write_text(IPYNB)
    await convert(user, "a.ipynb", "a.tsnb")
    await convert(user, "a.tsnb", "b.ipynb")
    assert json.loads(user.file("b.ipynb").read_text())["cells"][0]["outputs"] == []
    with pytest.raises(Refused, match="has no run 'x'"):
        await convert(user, "a.tsnb", "c.ipynb", run="x")


async def test_a_copy_of_an_open_notebook_is_one_of_its_own_with_or_without_runs(
    user: User,
) -> None:
    notebook = await user.create("a.tsnb")
    run = await user.start(notebook["id"])
    (cell,) = await user.write("1", path="a.tsnb")
    await user.ran(run, cell)
    assert (await convert(user, "a.tsnb", "with.tsnb"))["runs"] == 1
    assert (await convert(user, "a.tsnb", "without.tsnb", runs=False))["runs"] == 0
    copies = [await user.open("with.tsnb"), await user.open("without.tsnb")]
    assert len({notebook["id"], *(copy["id"] for copy in copies)}) == 3
    assert copies[1]["runs"] == []
    (copied,) = copies[0]["runs"]
    assert copied["id"] != run
    assert copied["status"] == "stopped"
    assert copied.get("error") is None
    # The original goes on, and knows nothing of it.
    assert (await user.ask("GET", f"runs/{run}/timeline"))[0]["status"] == "succeeded"


@pytest.mark.parametrize(
    "path",
    ["../a.ipynb", "/a.ipynb", "b/../a.ipynb", "a.ipynb\0", "", ".hidden/a.ipynb", "gone.ipynb"],
)
async def test_paths_lead_nowhere_else(user: User, path: str) -> None:
    user.file("a.ipynb").write_text(IPYNB)
    user.file(".hidden").mkdir()
    user.file(".hidden/a.ipynb").write_text(IPYNB)
    user.file("").parent.joinpath("a.ipynb").write_text(IPYNB)
    wrong = [(path, "b.tsnb")]
    if path != "gone.ipynb":
        wrong.append(("a.ipynb", path.replace(".ipynb", ".tsnb")))
    for source, to in wrong:
        with pytest.raises(Refused) as refused:
            await convert(user, source, to)
        assert refused.value.status in (400, 403, 404), (source, to)
    assert not list(user.file("").parent.glob("*.tsnb"))
    assert not list(user.file(".hidden").glob("*.tsnb"))


async def test_links_out_of_the_root_are_neither_read_nor_written_through(
    user: User, tmp_path: Path
) -> None:
    (tmp_path / "secret.ipynb").write_text(IPYNB)
    user.file("secret.ipynb").symlink_to(tmp_path / "secret.ipynb")
    user.file("elsewhere").symlink_to(tmp_path)
    user.file("a.ipynb").write_text(IPYNB)
    for source, to in (
        ("secret.ipynb", "b.tsnb"),
        ("elsewhere/secret.ipynb", "b.tsnb"),
        ("a.ipynb", "elsewhere/b.tsnb"),
    ):
        with pytest.raises(Refused) as refused:
            await convert(user, source, to)
        assert refused.value.status == 403
    assert not notebooks_in(tmp_path)


async def test_a_name_that_says_nothing_and_a_format_that_does_not_fit_are_refused(
    user: User,
) -> None:
    user.file("a.ipynb").write_text(IPYNB)
    for source, to, wanted, reason in (
        ("a.ipynb", "a.exe", {}, "no name that a notebook can be converted to"),
        ("a.ipynb", "a.tsnb", {"format": "html"}, "cannot have the format 'html'"),
        ("a.ipynb", "a.rs", {}, "A notebook in python is no script *.rs"),
        ("a.ipynb", "a.ipynb", {}, "cannot be converted to itself"),
    ):
        with pytest.raises(Refused) as refused:
            await convert(user, source, to, **wanted)
        assert refused.value.status == 400, to
        assert reason in refused.value.problem["reason"]
    assert files(user) == ["a.ipynb"]
