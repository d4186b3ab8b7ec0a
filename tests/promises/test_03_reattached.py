"""3: kernels that outlive the server are found again, or their runs are said to be lost."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from patina_lab.kernel.account import Kept
from patina_lab.kernel.asking import Asking, KernelRefusedError
from patina_lab.kernel.connection import KernelConnection
from patina_lab.tests.user import PATIENCE, User, soon, text_of
from patina_lab.text import verbatim
from tests.promises.mounts import fill, small_disk
from tests.promises.survival import NOTEBOOK, Surviving, ended, left, surviving, whole_text

Make = Callable[..., Surviving]
COUNT = """
import os, time
n = 0
while not os.path.exists("enough"):
    print(n, flush=True)
    n += 1
    time.sleep(0.01)
print("of", n)
"""


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Make a server whose notebook has these cells."""
    made: list[Surviving] = []

    def server(*sources: str, kernel: str = "patina-python") -> Surviving:
        made.append(Surviving(tmp_path, *sources, kernel=kernel))
        return made[-1]

    with surviving(monkeypatch):
        yield server
        for one in made:
            one.kill()


def counted(text: str) -> bool:
    """Whether a text is what COUNT prints: every number once, in order, and how many."""
    *numbers, last = text.splitlines()
    return numbers == [str(n) for n in range(len(numbers))] and last == f"of {len(numbers)}"


async def printing(user: User, run: str, seq: int) -> None:
    """Wait until an output cell has printed something."""
    await user.until(
        lambda: user.timeline(run),
        lambda cells: len(cells) >= seq and "10\n" in text_of(cells[seq - 1]),
    )


async def test_a_cell_that_runs_goes_on_and_all_that_it_prints_arrives_once(make: Make) -> None:
    server = make("x = 40", COUNT, "x + 2")
    user = await server.start()
    run = await server.run(user)
    await user.ran(run, server.cells[0])
    await user.execute(run, *server.cells[1:])
    await printing(user, run, 2)
    server.kill()
    user = await server.start()
    (found,) = (await user.open("analysis.tsnb"))["runs"]
    assert found["id"] == run
    # While it runs: the kernel is found again in the midst of the cell.
    await user.until_status(NOTEBOOK, run, "busy")
    assert (await user.timeline(run))[1]["status"] == "running"
    server.say_enough()
    cells = await user.finished(run, 3)
    assert [cell["status"] for cell in cells] == ["succeeded"] * 3
    assert counted(await whole_text(user, cells[1]))
    assert text_of(cells[2]) == "42"
    assert cells[1]["started"]
    # It is as if nothing had happened: the same kernel, undo, and new cells.
    await user.ask("POST", f"runs/{run}/undo")
    cells = await user.ran(run, server.cells[2])
    assert [cell.get("undone", False) for cell in cells] == [False, False, True, False]
    assert text_of(cells[3]) == "42"
    assert '"reattached"' in (user.folder() / f"{run}.jsonl").read_text()
    await user.ask("POST", f"runs/{run}/stop")
    await user.until_status(NOTEBOOK, run, "stopped")
    (kernel,) = server.kernels or [None]
    if kernel is not None:
        await ended(kernel)


async def test_nobody_needs_to_open_the_notebook_for_its_runs_to_go_on(make: Make) -> None:
    server = make(COUNT)
    user = await server.start()
    run = await server.run(user)
    await user.execute(run, server.cells[0])
    await printing(user, run, 1)
    server.kill()
    user = await server.start()
    await user.until(lambda: user.ask("GET", "notebooks"), bool)
    server.say_enough()
    cells = await user.finished(run, 1)
    assert counted(await whole_text(user, cells[0]))


async def test_an_ordinary_stop_keeps_kernels_as_well(make: Make) -> None:
    server = make("x = 1", COUNT)
    user = await server.start()
    run = await server.run(user)
    await user.ran(run, server.cells[0])
    await user.execute(run, server.cells[1])
    await printing(user, run, 2)
    server.terminate()
    # It is done before there is another server.
    server.say_enough()
    user = await server.start()
    await user.open("analysis.tsnb")
    cells = await user.finished(run, 2)
    assert cells[1]["status"] == "succeeded"
    assert counted(await whole_text(user, cells[1]))


async def test_a_run_can_be_told_to_end_with_the_server(make: Make) -> None:
    server = make("x = 1")
    user = await server.start()
    await user.open("analysis.tsnb")
    run = await user.start(NOTEBOOK, on_server_stop="stop")
    await user.ran(run, server.cells[0])
    (kernel,) = server.kernels
    server.kill()
    await ended(kernel)
    user = await server.start()
    (found,) = (await user.open("analysis.tsnb"))["runs"]
    assert found["status"] == "lost"


