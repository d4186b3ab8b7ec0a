"""Notebooks as files: edited by several, changed on disk, renamed, copied, broken."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from pycrdt import Map

from patina_lab.document.format import Cell, TsnbDocument, read, write
from patina_lab.tests.editors import eventually, stays
from patina_lab.tests.user import Refused, User, text_of

HEADER = 'format = "patina-lab 1"\nid = "n"\nkernel = "python3"\nlanguage = "python"\n'
CELL = "\n[[cells]]\nid = \"a\"\ntype = \"code\"\nsource = '''\nx = 1'''\n"


def notebook_text(*sources: str) -> str:
    cells = tuple(Cell(f"cell-{n}", "code", source) for n, source in enumerate(sources, 1))
    return write(TsnbDocument("n", "python3", "python", cells))


async def test_two_people_edit_one_notebook_and_both_see_it(user: User) -> None:
    await user.open("analysis.tsnb", notebook_text("one", "two"))
    ada, bob = await user.edit(), await user.edit()
    ada.text(0).insert(0, "ada 😀 ")
    await bob.until_sources("ada 😀 one", "two")
    bob.text(1).insert(0, "bob ")
    await ada.until_sources("ada 😀 one", "bob two")
    document = await user.source()
    assert document.cell_source("cell-1") == "ada 😀 one"


async def test_edits_made_offline_merge_when_they_come_back(user: User) -> None:
    await user.open("analysis.tsnb", notebook_text("begin\nend", "two"))
    ada, bob = await user.edit(), await user.edit()
    await ada.go_offline()
    ada.text(0).insert(0, "ada offline\n")
    bob.text(0).insert(len("begin\nend"), "\nbob online")
    del bob.cells[1]
    await eventually(lambda: bob.sources() == ["begin\nend\nbob online"])
    await ada.go_online()
    for editor in (ada, bob):
        await editor.until_sources("ada offline\nbegin\nend\nbob online")


async def test_opening_leaves_a_file_as_it_is_byte_by_byte(user: User) -> None:
    odd = HEADER.replace("\n", "\r\n") + "# a comment\r\n" + CELL.replace("\n", "\r\n")
    other = notebook_text("it's '''", 'a\\"\t').replace('id = "n"', 'id = "other"')
    for name, content in (("odd.tsnb", odd), ("plain.tsnb", other)):
        await user.open(name, content)
        editor = await user.edit(name)
        document = await user.source(name)
        assert document.get() == content
        await editor.go_offline()
        assert user.file(name).read_bytes() == content.encode()


async def test_a_change_on_disk_joins_what_is_being_typed(user: User) -> None:
    await user.open("analysis.tsnb", notebook_text("one", "two"))
    editor = await user.edit()
    _newer(user.file(), notebook_text("one", "two, from disk", "three"))
    await editor.until_sources("one", "two, from disk", "three")
    editor.text(0).insert(0, "typed ")
    await eventually(
        lambda: "typed one" in user.file().read_text(), lambda: user.file().read_text()
    )
    assert [cell.source for cell in read(user.file().read_text()).cells] == [
        "typed one",
        "two, from disk",
        "three",
    ]


BROKEN = {
    "truncated": (HEADER + CELL[:-5], "Line 10"),
    "binary": (b"\x89PNG\r\n\x1a\n\x00\x01", "Line 1: "),
    "null bytes": (HEADER.encode() + b"\x00\x00", "Line 5"),
    "by hand": (HEADER + CELL + "type = type\n", "Line 11"),
    "empty": ("", "empty"),
    "an ancestor's": ('version = "twinsong 0.0.1"\n', "Twinsong"),
    "merge": (HEADER + "<<<<<<< ours\n=======\n>>>>>>> theirs\n" + CELL, "Line 5"),
}


@pytest.mark.parametrize(("content", "words"), BROKEN.values(), ids=BROKEN)
async def test_a_broken_file_is_explained_and_never_written(
    user: User, content: str | bytes, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("patina_lab.sources.source.QUIET_SECONDS", 0.05)
    data = content if isinstance(content, bytes) else content.encode()
    with pytest.raises(Refused) as refused:
        await user.open("broken.tsnb", data)
    assert refused.value.status in (400, 409)
    assert "broken.tsnb" in refused.value.problem["message"]
    assert words in refused.value.problem["reason"]
    good = await user.open("good.tsnb", notebook_text("1"))
    run = await user.start(good["id"])
    if isinstance(content, str):
        # As a page does that shows the problem, and somebody who edits all the same.
        editor = await user.edit("broken.tsnb")
        assert "problem" in editor.meta
        editor.meta["kernel"] = "other"
        await editor.save()
    assert (await user.ran(run, "cell-1"))[0]["status"] == "succeeded"
    assert user.file("broken.tsnb").read_bytes() == data


async def test_a_gigantic_file_is_refused_before_it_is_read(user: User) -> None:
    with user.file("huge.tsnb").open("wb") as file:
        file.truncate(100 * 2**20)
    with pytest.raises(Refused, match=r"huge\.tsnb.*100 MiB"):
        await user.open("huge.tsnb")
    assert user.file("huge.tsnb").stat().st_size == 100 * 2**20


async def test_a_file_that_breaks_while_it_is_open_is_kept_as_it_is(user: User) -> None:
    notebook = await user.open("analysis.tsnb", notebook_text("one"))
    editor, follower = await user.edit(), await user.follow(notebook["id"])
    broken = notebook_text("one")[:-3]
    _newer(user.file(), broken)
    await eventually(lambda: [one["kind"] for one in follower.notices] == ["unreadable"])
    assert follower.notices[0]["reason"].startswith("Line ")
    editor.text(0).insert(0, "typed, ")
    assert await editor.save() == "failed"
    assert user.file().read_text() == broken
    assert editor.sources() == ["typed, one"]
    _newer(user.file(), notebook_text("one", "mended"))
    await editor.until_sources("typed, one", "mended")
    await eventually(lambda: follower.notices == [])


async def test_a_path_that_is_none_of_a_notebook_is_refused(user: User) -> None:
    with pytest.raises(Refused, match="404"):
        await user.open("absent.tsnb")
    for path in ("notes.txt", "../outside.tsnb", "a/../../x.tsnb", ".tsnb", "", "nul\0.tsnb"):
        if path:
            with pytest.raises(Refused, match=r"40[04]"):
                await user.open(path)
        with pytest.raises(Refused, match="400"):
            await user.create(path)
    assert not user.file("../outside.tsnb").exists()


async def test_creating_never_overwrites(user: User) -> None:
    await user.create()
    with pytest.raises(Refused, match="409"):
        await user.create()
    with pytest.raises(Refused, match=r"400.*no kernel named"):
        await user.create("other.tsnb", "no-such-kernel")


async def test_a_rename_takes_the_runs_along(user: User) -> None:
    notebook = await user.create()
    (cell,) = await user.write("from IPython.display import HTML\nHTML('x' * 10_000)")
    run = await user.start(notebook["id"])
    await user.ran(run, cell)
    await _rename(user, "analysis.tsnb", "results.tsnb")
    await eventually(lambda: user.folder("results.tsnb").is_dir())
    assert not user.folder().exists()
    opened = await user.open("results.tsnb")
    assert opened["id"] == notebook["id"]
    timeline = await user.ran(run, cell)
    assert len(timeline) == 2
    name = timeline[0]["outputs"][0]["data"]["text/html"]["blob"]
    reply = await user.get("api", "patina", "notebooks", notebook["id"], "blobs", name)
    assert reply.code == 200
    assert not user.folder().exists()
    log = user.folder("results.tsnb") / f"{run}.jsonl"
    assert log.read_text().count('"opened"') == 2


async def test_a_page_that_renames_a_notebook_says_so_to_the_others(user: User) -> None:
    await user.create()
    await user.write("one")
    editor, witness = await user.edit(), await user.edit()
    state, told = (one.ydoc.get("state", type=Map) for one in (editor, witness))
    heard: list[Any] = []
    subscription = told.observe(lambda _event: heard.append(told.get("path")))
    await _rename(user, "analysis.tsnb", "results.tsnb")
    state["path"] = "results.tsnb"  # As JupyterLab does.
    editor.text(0).insert(0, "mine ")
    assert await editor.save() == "success"
    assert "mine one" in user.file("results.tsnb").read_text()
    assert not user.file().exists()
    await eventually(lambda: told.get("path") == "results.tsnb")
    assert "analysis.tsnb" not in heard
    told.unobserve(subscription)


async def test_a_rename_of_a_folder_takes_all_its_notebooks_along(user: User) -> None:
    user.file("old").mkdir()
    runs = {}
    for name in ("one", "two"):
        notebook = await user.create(f"old/{name}.tsnb")
        (cell,) = await user.write(
            "from IPython.display import HTML\nHTML('y' * 9_000)", path=f"old/{name}.tsnb"
        )
        runs[name] = (await user.start(notebook["id"]), cell)
    await _rename(user, "old", "new")
    for name, (run, cell) in runs.items():
        await user.ran(run, cell)
        assert list(user.folder(f"new/{name}.tsnb").glob("blobs/*/*"))
    assert not user.file("old").exists()


async def test_a_rename_of_a_notebook_nobody_has_open_takes_the_runs_along(user: User) -> None:
    user.file("closed.tsnb").write_text(notebook_text("1"))
    user.folder("closed.tsnb").mkdir()
    await _rename(user, "closed.tsnb", "other.tsnb")
    await eventually(lambda: user.folder("other.tsnb").is_dir())


async def test_a_notebook_moved_by_hand_is_found_again_with_its_runs(user: User) -> None:
    notebook = await user.create()
    (cell,) = await user.write("1")
    run = await user.start(notebook["id"])
    await user.ran(run, cell)
    await eventually(lambda: "cell-1" in user.file().read_text())
    user.file().rename(user.file("moved.tsnb"))
    moved = await user.open("moved.tsnb")
    assert moved["id"] == notebook["id"]
    assert len(await user.ran(run, cell)) == 2
    assert user.folder("moved.tsnb").is_dir()
    assert not user.file().exists()


async def test_a_copy_is_a_notebook_of_its_own(user: User) -> None:
    notebook = await user.create()
    await user.start(notebook["id"])
    shutil.copy(user.file(), user.file("copy.tsnb"))
    copy = await user.open("copy.tsnb")
    assert copy["id"] != notebook["id"]
    assert copy["runs"] == []


async def test_a_copy_with_its_runs_has_runs_of_its_own_and_the_original_keeps_its_history(
    user: User,
) -> None:
    notebook = await user.create()
    (cell,) = await user.write("'kept'")
    run = await user.start(notebook["id"])
    before = await user.ran(run, cell)
    await eventually(lambda: "cell-1" in user.file().read_text())
    shutil.copy(user.file(), user.file("copy.tsnb"))
    shutil.copytree(user.folder(), user.folder("copy.tsnb"))
    log = user.folder() / f"{run}.jsonl"
    kept = log.read_bytes()
    (copied,) = (await user.open("copy.tsnb"))["runs"]
    assert copied["id"] != run
    assert copied["title"] == "Run 1"
    assert await user.timeline(copied["id"]) == before
    assert log.read_bytes() == kept
    await user.ask("DELETE", f"runs/{copied['id']}")
    assert not list(user.folder("copy.tsnb").glob("*.jsonl"))
    assert log.read_bytes() == kept
    assert len(await user.ran(run, cell)) == 2


async def test_the_runs_of_a_copy_stay_its_own_after_it_was_closed(user: User) -> None:
    notebook = await user.create()
    (cell,) = await user.write("'kept'")
    run = await user.start(notebook["id"])
    await user.ran(run, cell)
    await eventually(lambda: "cell-1" in user.file().read_text())
    shutil.copy(user.file(), user.file("copy.tsnb"))
    shutil.copytree(user.folder(), user.folder("copy.tsnb"))
    copy = await user.open("copy.tsnb")
    await user.rooms.close()
    again = await user.open("copy.tsnb")
    assert again["id"] == copy["id"]
    assert [one["id"] for one in again["runs"]] == [one["id"] for one in copy["runs"]]
    assert again["runs"][0]["error"]["message"].startswith("The server ended")


async def test_a_run_of_another_notebook_is_shown_and_left_as_it_is(user: User) -> None:
    notebook = await user.create()
    (cell,) = await user.write("'kept'")
    run = await user.start(notebook["id"])
    await user.ran(run, cell)
    user.folder("other.tsnb").mkdir()
    foreign = user.folder("other.tsnb") / f"{run}.jsonl"
    shutil.copy(user.folder() / foreign.name, foreign)
    kept = foreign.read_bytes()
    await user.rooms.close()
    other = await user.open("other.tsnb", notebook_text("1"))
    (shown,) = other["runs"]
    assert shown["error"]["message"] == "This run belongs to another notebook"
    assert notebook["id"] in shown["error"]["reason"]
    follower = await user.follow(other["id"])
    assert follower.cell(run, 1)["source"] == "'kept'"
    for method, path in (("POST", f"runs/{run}/restart"), ("DELETE", f"runs/{run}")):
        with pytest.raises(Refused, match="409"):
            await user.ask(method, path)
    await user.open("analysis.tsnb")
    assert len(await user.timeline(run)) == 1, "whoever can drive it is asked"
    await user.ask("DELETE", f"runs/{run}")
    assert foreign.read_bytes() == kept


async def test_the_room_stays_while_a_run_lives_and_keeps_saving(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("patina_lab.sources.source.QUIET_SECONDS", 0.05)
    notebook = await user.create()
    apps = user.serverapp.extension_manager.extension_apps["jupyter_server_ydoc"]
    apps.copy().pop().document_cleanup_delay = 0.05
    run = await user.start(notebook["id"])
    editor = await user.edit()
    await editor.go_offline()
    document = await user.source()
    room = await _room_of(user)
    assert room.cleaner is None or room.cleaner.cancelled() or not room.cleaner.done()
    (cell,) = await user.write("print('kept')")
    await eventually(lambda: "kept" in user.file().read_text())
    assert text_of((await user.ran(run, cell))[0]) == "kept\n"
    assert (await user.source()) is document


async def test_a_notebook_nobody_needs_is_closed_and_opened_again_with_its_history(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("patina_lab.rooms.registry.IDLE_SECONDS", 0.2)
    notebook = await user.create()
    (cell,) = await user.write("'kept'")
    run = await user.start(notebook["id"])
    await user.ran(run, cell)
    await user.ask("POST", f"runs/{run}/stop")
    await user.until(lambda: user.ask("GET", "notebooks"), lambda open_ones: open_ones == [])
    again = await user.open("analysis.tsnb")
    assert [one["id"] for one in again["runs"]] == [run]
    assert text_of((await user.timeline(run))[0]) == "'kept'"
    assert "kept" in user.file().read_text()


def _newer(path: Path, text: str) -> None:
    """Write a file so that its time is later than what was seen of it."""
    later = path.stat().st_mtime + 2
    path.write_text(text)
    os.utime(path, (later, later))


async def _rename(user: User, old: str, new: str) -> None:
    reply = await user.get("api", "contents", old, method="PATCH", body=f'{{"path": "{new}"}}')
    assert reply.code == 200


async def _room_of(user: User, path: str = "analysis.tsnb") -> Any:
    apps = user.serverapp.extension_manager.extension_apps["jupyter_server_ydoc"]
    files = user.serverapp.web_app.settings["file_id_manager"]
    server = apps.copy().pop().ywebsocket_server
    return await server.get_room(f"text:tsnb:{files.index(path)}")


@pytest.mark.parametrize("path", ["./analysis.tsnb", "x//analysis.tsnb", "x/./analysis.tsnb"])
async def test_a_file_has_one_name_only(user: User, path: str) -> None:
    await user.create()
    with pytest.raises(Refused, match=r"400.*is no path"):
        await user.create(path)


async def test_a_deleted_notebook_takes_its_runs_along_and_does_not_come_back(user: User) -> None:
    user.serverapp.contents_manager.delete_to_trash = False
    notebook = await user.create()
    run = await user.start(notebook["id"])
    await user.write("import time; time.sleep(600)")
    await user.execute(run, "cell-1")
    await user.until_status(notebook["id"], run, "busy")
    (await user.source()).set((await user.source()).get() + "\n[metadata]\nedited = true\n")
    await user.fetch("api", "contents", "analysis.tsnb", method="DELETE")
    await eventually(lambda: not user.folder().exists())
    with pytest.raises(Refused) as refused:
        await user.ask("GET", f"notebooks/{notebook['id']}/runs")
    assert refused.value.status == 404
    assert user.serverapp.kernel_manager.list_kernels() == []
    # Longer than the autosave of collaboration waits, and ours.
    await stays(lambda: not user.file().exists() and not user.folder().exists(), turns=350)


async def test_runs_that_go_to_the_trash_with_their_notebook_can_be_taken_back(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    thrown: list[Path] = []
    monkeypatch.setattr("patina_lab.runlog.runfolder.send2trash", thrown.append)
    user.serverapp.contents_manager.delete_to_trash = True
    await user.create()
    user.folder().mkdir()
    user.file().unlink()
    await user.rooms.deleted("analysis.tsnb", to_trash=True)
    assert thrown == [user.folder()]


async def test_a_duplicate_is_a_notebook_of_its_own_and_keeps_every_other_byte(user: User) -> None:
    notebook = await user.create("a.tsnb")
    before = user.file("a.tsnb").read_text()
    body = json.dumps({"copy_from": "a.tsnb"})
    reply = await user.fetch("api", "contents", "", method="POST", body=body)
    path = json.loads(reply.body)["path"]
    await eventually(lambda: notebook["id"] not in user.file(path).read_text())
    copy = user.file(path).read_text()
    ids = [re.findall(r'^id = "(.*)"$', text, re.MULTILINE)[0] for text in (before, copy)]
    assert copy.replace(ids[1], ids[0]) == before
    assert (await user.open(path))["id"] == ids[1]
    assert user.file("a.tsnb").read_text() == before
