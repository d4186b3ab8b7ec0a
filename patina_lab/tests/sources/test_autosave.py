"""When a notebook is saved: two seconds after the last edit, and ten after the first at most."""

from __future__ import annotations

import asyncio

import pytest
from tornado.web import HTTPError

from patina_lab.document.errors import TsnbError
from patina_lab.sources.source import LONGEST_SECONDS, QUIET_SECONDS
from patina_lab.sources.sourcefile import SourceFile, Stamp
from patina_lab.tests.editors import Editor, eventually
from patina_lab.tests.user import User
from patina_lab.text import Text


@pytest.fixture
def saves(user: User, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was saved, each time; saving is quick in this test."""
    monkeypatch.setattr("patina_lab.sources.source.QUIET_SECONDS", 0.3)
    monkeypatch.setattr("patina_lab.sources.source.LONGEST_SECONDS", 1.0)
    saved: list[str] = []
    write = SourceFile.write

    def recording(file: SourceFile, data: bytes, seen: Stamp | None) -> Stamp:
        saved.append(data.decode())
        return write(file, data, seen)

    monkeypatch.setattr(SourceFile, "write", recording)
    return saved


async def opened(user: User, saves: list[str]) -> Editor:
    await user.create()
    saves.clear()
    return await user.edit()


def test_the_times_are_those_that_are_promised() -> None:
    assert (QUIET_SECONDS, LONGEST_SECONDS) == (2.0, 10.0)


async def test_a_pause_saves_once(user: User, saves: list[str]) -> None:
    editor = await opened(user, saves)
    for letter in "abc":
        editor.text(0).insert(0, letter)
        await asyncio.sleep(0.02)
    assert saves == []
    await eventually(lambda: len(saves) == 1)
    assert "cba" in saves[0]
    await asyncio.sleep(1.2)
    assert len(saves) == 1


async def test_who_never_pauses_is_saved_all_the_same(user: User, saves: list[str]) -> None:
    editor = await opened(user, saves)
    loop = asyncio.get_running_loop()
    until = loop.time() + 3.5
    while loop.time() < until:
        editor.text(0).insert(0, "x")
        await asyncio.sleep(0.02)
    assert 2 <= len(saves) <= 4


async def test_a_large_notebook_is_saved_while_somebody_types_without_end(
    user: User, saves: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = await opened(user, saves)
    document = await user.source()
    written = document.aget

    async def slow() -> str:
        await asyncio.sleep(0.2)
        return await written()

    monkeypatch.setattr(document, "aget", slow)
    loop = asyncio.get_running_loop()
    until = loop.time() + 3.0
    while loop.time() < until:
        editor.text(0).insert(0, "x")
        await asyncio.sleep(0.02)
    assert saves


async def test_a_save_that_a_hook_refuses_is_said_and_tried_again(
    user: User, saves: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_named: object) -> None:
        raise HTTPError(400, "Not before the form is signed")

    monkeypatch.setattr("patina_lab.sources.diskside.RETRY_SECONDS", 0.1)
    editor = await opened(user, saves)
    follower = await user.follow(next(iter(user.rooms)).id)
    with monkeypatch.context() as hooked:
        hooked.setattr(user.serverapp.contents_manager, "run_pre_save_hooks", refuse)
        editor.text(0).insert(0, "x")
        await eventually(lambda: [one["kind"] for one in follower.notices] == ["not saved"])
        assert follower.notices[0]["reason"] == "Not before the form is signed"
        assert await editor.save() == "failed"
    await eventually(lambda: "x" in user.file().read_text())
    await eventually(lambda: follower.notices == [])


async def test_a_change_on_disk_that_cannot_be_merged_for_its_size_is_said(
    user: User, saves: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object) -> None:
        raise TsnbError(Text("The file would be too large"), hint=Text(""))

    editor = await opened(user, saves)
    follower = await user.follow(next(iter(user.rooms)).id)
    with monkeypatch.context() as large:
        large.setattr("patina_lab.sources.diskside.reconcile", refuse)
        user.file().write_text(user.file().read_text().replace("'''\n'''", "'''\ndisk'''"))
        await eventually(lambda: [one["kind"] for one in follower.notices] == ["not saved"])
        assert "too large" in follower.notices[0]["reason"]
    await editor.until_sources("disk")
    await eventually(lambda: follower.notices == [])


async def test_who_wants_no_autosave_is_left_alone(user: User, saves: list[str]) -> None:
    editor = await opened(user, saves)
    document = await user.source()
    assert document.awareness is not None
    document.awareness.set_local_state({"autosave": False})
    editor.text(0).insert(0, "x")
    await asyncio.sleep(1.5)
    assert saves == []