async def test_a_kernel_that_died_meanwhile_is_lost_and_its_cell_no_ghost(make: Make) -> None:
    server = make("x = 1", "import time\nprint('on it', flush=True)\ntime.sleep(600)", "x")
    user = await server.start()
    run = await server.run(user)
    await user.ran(run, server.cells[0])
    await user.execute(run, *server.cells[1:])
    await user.until(
        lambda: user.timeline(run), lambda cells: len(cells) > 1 and text_of(cells[1]) != ""
    )
    (kernel,) = server.kernels
    server.kill()
    kernel.kill()
    await ended(kernel)
    user = await server.start()
    (found,) = (await user.open("analysis.tsnb"))["runs"]
    assert found["status"] == "lost"
    cells = await user.timeline(run)
    assert [cell["status"] for cell in cells] == ["succeeded", "failed", "not run"]


async def test_a_process_that_has_got_the_id_of_a_kernel_is_never_taken_for_it(make: Make) -> None:
    server = make("x = 1")
    user = await server.start()
    run = await server.run(user)
    await user.ran(run, server.cells[0])
    (kernel,) = server.kernels
    (record,) = server.record_files
    server.kill()
    kernel.kill()
    await ended(kernel)
    # This very process gets the dead kernel's place in the record: it is not touched.
    record.write_text(record.read_text().replace(f'"pid": {kernel.pid}', f'"pid": {os.getpid()}'))
    user = await server.start()
    (found,) = (await user.open("analysis.tsnb"))["runs"]
    assert found["status"] == "lost"
    await user.ask("POST", f"runs/{run}/restart")
    assert (await user.ran(run, server.cells[0]))[-1]["status"] == "succeeded"


async def test_a_question_that_waits_is_asked_again(make: Make) -> None:
    server = make("name = input('who? ')\nprint('hello', name)")
    user = await server.start()
    run = await server.run(user)
    await user.execute(run, server.cells[0])

    def asks(cells: list[dict[str, object]]) -> bool:
        return bool(cells) and "input_request" in cells[0]

    await user.until(lambda: user.timeline(run), asks)
    server.kill()
    user = await server.start()
    await user.open("analysis.tsnb")
    cells = await user.until(lambda: user.timeline(run), asks)
    assert cells[0]["input_request"] == {"prompt": "who? "}
    await user.ask("POST", f"runs/{run}/input", {"output_cell": 1, "value": "Ada"})
    (cell,) = await user.finished(run, 1)
    assert text_of(cell) == "who? Ada\nhello Ada\n"


@pytest.mark.timeout(300)  # Three servers start, one after another.
async def test_a_crash_while_no_server_was_there_can_be_undone(make: Make) -> None:
    server = make("x = 7", "import os, signal\nprint(os.getpid(), flush=True)\ninput()", "x")
    user = await server.start()
    run = await server.run(user)
    await user.ran(run, server.cells[0])
    await user.execute(run, server.cells[1])
    cells = await user.until(
        lambda: user.timeline(run), lambda cells: len(cells) > 1 and "input_request" in cells[1]
    )
    server.kill()
    os.kill(int(text_of(cells[1]).split()[0]), signal.SIGKILL)
    user = await server.start()
    await user.open("analysis.tsnb")
    failed = await user.until_status(NOTEBOOK, run, "failed")
    assert failed["crash"]["seq"] == 2
    # A crash is found again, too, when another server comes.
    server.kill()
    user = await server.start()
    await user.open("analysis.tsnb")
    failed = await user.status(NOTEBOOK, run)
    assert (failed["status"], failed["crash"]["seq"]) == ("failed", 2)
    await user.until(
        lambda: user.status(NOTEBOOK, run), lambda found: bool(found.get("capabilities"))
    )
    await user.ask("POST", f"runs/{run}/undo")
    assert text_of((await user.ran(run, server.cells[2]))[-1]) == "7"


@pytest.mark.timeout(300)  # Three servers start, one after another.
async def test_what_a_full_disk_did_not_take_is_not_taken_for_what_runs_after_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "root").mkdir()
    with surviving(monkeypatch), small_disk(tmp_path / "root"):
        # A page of the disk is the log's, and takes a little more; then nothing.
        server = Surviving(tmp_path, "'kept'", "print('x' * 9_000)", COUNT, "'later'")
        user = await server.start()
        run = await server.run(user)
        await user.ran(run, server.cells[0])
        filler = fill(server.root)
        await user.ran(run, server.cells[1])
        await user.execute(run, server.cells[2])
        await printing(user, run, 3)
        server.kill()
        await user.leave()
        filler.unlink()
        again = await server.start()
        await again.open("analysis.tsnb")
        (later,) = await again.execute(run, server.cells[3])
        assert later["seq"] == 3, "nobody knows any more of what the disk did not take"
        server.kill()
        await again.leave()
        # Now a log has this number, and the other cell that had it still prints.
        again = await server.start()
        await again.open("analysis.tsnb")
        await again.until_status(NOTEBOOK, run, "busy")
        server.say_enough()
        timeline = await again.finished(run, 3)
        server.kill()
        await again.leave()
    assert text_of(timeline[-1]) == "'later'"


