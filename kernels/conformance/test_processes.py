"""No process is left behind, whichever of the family is killed."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.manager import AsyncKernelManager
from patina_kernel.nursery import client, log
from patina_kernel.runtime import directory, records
from patina_kernel.runtime.process import boot_id, is_zombie, start_time

from conformance.languages import Language
from conformance.live import Live, connect, start

# The promise of the product, not a measure of this machine.
ORPHAN_SECONDS = 5.0

SERVER = """
import asyncio, json, os, sys
from conformance.live import start

async def main():
    live = await start(sys.argv[1])
    await live.run(sys.argv[2])
    pids = await live.pids()
    file = live.manager.connection_file
    print(json.dumps({"pids": pids, "file": file, "id": live.manager.kernel_id}), flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


def _running(pid: int) -> bool:
    return bool(start_time(pid)) and not is_zombie(pid)


async def _all_end(pids: list[int]) -> None:
    end = time.monotonic() + ORPHAN_SECONDS
    while left := [pid for pid in pids if _running(pid)]:
        assert time.monotonic() < end, f"still running: {left}"
        await asyncio.sleep(0.05)


def _family(pids: dict[str, Any]) -> list[int]:
    return [pids["relay"], pids["executor"], *pids["checkpoints"]]


async def _server(
    language: Language, **env: str
) -> tuple[asyncio.subprocess.Process, dict[str, Any]]:
    cell = language.bind.format(name="x", value=7)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "ignore", "-c", SERVER, language.kernel, cell),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, **env},
    )
    assert process.stdout is not None
    return process, json.loads(await process.stdout.readline())


@pytest.mark.parametrize("victim", ["relay", "executor", "checkpoint"])
async def test_kill_9_of_any_process_leaves_no_orphan(language: Language, victim: str) -> None:
    kernel = await start(language.kernel)
    await kernel.run(language.bind.format(name="x", value=7))
    await kernel.run(language.bind.format(name="y", value=7))
    await kernel.checkpoints(least=3)
    pids = await kernel.pids()
    os.kill(pids["checkpoints"][0] if victim == "checkpoint" else pids[victim], signal.SIGKILL)
    if victim == "executor":
        await kernel.iopub(lambda message: "[Patina]" in message["content"].get("text", ""))
    if victim != "relay":
        assert (await kernel.run(language.show.format(name="x"))).text == "7"
        pids = {
            **pids,
            "checkpoints": pids["checkpoints"] + (await kernel.pids())["checkpoints"],
        }
    await kernel.shut_down()
    await _all_end(_family(pids))


async def test_an_unclaimed_fork_ends_with_its_parent(language: Language) -> None:
    kernel = await start(language.kernel)
    assert (await kernel.ask("fork"))["status"] == "ok"
    children = await _descendants(kernel)
    await kernel.shut_down()
    await _all_end(children)


async def _descendants(kernel: Live) -> list[int]:
    executor = (await kernel.pids())["executor"]
    listed = Path(f"/proc/{executor}/task/{executor}/children").read_text().split()
    assert listed
    return [executor, *map(int, listed)]


STARTS_ANOTHER = {
    "python": "import subprocess; subprocess.Popen(['sleep', '600']).pid",
    "rust": 'std::process::Command::new("sleep").arg("600").spawn().unwrap().id()',
}


async def test_a_shutdown_ends_what_cells_have_started(kernel: Live, language: Language) -> None:
    if language.name not in STARTS_ANOTHER:
        pytest.skip("this language starts no processes")
    ran = await kernel.run(STARTS_ANOTHER[language.name])
    await kernel.shut_down()
    await _all_end([int(ran.text)])


async def test_kernels_end_with_the_server_that_started_them(language: Language) -> None:
    process, told = await _server(language)
    process.kill()
    await process.wait()
    await _all_end(_family(told["pids"]))


async def test_kernels_of_a_patina_server_outlive_it_and_are_found_again(
    language: Language,
) -> None:
    process, told = await _server(language, PATINA_OUTLIVE="1")
    process.kill()
    await process.wait()
    place = directory.private(Path(os.environ[directory.VARIABLE]))
    assert told["file"] in [record.connection_file for record in records.living(place)]
    manager = AsyncKernelManager(kernel_name=language.kernel)
    await manager.start_kernel(attach_to=told["file"])
    kernel = await connect(manager)
    try:
        assert (await kernel.run(language.show.format(name="x"))).text == "7"
        fork = await start(language.kernel, fork_of=told["id"])
        assert (await fork.run(language.show.format(name="x"))).text == "7"
        await fork.shut_down()
    finally:
        await kernel.shut_down()
    await _all_end(_family(told["pids"]))


async def test_a_kernel_nobody_comes_for_ends_in_the_time_that_was_set(kernel: Live) -> None:
    assert (await kernel.ask("settings", keep_seconds=0.1))["status"] == "ok"
    pids = await kernel.pids()
    kernel.client.iopub_channel.stop()
    await _all_end(_family(pids))


def test_the_record_of_another_process_of_that_id_or_of_an_earlier_boot_is_none_of_a_kernel(
    tmp_path: Path,
) -> None:
    def recorded(started: str, boot: str) -> list[records.Record]:
        told = [os.getpid(), started, "kernel.json", "", "", "id", boot, "run 1"]
        names = records.Record.__dataclass_fields__
        path = tmp_path / f"a{records.SUFFIX}"
        path.write_text(json.dumps(dict(zip(names, told, strict=True))))
        return records.living(tmp_path)

    ours = start_time(os.getpid())
    assert [record.owner for record in recorded(ours, boot_id())] == ["run 1"]
    assert recorded(str(int(ours) - 1), boot_id()) == []
    assert recorded(ours, "another") == []
    # What is left of a kernel that is gone is gone, too.
    assert list(tmp_path.iterdir()) == []


