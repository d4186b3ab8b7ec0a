"""34: what goes wrong in the background is logged, and stops nothing else."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from patina_lab.kernel.survivors import Survivors
from patina_lab.kernel.translate import translate
from patina_lab.rooms import registry
from patina_lab.rooms.ledger import Ledger
from patina_lab.rooms.registry import Rooms
from patina_lab.rooms.room import Room
from patina_lab.rooms.runner import Runner
from patina_lab.rooms.tasks import Tasks
from patina_lab.tests.user import User, soon, text_of

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

    monkeypatch.setattr("patina_lab.kernel.connection.translate", picky)
    cells = await user.ran(run, bad, good)
    assert [cell["status"] for cell in cells] == ["succeeded", "succeeded"]
    assert text_of(cells[1]) == "good\n"
    assert told(caplog)


@pytest.mark.parametrize(
    ("owner", "name"), [(Runner, "_measure"), (Ledger, "_sync")], ids=["measuring", "syncing"]
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
