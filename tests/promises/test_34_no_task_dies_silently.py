"""34: what goes wrong in the background is logged, and stops nothing else."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import Any

import pytest
from zmq import ZMQError

from patina_lab.kernel.connection import KernelConnection
from patina_lab.kernel.hearing import Hearing
from patina_lab.kernel.survivors import Survivors
from patina_lab.kernel.translate import translate
from patina_lab.rooms import registry
from patina_lab.rooms.registry import Rooms
from patina_lab.rooms.room import Room
from patina_lab.runlog.ledger import Ledger
from patina_lab.runs.measuring import Measuring
from patina_lab.sources.diskside import DiskSide
from patina_lab.sources.history import History
from patina_lab.tasks import Tasks
from patina_lab.tests.editors import eventually
from patina_lab.tests.user import PATIENCE, Refused, User, soon, text_of
from tests.promises.survival import left

WORDS = "injected by a test"


class InjectedError(RuntimeError):
    """What a task meets."""


def fail(*_args: Any, **_named: Any) -> Any:
    raise InjectedError(WORDS)


def told(caplog: pytest.LogCaptureFixture) -> bool:
    """Whether the log tells of it, with the traceback."""
    errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
    return any(record.exc_info and WORDS in str(record.exc_info[1]) for record in errors)


async def test_a_message_nothing_can_be_made_of_stops_no_other(
    user: User, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook = await user.create(kernel="patina-python")
    bad, good = await user.write("print('bad')", "print('good')")
    run = await user.start(notebook["id"])

    def picky(message: Any, seq: Any) -> Any:
        return fail() if "bad" in str(message["content"]) else translate(message, seq)

    monkeypatch.setattr("patina_lab.kernel.hearing.translate", picky)
    cells = await user.ran(run, bad, good)
    assert [cell["status"] for cell in cells] == ["succeeded", "succeeded"]
    assert text_of(cells[1]) == "good\n"
    assert told(caplog)


@pytest.mark.parametrize(
    ("owner", "name"), [(Measuring, "_measure"), (Ledger, "_sync")], ids=["measuring", "syncing"]
)
async def test_a_task_of_a_run_that_fails_is_told_and_the_run_goes_on(
    user: User,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    owner: type,
    name: str,
) -> None:
    async def failing(_self: Any) -> None:
        fail()

    monkeypatch.setattr(owner, name, failing)
    notebook = await user.create(kernel="patina-python")
    (cell,) = await user.write("6 * 7")
    run = await user.start(notebook["id"])
    assert text_of((await user.ran(run, cell))[0]) == "42"
    assert text_of((await user.ran(run, cell))[1]) == "42"
    await user.until(soon(lambda: told(caplog)), bool)


@pytest.mark.parametrize("where", ["__init__", "open", "settle"])
async def test_a_start_that_fails_unexpectedly_has_failed_and_the_next_succeeds(
    user: User, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    notebook = await user.create(kernel="patina-python")
    (cell,) = await user.write("6 * 7")
    with monkeypatch.context() as broken:
        broken.setattr(KernelConnection, where, fail)
        run = await user.start(notebook["id"])
        failed = await user.until_status(notebook["id"], run, "failed")
    assert WORDS in failed["error"]["reason"]
    assert told(caplog)
    await eventually(lambda: not user.rooms.kernels.list_kernel_ids())
    await user.ask("POST", f"runs/{run}/restart")
    assert text_of((await user.ran(run, cell))[-1]) == "42"


async def test_a_kernel_that_cannot_be_heard_any_more_is_ended_and_its_run_can_be_restarted(
    user: User, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(*_args: Any) -> None:
        raise ZMQError(88, WORDS)

    notebook = await user.create(kernel="patina-python")
    (cell,) = await user.write("6 * 7")
    run = await user.start(notebook["id"])
    await user.ran(run, cell)
    with monkeypatch.context() as broken:
        broken.setattr(Hearing, "on_iopub", closed)
        with suppress(Refused):
            await user.execute(run, cell)
        failed = await user.until_status(notebook["id"], run, "failed")
    assert "hear" in failed["error"]["message"]
    assert told(caplog)
    await user.ask("POST", f"runs/{run}/restart")
    assert text_of((await user.ran(run, cell))[-1]) == "42"


async def test_a_kernel_that_cannot_be_watched_any_more_is_ended(
    user: User, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook = await user.create(kernel="patina-python")
    (cell,) = await user.write("import os; os.kill(os.getppid(), 9)")
    run = await user.start(notebook["id"])
    await user.until_status(notebook["id"], run, "idle")
    monkeypatch.setattr("patina_lab.runs.kernellife.death", fail)
    await user.execute(run, cell)
    await user.until_status(notebook["id"], run, "failed")
    assert told(caplog)


@pytest.mark.parametrize(("where", "status"), [("open_to_busy", "lost"), ("resume", "idle")])
async def test_finding_a_kernel_again_that_fails_unexpectedly_leaves_a_run_that_can_go_on(
    user: User,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    where: str,
    status: str,
) -> None:
    notebook = await user.create(kernel="patina-python")
    (cell,) = await user.write("6 * 7")
    run = await user.start(notebook["id"], on_server_stop="keep")
    await user.ran(run, cell)
    kernel = await left(user)
    monkeypatch.setattr(KernelConnection, where, fail)
    await user.open("analysis.tsnb")
    await user.until_status(notebook["id"], run, status)
    assert told(caplog)
    if status == "lost":
        monkeypatch.undo()
        await user.ask("POST", f"runs/{run}/restart")
    assert text_of((await user.ran(run, cell))[-1]) == "42"
    await user.ask("POST", f"runs/{run}/stop")
    await asyncio.to_thread(kernel.wait, PATIENCE)


async def test_a_look_at_the_file_that_fails_is_followed_by_others(
    user: User, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    await user.create()
    await user.write("one")
    editor = await user.edit()
    assert await editor.save() == "success"
    with monkeypatch.context() as broken:
        broken.setattr(DiskSide, "_look", fail)
        await user.until(soon(lambda: told(caplog)), bool)
    user.file().write_text(user.file().read_text().replace("one", "two"))
    await editor.until_sources("two")


async def test_a_history_that_fails_unexpectedly_is_told_and_written_later(
    user: User, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("patina_lab.sources.durability.RETRY_SECONDS", 0.1)
    notebook = await user.create()
    await user.write("one")
    editor, follower = await user.edit(), await user.follow(notebook["id"])
    with monkeypatch.context() as broken:
        broken.setattr(History, "flush", fail)
        editor.text(0).insert(0, "typed, ")
        await eventually(lambda: [one["kind"] for one in follower.notices] == ["history"])
        assert WORDS in follower.notices[0]["reason"]
    await eventually(lambda: editor.is_acknowledged(follower.meta["saved"]))
    assert told(caplog)
    await eventually(lambda: follower.notices == [])


async def test_a_notebook_that_cannot_be_closed_keeps_no_other_open(
    user: User, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "IDLE_SECONDS", 0.2)
    close = Room.close

    async def refusing(room: Room, why: str) -> None:
        if room.source.path == "stuck.tsnb":
            await close(room, why)
            fail()
        await close(room, why)

    monkeypatch.setattr(Room, "close", refusing)
    for path in ("stuck.tsnb", "other.tsnb"):
        await user.create(path)
    await user.until(lambda: user.ask("GET", "notebooks"), lambda notebooks: not notebooks)
    assert told(caplog)


async def test_a_search_for_kernels_that_fails_is_told(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, user: User
) -> None:
    monkeypatch.setattr(Survivors, "all", fail)
    tasks = Tasks()
    rooms: Rooms = user.rooms
    tasks.spawn(rooms.reopen())
    await user.until(soon(lambda: told(caplog)), bool)
    await user.create()
    await tasks.close()
