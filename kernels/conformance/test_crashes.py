"""Processes that end when they should not: the kernel goes on, and says what happened."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest

from conformance.languages import Language
from conformance.live import Live, forked

TOLD = "It goes on from the state before this cell."


async def _prepared(kernel: Live, language: Language) -> None:
    await kernel.run(language.bind.format(name="x", value=1))
    await kernel.run(language.iterator.format(name="i"))
    await kernel.checkpoints(least=3)


async def _went_on(kernel: Live, language: Language) -> None:
    assert (await kernel.run(language.show.format(name="x"))).text == "1"
    assert (await kernel.run(language.following.format(name="i"))).text == "1"


@pytest.mark.parametrize("way", ["segfault", "leave"])
async def test_a_cell_that_ends_the_process(kernel: Live, language: Language, way: str) -> None:
    await _prepared(kernel, language)
    end = language.segfault if way == "segfault" else language.leave.format(value=3)
    cell = language.bind.format(name="x", value=2) + "\n" + end
    ran = await kernel.run(cell)
    assert ran.reply["ename"] == "KernelProcessEnded"
    assert ("signal 11" if way == "segfault" else "exit status 3") in ran.reply["evalue"]
    assert TOLD in ran.text
    assert ran.reply["goes_on"] is True
    await _went_on(kernel, language)


async def test_crash_after_crash(kernel: Live, language: Language) -> None:
    await _prepared(kernel, language)
    for _ in range(5):
        assert (await kernel.run(language.segfault)).status == "error"
    await _went_on(kernel, language)


async def test_the_signal_is_said_of_a_fork_and_of_copies_of_checkpoints(
    kernel: Live, language: Language
) -> None:
    await _prepared(kernel, language)
    async with forked(kernel) as fork:
        await fork.run(language.show.format(name="x"))
        for _ in range(3):
            assert "signal 11" in (await fork.run(language.segfault)).reply["evalue"]


async def test_killed_in_the_middle_as_for_want_of_memory(kernel: Live, language: Language) -> None:
    await _prepared(kernel, language)
    request = kernel.send(language.sleep.format(value=60_000))
    await kernel.running(request)
    os.kill((await kernel.pids())["executor"], signal.SIGKILL)
    assert TOLD in (await kernel.outcome(request)).text
    await _went_on(kernel, language)


async def test_killed_while_idle(kernel: Live, language: Language) -> None:
    await _prepared(kernel, language)
    os.kill((await kernel.pids())["executor"], signal.SIGKILL)
    await kernel.iopub(lambda message: "[Patina]" in message["content"].get("text", ""))
    await _went_on(kernel, language)


async def test_an_interrupt_that_does_not_return(kernel: Live, language: Language) -> None:
    await kernel.ask("settings", interrupt_seconds=0.3)
    await _prepared(kernel, language)
    request = kernel.send(language.write.format(text="begun") + "\n" + language.stuck)
    await kernel.said("stream", request)
    await asyncio.sleep(0.3)  # until it is past the last look at signals
    await kernel.manager.interrupt_kernel()
    ran = await kernel.outcome(request)
    why = "did not react to the interrupt" if language.sees_interrupts else "was interrupted"
    assert why in ran.reply["evalue"]
    await _went_on(kernel, language)


async def test_what_is_lost_behind_an_older_state_is_told(kernel: Live, language: Language) -> None:
    await _prepared(kernel, language)
    lost = kernel.send(language.bind.format(name="x", value=2))
    assert (await kernel.outcome(lost)).status == "ok"
    before = await kernel.checkpoints(least=4)
    pids = await kernel.pids()
    os.kill(pids["checkpoints"][-1], signal.SIGKILL)
    while len(await kernel.checkpoints()) >= len(before):
        await asyncio.sleep(0.02)
    os.kill(pids["executor"], signal.SIGKILL)
    assert (await kernel.said("patina_restored"))["undone"] == [lost]
    await _went_on(kernel, language)


async def test_cells_behind_a_crash_do_not_run(kernel: Live, language: Language) -> None:
    await _prepared(kernel, language)
    crash = kernel.send(language.sleep.format(value=100) + "\n" + language.segfault)
    behind = kernel.send(language.bind.format(name="x", value=9))
    assert (await kernel.shell_reply(behind))["content"]["status"] == "aborted"
    assert (await kernel.shell_reply(crash))["content"]["status"] == "error"
    await _went_on(kernel, language)


async def test_on_request_a_person_is_asked(kernel: Live, language: Language) -> None:
    await kernel.ask("settings", on_crash="ask")
    await _prepared(kernel, language)
    ran = await kernel.run(language.segfault)
    crashed = await kernel.said("patina_crashed")
    assert (ran.reply["ename"], ran.reply.get("goes_on")) == ("KernelProcessEnded", None)
    # Once is enough: a notebook shows the error of a cell.
    assert "[Patina]" not in ran.text
    refused = await kernel.run(language.show.format(name="x"))
    assert refused.reply["ename"] == "KernelLost"
    assert (await kernel.ask("state"))["lost"] is True
    assert (await kernel.ask("restore", checkpoint=crashed["checkpoint"]))["status"] == "ok"
    await _went_on(kernel, language)


async def test_without_checkpoints_a_crash_is_the_end(kernel: Live, language: Language) -> None:
    await kernel.ask("settings", checkpoints="off")
    kernel.send(language.segfault)
    while await kernel.manager.is_alive():
        await asyncio.sleep(0.02)


async def test_a_parked_copy_that_is_killed_is_not_offered_any_more(
    kernel: Live, language: Language
) -> None:
    await _prepared(kernel, language)
    before = await kernel.checkpoints(least=3)
    os.kill((await kernel.pids())["checkpoints"][0], signal.SIGKILL)
    while len(after := await kernel.checkpoints()) >= len(before):
        await asyncio.sleep(0.02)
    assert before[0]["checkpoint"] not in [entry["checkpoint"] for entry in after]
    await _went_on(kernel, language)