async def test_of_what_a_kernel_does_not_tell_any_more_the_end_of_its_cell_is_known(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook = await user.create(kernel="patina-python")
    waits = "import pathlib, time\nwhile not pathlib.Path('enough').exists():\n    time.sleep(0.01)"
    first, later = await user.write(f"{waits}\npathlib.Path('done').touch()", "6 * 7")
    run = await user.start(notebook["id"], on_server_stop="keep")
    await user.execute(run, first)
    await user.until_status(notebook["id"], run, "busy")
    kernel = await left(user)
    user.file("enough").touch()
    await user.until(soon(user.file("done").exists), bool)

    async def refuse(_connection: KernelConnection, _position: int) -> Kept:
        raise KernelRefusedError("OSError", verbatim("No space left on device"), verbatim(""))

    monkeypatch.setattr(KernelConnection, "_next_kept", refuse)
    await user.open("analysis.tsnb")
    (cell,) = await user.finished(run, 1)
    assert cell["status"] in ("failed", "succeeded")
    assert "are missing" in text_of(cell)
    assert text_of((await user.ran(run, later))[-1]) == "42"
    await user.ask("POST", f"runs/{run}/stop")
    await asyncio.to_thread(kernel.wait, PATIENCE)


async def test_a_server_that_ends_while_it_finds_a_kernel_again_leaves_it_to_the_next(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook = await user.create(kernel="patina-python")
    first, later = await user.write("x = 41", "x + 1")
    run = await user.start(notebook["id"], on_server_stop="keep")
    await user.ran(run, first)
    kernel, asked, ask = await left(user), asyncio.Event(), Asking.__call__

    async def waits(self: Asking, name: str, *rest: Any) -> dict[str, Any]:
        if name == "journal":
            asked.set()
            name = "nothing that it knows"
        return await ask(self, name, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(Asking, "__call__", waits)
        await user.open("analysis.tsnb")
        await asyncio.wait_for(asked.wait(), PATIENCE)
        (room,) = user.rooms
        user.rooms._rooms.pop(room.id)
        await room.leave("for a test")
    assert "failed" not in (user.folder() / f"{run}.jsonl").read_text()
    await user.open("analysis.tsnb")
    await user.until_status(notebook["id"], run, "idle")
    assert text_of((await user.ran(run, later))[-1]) == "42"
    await user.ask("POST", f"runs/{run}/stop")
    await asyncio.to_thread(kernel.wait, PATIENCE)


async def test_a_kernel_that_does_not_say_what_it_does_leaves_no_cell_that_runs_for_ever(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook = await user.create(kernel="patina-python")
    first, later = await user.write("import time\ntime.sleep(600)", "6 * 7")
    run = await user.start(notebook["id"], on_server_stop="keep")
    await user.execute(run, first)
    await user.until_status(notebook["id"], run, "busy")
    kernel = await left(user)
    ask = Asking.__call__

    async def refuse(self: Asking, name: str, *rest: Any) -> dict[str, Any]:
        if name in ("journal", "state"):
            raise KernelRefusedError("Timeout", verbatim(f"No answer to {name}"), verbatim(""))
        return await ask(self, name, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(Asking, "__call__", refuse)
        await user.open("analysis.tsnb")
        failed = await user.until_status(notebook["id"], run, "failed")
    assert "could not hear it" in failed["error"]["message"]
    (cell,) = await user.timeline(run)
    assert cell["status"] == "failed"
    await asyncio.to_thread(kernel.wait, PATIENCE)
    await user.ask("POST", f"runs/{run}/restart")
    assert text_of((await user.ran(run, later))[-1]) == "42"
    # Else it would outlive this server, and a later test would be told that nobody waits for it.
    another = user.rooms.by_run(run).roster.runner(run).connection.process
    await user.ask("POST", f"runs/{run}/stop")
    await another.died()


async def test_an_undo_that_a_server_did_not_live_to_write_down_is_known_to_the_next(
    user: User,
) -> None:
    notebook = await user.create(kernel="patina-python")
    first, second, look = await user.write("x = 1", "x = 2", "x")
    run = await user.start(notebook["id"], on_server_stop="keep")
    await user.ran(run, first)
    await user.ran(run, second)
    connection = user.rooms.by_run(run).roster.runner(run).connection
    # From here on nothing is heard any more: neither what it says nor, by the model, the reply.
    connection.account.close()
    await connection.ask("restore", {})
    kernel = await left(user)
    await user.open("analysis.tsnb")
    cells = await user.until(lambda: user.timeline(run), lambda cells: "undone" in cells[1])
    assert [cell.get("undone", False) for cell in cells] == [False, True]
    await user.until_status(notebook["id"], run, "idle")
    assert text_of((await user.ran(run, look))[-1]) == "1"
    await user.ask("POST", f"runs/{run}/stop")
    await asyncio.to_thread(kernel.wait, PATIENCE)