async def test_the_runtime_directory_is_private(kernel: Live) -> None:
    place = directory.private(Path(os.environ[directory.VARIABLE]))
    assert place.stat().st_mode & 0o777 == 0o700
    place.chmod(0o755)
    assert directory.private(place).stat().st_mode & 0o777 == 0o700
    (record,) = (
        record
        for record in records.living(place)
        if record.connection_file == str(Path(kernel.manager.connection_file).absolute())
    )
    assert record.pid == (await kernel.pids())["relay"]


async def test_a_template_ends_when_its_socket_is_gone(language: Language) -> None:
    path, template = await _template(language)
    path.unlink()
    await _all_end([template])


async def test_kill_9_of_a_template_costs_no_kernel(language: Language) -> None:
    path, template = await _template(language)
    made = await start(language.kernel)
    await made.run(language.bind.format(name="x", value=7))
    os.kill(template, signal.SIGKILL)
    await _all_end([template])
    # Kernels that were made from it go on, the next one starts without, and there is another.
    assert (await made.run(language.show.format(name="x"))).text == "7"
    await made.shut_down()
    await (await start(language.kernel)).shut_down()
    end = time.monotonic() + client.START_SECONDS
    while not _answers(path):
        assert time.monotonic() < end, "no template was started anew"
        await asyncio.sleep(0.05)
    assert _listener(path) != template


def _answers(path: Path) -> bool:
    try:
        directory.connect(str(path)).close()
    except OSError:
        return False
    return True


async def test_a_stopped_template_holds_nobody_up(
    language: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "START_SECONDS", 3.0)
    # A template of this test's own, started by this process.
    short = tempfile.mkdtemp(prefix="pt-")
    monkeypatch.setenv(directory.VARIABLE, short)
    _, template = await _template(language)
    os.kill(template, signal.SIGSTOP)
    starting = asyncio.create_task(start(language.kernel))
    longest, before = 0.0, time.monotonic()
    while not starting.done():
        await asyncio.sleep(0.01)
        longest, before = max(longest, time.monotonic() - before), time.monotonic()
    kernel = await starting
    # The loop went on while the template was waited for, and the kernel is one of its own.
    assert longest < client.START_SECONDS / 2
    assert (await kernel.run(language.show.format(name="7"))).text == "7"
    # Nor does the next kernel wait for that template.
    await _all_end([template])
    await kernel.shut_down()
    shutil.rmtree(short)  # with its socket, a template ends


async def test_what_a_kernel_from_a_template_says_before_it_is_up_is_kept(
    language: Language, caplog: pytest.LogCaptureFixture
) -> None:
    await _template(language)
    manager = AsyncKernelManager(kernel_name=language.kernel)
    await manager.start_kernel(env={**os.environ, "PATINA_CHECKPOINTS": "nonsense"})
    provisioner: Any = manager.provisioner
    provisioner.log.propagate = True
    end = time.monotonic() + ORPHAN_SECONDS
    while await provisioner.poll() is None:
        assert time.monotonic() < end
        await asyncio.sleep(0.05)
    (record,) = (one for one in caplog.records if "what it said last" in one.message)
    said = Path(record.message.rpartition(" in ")[2])
    assert "checkpoints: 'nonsense'" in said.read_text()
    assert said.stat().st_mode & 0o777 == 0o600
    await manager.shutdown_kernel(now=True)


def test_the_log_of_a_template_is_bounded(tmp_path: Path) -> None:
    kept = log.of_template(tmp_path / "t.nursery")
    with kept.begun() as said:
        said.write(b"x" * log.MOST_BYTES)
        log.bound(said.fileno())
        assert kept.size() == log.MOST_BYTES
        said.write(b"y")
        log.bound(said.fileno())
        said.write(b"z")
        assert kept.path.read_bytes() == b"z"
        log.bound(said.fileno())
        kept.end(said.fileno())
        assert kept.path.exists()
    with kept.begun() as said:
        kept.end(said.fileno())
        assert not kept.path.exists()


async def test_templates_and_their_kernels_keep_no_pipe_of_their_starter_open(
    language: Language,
) -> None:
    path, template = await _template(language)
    kernel = await start(language.kernel)
    try:
        allowed = {os.devnull, str(log.of_template(path).path)}
        for pid in (template, (await kernel.pids())["relay"]):
            leads = {
                str(Path(f"/proc/{pid}/fd/{descriptor}").readlink()) for descriptor in range(3)
            }
            assert leads <= allowed
    finally:
        await kernel.shut_down()


async def _template(language: Language) -> tuple[Path, int]:
    """Return the socket and the process of a template of this language that is warm."""
    place = directory.private(Path(os.environ[directory.VARIABLE]))
    while True:
        for path in place.glob("*.nursery"):
            for pid, command in _listeners(path):
                if f"patina_{language.name}" in command and _answers(path):
                    return path, pid
        await (await start(language.kernel)).shut_down()


def _listener(path: Path) -> int:
    (found,) = (pid for pid, _ in _listeners(path))
    return found


def _listeners(path: Path) -> list[tuple[int, str]]:
    """Return who is told to listen at a socket, with their command."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            command = entry.read_text()
            if "--nursery" in command and str(path) in command:
                found.append((int(entry.parent.name), command))
    return found
