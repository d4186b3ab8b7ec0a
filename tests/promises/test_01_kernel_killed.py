"""1: a kernel that dies takes nothing with it: outputs are kept, the run says so, others work."""

from __future__ import annotations

import os
import signal

import pytest

from patina_lab.tests.user import User, text_of

DEATHS = {
    "kill -9": "import os\nprint('before', flush=True)\nos.kill(os.getpid(), 9)",
    "segfault": "import ctypes\nprint('before', flush=True)\nctypes.string_at(0)",
    "exit": "import os\nprint('before', flush=True)\nos._exit(3)",
}


@pytest.mark.parametrize("death", DEATHS.values(), ids=DEATHS)
async def test_a_kernel_that_dies_is_said_to_be_dead_and_takes_nothing_with_it(
    user: User, death: str
) -> None:
    notebook = await user.create(kernel="patina-python")
    kept, deadly, late = await user.write("'kept'", death, "'late'")
    run, other = await user.start(notebook["id"]), await user.start(notebook["id"])
    await user.ran(run, kept)
    await user.execute(run, deadly, late)
    failed = await user.until_status(notebook["id"], run, "failed")
    assert failed["error"]["message"]
    assert "restart the run" in failed["error"]["hint"].lower()
    cells = await user.finished(run, 3)
    assert [cell["status"] for cell in cells] == ["succeeded", "failed", "not run"]
    assert text_of(cells[0]) == "'kept'"
    assert "before" in text_of(cells[1])
    assert (await user.ran(other, kept))[0]["status"] == "succeeded"
    await user.ask("POST", f"runs/{run}/restart")
    assert text_of((await user.ran(run, kept))[3]) == "'kept'"


async def test_a_kernel_that_is_killed_from_outside_is_no_ghost(user: User) -> None:
    notebook = await user.create(kernel="patina-python")
    pid, endless = await user.write("import os\nos.getpid()", "while True: pass")
    run = await user.start(notebook["id"])
    cells = await user.ran(run, pid)
    await user.execute(run, endless)
    os.kill(int(text_of(cells[0])), signal.SIGKILL)
    await user.until_status(notebook["id"], run, "failed")
    cells = await user.finished(run, 2)
    assert cells[1]["status"] == "failed"
