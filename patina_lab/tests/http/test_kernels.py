"""Kernels that die, do not start, or are not there: the server and all else go on."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.connect import LocalPortCache

from patina_lab.tests.user import Refused, User, soon, text_of

SLEEP = "import os, time\nprint('pid', os.getpid(), flush=True)\ntime.sleep(60)"


@pytest.fixture
def specs(jp_data_dir: Path, jp_environ: Any) -> Path:
    """Where the test may add kernelspecs."""
    folder = jp_data_dir / "kernels"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def add_spec(folder: Path, name: str, *argv: str) -> None:
    (folder / name).mkdir()
    spec = {"argv": list(argv), "display_name": name, "language": "python"}
    (folder / name / "kernel.json").write_text(json.dumps(spec))


async def pid_of(user: User, run: str, seq: int = 1) -> int:
    timeline = await user.until(
        lambda: user.timeline(run), lambda cells: "pid" in text_of(cells[seq - 1])
    )
    return int(text_of(timeline[seq - 1]).split()[1])


async def test_a_killed_kernel_fails_its_cell_names_the_signal_and_harms_nobody_else(
    user: User,
) -> None:
    notebook = await user.create()
    sleep, one = await user.write(SLEEP, "1")
    run, other = await user.start(notebook["id"]), await user.start(notebook["id"])
    await user.ran(other, one)
    await user.execute(run, sleep, one)
    follower = await user.follow(notebook["id"])
    os.kill(await pid_of(user, run), signal.SIGKILL)
    failed = await user.until_status(notebook["id"], run, "failed")
    assert "SIGKILL" in failed["error"]["message"]
    assert "Restart" in failed["error"]["hint"]
    timeline = await user.timeline(run)
    assert [cell["status"] for cell in timeline] == ["failed", "not run"]
    assert text_of(timeline[0]).startswith("pid ")
    assert "SIGKILL" in timeline[0]["outputs"][-1]["evalue"]
    await user.until(
        soon(lambda: follower.runs[run].to_py()["status"]), lambda status: status == "failed"
    )
    assert text_of((await user.ran(other, one))[-1]) == "1"
    with pytest.raises(Refused, match=r"409.*SIGKILL"):
        await user.execute(run, one)
    kernels = user.serverapp.kernel_manager.list_kernels()
    assert [kernel["id"] for kernel in kernels] == [
        (await user.status(notebook["id"], other))["kernel_id"]
    ]
    await user.ask("POST", f"runs/{run}/restart")
    timeline = await user.ran(run, one)
    assert [cell["status"] for cell in timeline] == ["failed", "not run", "succeeded"]


async def test_a_kernel_that_ends_itself_is_not_started_again(user: User) -> None:
    notebook = await user.create()
    (leave,) = await user.write(
        "import os, time\nprint('bye', flush=True)\ntime.sleep(0.3)\nos._exit(3)"
    )
    run = await user.start(notebook["id"])
    await user.execute(run, leave)
    failed = await user.until_status(notebook["id"], run, "failed")
    assert "status 3" in failed["error"]["message"]
    assert "bye" in text_of((await user.timeline(run))[0])
    await user.until(
        soon(lambda: len(user.serverapp.kernel_manager.list_kernels())), lambda count: count == 0
    )
    assert (await user.status(notebook["id"], run))["session"] == 1


async def test_jupyter_restarts_no_kernel_of_ours_behind_our_back(user: User) -> None:
    notebook = await user.create()
    run = await user.start(notebook["id"])
    await user.until_status(notebook["id"], run, "idle")
    kernel = (await user.status(notebook["id"], run))["kernel_id"]
    restarter = user.serverapp.kernel_manager.get_kernel(kernel)._restarter
    assert restarter is None or restarter._pcallback is None


async def test_what_a_kernel_said_last_is_kept_however_much_it_was(user: User) -> None:
    notebook = await user.create()
    (cell,) = await user.write(
        "import os, signal, sys, time\n"
        "for n in range(50_000):\n    print(n)\n"
        "sys.stdout.flush()\ntime.sleep(0.3)\nos.kill(os.getpid(), signal.SIGSEGV)"
    )
    run = await user.start(notebook["id"])
    await user.execute(run, cell)
    failed = await user.until_status(notebook["id"], run, "failed")
    assert "SIGSEGV" in failed["error"]["message"]
    (died,) = await user.timeline(run)
    assert died["outputs"][0]["tail"].endswith("49999\n")


async def test_an_interrupt_ends_a_cell_that_waits_for_an_answer(user: User) -> None:
    notebook = await user.create()
    (cell,) = await user.write("input('? ')")
    run = await user.start(notebook["id"])
    await user.execute(run, cell)
    await user.until(
        lambda: user.timeline(run), lambda cells: cells[0].get("input_request") is not None
    )
    await user.ask("POST", f"runs/{run}/interrupt")
    (ended,) = await user.finished(run, 1)
    assert ended["status"] == "interrupted"
    assert "input_request" not in ended


async def test_a_restart_right_after_a_death_is_not_taken_for_dead(user: User) -> None:
    notebook = await user.create()
    sleep, one = await user.write(SLEEP, "1")
    run = await user.start(notebook["id"])
    await user.execute(run, sleep)
    os.kill(await pid_of(user, run), signal.SIGKILL)
    # Before the server has seen it.
    await user.ask("POST", f"runs/{run}/restart")
    assert (await user.ran(run, one))[-1]["status"] == "succeeded"


async def test_a_kernel_that_cannot_start_says_why(user: User, specs: Path) -> None:
    add_spec(specs, "absent", "/no/such/program", "{connection_file}")
    add_spec(specs, "leaves", sys.executable, "-c", "raise SystemExit(7)", "{connection_file}")
    for kernel, word in (("absent", "/no/such/program"), ("leaves", "ended")):
        path = f"{kernel}.tsnb"
        notebook = await user.create(path, kernel)
        (cell,) = await user.write("1", path=path)
        run = await user.start(notebook["id"])
        failed = await user.until_status(notebook["id"], run, "failed")
        assert word in failed["error"]["reason"]
        assert failed["error"]["hint"]
        with pytest.raises(Refused, match="has no kernel"):
            await user.execute(run, cell)
    await user.until(
        soon(lambda: len(user.serverapp.kernel_manager.list_kernels())), lambda count: count == 0
    )


@pytest.mark.parametrize("kernel", ["python3", "patina-python"])
async def test_a_kernel_whose_port_somebody_else_took_is_started_with_others(
    user: User, monkeypatch: pytest.MonkeyPatch, kernel: str
) -> None:
    choose, chosen = LocalPortCache.find_available_port, list[int]()

    def taken_first(cache: LocalPortCache, ip: str) -> int:
        chosen.append(choose(cache, ip) if chosen else somebody.getsockname()[1])
        return chosen[-1]

    with socket.create_server(("127.0.0.1", 0)) as somebody:
        monkeypatch.setattr(LocalPortCache, "find_available_port", taken_first)
        notebook = await user.create(kernel=kernel)
        (one,) = await user.write("1")
        run = await user.start(notebook["id"])
        assert text_of((await user.ran(run, one))[-1]) == "1"
    assert len(chosen) == 10
    await user.until(
        soon(lambda: len(user.serverapp.kernel_manager.list_kernels())), lambda count: count == 1
    )


async def test_a_start_that_takes_long_can_be_stopped_and_leaves_no_process(
    user: User, specs: Path
) -> None:
    add_spec(
        specs, "slow", sys.executable, "-c", "import time; time.sleep(60)", "{connection_file}"
    )
    notebook = await user.create(kernel="slow")
    run = await user.start(notebook["id"])
    kernels = user.serverapp.kernel_manager
    await user.until(soon(lambda: len(kernels.list_kernels())), lambda count: count == 1)
    late = await user.follow(notebook["id"])
    starting = late.runs[run].to_py()
    assert starting["status"] == "starting"
    assert starting["phase"]["name"] == "Starting the kernel"
    assert starting["phase"]["since"].endswith("Z")
    assert (await user.ask("POST", f"runs/{run}/stop"))["status"] == "stopped"
    await user.until(soon(lambda: len(kernels.list_kernels())), lambda count: count == 0)
    assert "phase" not in await user.status(notebook["id"], run)


async def test_a_second_start_knows_how_long_the_first_took(user: User) -> None:
    notebook = await user.create()
    run = await user.start(notebook["id"])
    await user.until_status(notebook["id"], run, "idle")
    other = await user.start(notebook["id"])
    started = await user.until(
        lambda: user.status(notebook["id"], other), lambda found: "previous_ms" in found["phase"]
    )
    assert 0 < started["phase"]["previous_ms"] < 60_000


async def test_a_notebook_for_a_kernel_that_is_not_installed_opens_and_says_what_to_install(
    user: User,
) -> None:
    text = (
        'format = "patina-lab 1"\nid = "n1"\nkernel = "julia-1.12"\nlanguage = "julia"\n\n'
        "[[cells]]\nid = \"a\"\ntype = \"code\"\nsource = '''\n1'''\n"
    )
    notebook = await user.open("julia.tsnb", text)
    assert (notebook["id"], notebook["kernel"]) == ("n1", "julia-1.12")
    with pytest.raises(Refused, match=r"400.*julia-1\.12") as refused:
        await user.start("n1")
    assert refused.value.problem["hint"]
    run = await user.start("n1", kernel="python3")
    await user.until_status("n1", run, "idle")


async def test_the_kernel_shut_down_elsewhere_is_a_failed_run_not_a_hanging_one(
    user: User,
) -> None:
    notebook = await user.create()
    (sleep,) = await user.write(SLEEP)
    run = await user.start(notebook["id"])
    await user.execute(run, sleep)
    await pid_of(user, run)
    kernel = (await user.status(notebook["id"], run))["kernel_id"]
    await user.get("api", "kernels", kernel, method="DELETE")
    await user.until_status(notebook["id"], run, "failed")
    assert (await user.timeline(run))[0]["status"] == "failed"
    await asyncio.sleep(0)
