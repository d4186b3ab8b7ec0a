"""32: a notebook that is renamed or deleted on disk while it runs goes along, or stays deleted."""

from __future__ import annotations

import asyncio
import shutil

import pytest
from tornado.httpclient import HTTPClientError

from patina_lab.document.format import read
from patina_lab.rooms.room import Room
from patina_lab.tests.editors import eventually
from patina_lab.tests.user import Refused, User

PRINTS = (
    "import time\nfor n in range(200):\n    print('x' * 200, n, flush=True)\n    time.sleep(0.05)"
)
LARGE = "display({'text/html': 'x' * 10_000}, raw=True)"


async def running(user: User) -> tuple[str, str]:
    """Return a notebook and a run of it that prints for some seconds, and then has a picture."""
    notebook = await user.create(kernel="patina-python")
    cells = await user.write(PRINTS, LARGE)
    await eventually(lambda: "cell-2" in user.file().read_text())
    run = await user.start(notebook["id"])
    await user.execute(run, *cells)
    await user.until(lambda: user.timeline(run), lambda found: bool(found[0]["outputs"]))
    return notebook["id"], run


async def test_a_rename_on_disk_is_followed_while_it_runs(user: User) -> None:
    notebook, run = await running(user)
    editor, follower = await user.edit(), await user.follow(notebook)
    user.file().rename(user.file("results.tsnb"))
    await eventually(lambda: user.folder("results.tsnb").is_dir())
    editor.text(1).insert(0, "# typed\n")
    await eventually(lambda: "# typed" in user.file("results.tsnb").read_text())
    first, second = await user.finished(run, 2)
    assert (first["status"], second["status"]) == ("succeeded", "succeeded")
    assert not user.file().exists()
    assert not user.folder().exists()
    assert follower.notices == []
    opened = await user.open("results.tsnb")
    assert (opened["id"], opened["path"]) == (notebook, "results.tsnb")
    blob = second["outputs"][0]["data"]["text/html"]["blob"]
    reply = await user.get("api", "patina", "notebooks", notebook, "blobs", blob)
    assert reply.code == 200


async def test_a_file_and_runs_that_were_deleted_while_it_runs_stay_deleted(user: User) -> None:
    notebook, run = await running(user)
    editor, follower = await user.edit(), await user.follow(notebook)
    user.file().unlink()
    shutil.rmtree(user.folder())
    await eventually(lambda: [one["kind"] for one in follower.notices] == ["gone"])
    editor.text(1).insert(0, "# typed\n")
    assert await editor.save() == "failed"
    first, second = await user.finished(run, 2)
    assert (first["status"], second["status"]) == ("succeeded", "succeeded")
    assert not user.file().exists()
    assert not user.folder().exists()
    await user.ask("POST", f"notebooks/{notebook}/write-over")
    assert read(user.file().read_text()).cells[1].source.startswith("# typed")
    assert await editor.save() == "success"
    await eventually(lambda: follower.notices == [])


async def test_another_notebook_that_got_the_number_of_a_deleted_file_is_not_followed(
    user: User,
) -> None:
    notebook = await user.create()
    follower = await user.follow(notebook["id"])
    before = user.file().read_text()
    stranger = user.file("stranger.tsnb")
    # By a rename, so that it has that number for sure.
    user.file().rename(stranger)
    stranger.write_text(before.replace(notebook["id"], "n2"))
    await eventually(lambda: [one["kind"] for one in follower.notices] == ["gone"])
    assert [room.source.path for room in user.rooms] == ["analysis.tsnb"]


async def test_a_file_that_is_changed_as_it_is_renamed_is_followed(user: User) -> None:
    await user.create()
    editor = await user.edit()
    renamed = user.file("renamed.tsnb")
    user.file().rename(renamed)
    renamed.write_text(renamed.read_text().replace("'''\n'''", "'''\ndisk'''"))
    await editor.until_sources("disk")
    assert [room.source.path for room in user.rooms] == ["renamed.tsnb"]


async def test_runs_that_cannot_go_along_are_said_to_stay(user: User) -> None:
    notebook = await user.create()
    await user.start(notebook["id"])
    follower = await user.follow(notebook["id"])
    user.folder("taken.tsnb").mkdir()
    user.file().rename(user.file("taken.tsnb"))
    await eventually(lambda: [one["kind"] for one in follower.notices] == ["conflict"])
    (notice,) = follower.notices
    assert "analysis.tsnb.runs" in notice["message"]
    assert "taken.tsnb.runs" in notice["reason"]


async def test_two_copies_that_are_opened_at_the_same_moment_are_two_notebooks(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = Room.load

    async def slowly(room: Room, copy_of: str | None = None) -> None:
        await asyncio.sleep(0.5)
        await load(room, copy_of)

    await user.create()
    monkeypatch.setattr(Room, "load", slowly)
    text = user.file().read_text()
    user.file("one.tsnb").write_text(text.replace('id = "', 'id = "n-', 1))
    shutil.copy(user.file("one.tsnb"), user.file("two.tsnb"))
    one, two = await asyncio.gather(user.open("one.tsnb"), user.open("two.tsnb"))
    assert one["id"] != two["id"]
    assert {room.source.path for room in user.rooms} == {"analysis.tsnb", "one.tsnb", "two.tsnb"}


@pytest.mark.parametrize("link", ["symlink_to", "hardlink_to"])
async def test_a_file_is_open_under_one_name_only(user: User, link: str) -> None:
    await user.create()
    before = user.file().read_text()
    getattr(user.file("other.tsnb"), link)(user.file())
    with pytest.raises(Refused, match=r"other\.tsnb is open as analysis\.tsnb") as refused:
        await user.open("other.tsnb")
    assert refused.value.status == 409
    with pytest.raises(HTTPClientError, match="409"):
        await user.edit("other.tsnb")
    assert user.file().read_text() == before
