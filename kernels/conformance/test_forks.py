"""Forks: exact copies of live kernels, with their own ids and connections."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import Any

import pytest
from jupyter_client.multikernelmanager import AsyncMultiKernelManager
from patina_kernel.client import KernelRequestError
from patina_kernel.nursery import client
from patina_kernel.provisioner import NoSuchKernelError

from conformance.languages import Language
from conformance.live import Live, connect, forked, start, started


async def test_a_fork_has_the_state_and_then_goes_its_own_way(
    kernel: Live, language: Language
) -> None:
    await kernel.run(language.bind.format(name="x", value=1))
    await kernel.run(language.iterator.format(name="i"))
    async with forked(kernel) as fork:
        assert fork.manager.connection_file != kernel.manager.connection_file
        for one, value in ((fork, 10), (kernel, 20)):
            await one.run(language.add.format(name="x", value=value))
            assert (await one.run(language.following.format(name="i"))).text == "1"
        assert (await fork.run(language.show.format(name="x"))).text == "11"
        assert (await kernel.run(language.show.format(name="x"))).text == "21"


async def test_a_fork_has_the_same_random_state(kernel: Live, language: Language) -> None:
    await kernel.run(language.random)
    async with forked(kernel) as fork:
        assert (await fork.run(language.random)).text == (await kernel.run(language.random)).text


async def test_a_fork_has_another_random_state_on_request(kernel: Live, language: Language) -> None:
    await kernel.run(language.random)
    async with forked(kernel, reseed=True) as fork:
        assert (await fork.run(language.random)).text != (await kernel.run(language.random)).text


def _cold(*_: Any, **__: Any) -> int:
    raise client.ColdError("there is no template")


@pytest.mark.parametrize("start_is", ["warm", "cold"])
async def test_new_kernels_never_share_random_state(
    language: Language, start_is: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if start_is == "cold":
        monkeypatch.setattr(client.Nurseries, "start_kernel", _cold)
    seen = set()
    for _ in range(4):
        async with started(language.kernel) as kernel:
            seen.add((await kernel.run(language.random)).text)
    assert len(seen) == 4


async def test_a_fork_of_a_fork(kernel: Live, language: Language) -> None:
    await kernel.run(language.bind.format(name="x", value=1))
    async with forked(kernel) as one:
        await one.run(language.add.format(name="x", value=1))
        async with forked(one) as two:
            await two.run(language.add.format(name="x", value=1))
            assert (await two.run(language.show.format(name="x"))).text == "3"
        assert (await one.run(language.show.format(name="x"))).text == "2"


async def test_a_fork_outlives_its_parent(language: Language) -> None:
    parent = await start(language.kernel)
    await parent.run(language.bind.format(name="x", value=7))
    async with forked(parent) as fork:
        await parent.shut_down()
        assert (await fork.run(language.show.format(name="x"))).text == "7"


async def test_the_parent_outlives_its_fork(kernel: Live, language: Language) -> None:
    await kernel.run(language.bind.format(name="x", value=7))
    async with forked(kernel) as fork:
        os.kill((await fork.pids())["executor"], signal.SIGKILL)
    assert (await kernel.run(language.show.format(name="x"))).text == "7"


async def test_a_fork_is_interrupted_alone(kernel: Live, language: Language) -> None:
    async with forked(kernel) as fork:
        slow = language.sleep.format(value=1500)
        mine, theirs = fork.send(slow), kernel.send(slow)
        await asyncio.gather(fork.running(mine), kernel.running(theirs))
        await fork.manager.interrupt_kernel()
        assert (await fork.outcome(mine)).status == "error"
        assert (await kernel.outcome(theirs)).status == "ok"


async def test_a_restarted_fork_is_a_new_kernel(kernel: Live, language: Language) -> None:
    await kernel.run(language.bind.format(name="x", value=7))
    async with forked(kernel) as fork:
        await fork.manager.restart_kernel()
        await fork.client.wait_for_ready(timeout=60)
        assert (await fork.run(language.show.format(name="x"))).status == "error"


async def test_cells_that_wait_stay_with_the_parent(kernel: Live, language: Language) -> None:
    await kernel.run(language.bind.format(name="x", value=0))
    requests = [kernel.send(language.sleep.format(value=300))]
    requests += [kernel.send(language.add.format(name="x", value=1)) for _ in range(5)]
    async with forked(kernel) as fork:
        assert (await fork.run(language.show.format(name="x"))).text == "0"
        for request in requests:
            await kernel.outcome(request)
        assert (await kernel.run(language.show.format(name="x"))).text == "5"


async def test_a_busy_kernel_is_not_forked_now(kernel: Live, language: Language) -> None:
    request = kernel.send(language.sleep.format(value=60_000))
    await kernel.running(request)
    reply = await kernel.ask("fork", when="now")
    assert (reply["status"], reply["ename"]) == ("error", "Busy")
    assert "checkpoint" in reply["hint"]
    with pytest.raises(KernelRequestError, match="a cell is running"):
        await start(language.kernel, fork_of=kernel.manager.connection_file, when="now")
    await kernel.ask("interrupt_request")
    assert (await kernel.outcome(request)).status == "error"


async def test_a_busy_kernel_is_forked_as_it_was_before_the_cell(
    kernel: Live, language: Language
) -> None:
    await kernel.run(language.bind.format(name="x", value=1))
    cell = language.bind.format(name="x", value=2) + "\n" + language.sleep.format(value=60_000)
    request = kernel.send(cell)
    await kernel.running(request)
    async with forked(kernel, when="checkpoint") as fork:
        assert (await fork.run(language.show.format(name="x"))).text == "1"
    await kernel.ask("interrupt_request")
    await kernel.outcome(request)
    kept = "2" if language.sees_interrupts else "1"
    assert (await kernel.run(language.show.format(name="x"))).text == kept


async def test_forks_of_what_is_not_there_say_so(kernel: Live, language: Language) -> None:
    with pytest.raises(NoSuchKernelError, match="no-such-kernel"):
        await start(language.kernel, fork_of="no-such-kernel")
    with pytest.raises(KernelRequestError, match="no checkpoint 'gone'"):
        await start(language.kernel, fork_of=kernel.manager.connection_file, checkpoint="gone")
    assert (await kernel.ask("fork", when="yesterday"))["status"] == "error"
    assert (await kernel.run(language.show.format(name="1"))).text == "1"


async def test_a_ticket_is_honoured_once(kernel: Live, language: Language) -> None:
    ticket = (await kernel.ask("fork"))["ticket"]
    before = dict(os.environ)
    os.environ["PATINA_NURSERY"] = "off"
    try:
        from patina_kernel.relay.tickets import TicketError, claim

        claim(ticket).channel.close()
        with pytest.raises(TicketError):
            claim(ticket)
    finally:
        os.environ.clear()
        os.environ.update(before)


async def test_many_kernels_by_their_ids(language: Language) -> None:
    several = AsyncMultiKernelManager()
    first = await several.start_kernel(kernel_name=language.kernel)
    try:
        parent = await connect(several.get_kernel(first))
        await parent.run(language.bind.format(name="x", value=7))
        second = await several.start_kernel(kernel_name=language.kernel, fork_of=first)
        assert second != first
        fork = await connect(several.get_kernel(second))
        assert (await fork.run(language.show.format(name="x"))).text == "7"
        for live in (parent, fork):
            live.client.stop_channels()
    finally:
        await several.shutdown_all(now=True)


async def test_where_no_process_can_be_copied_a_fork_is_saved_and_loaded(
    language: Language,
) -> None:
    without = {**os.environ, "PATINA_FORK": "0"}
    async with started(language.kernel, env=without) as kernel:
        await kernel.run(language.iterator.format(name="going"))
        await kernel.run(language.bind.format(name="x", value=41))
        reply = await kernel.ask("fork")
        assert (reply["status"], reply["ename"]) == ("error", "ForkUnavailable")
        assert reply["alternatives"] == ["save and load"]
        async with forked(kernel) as fork:
            assert (await fork.run(language.show.format(name="x"))).text == "41"
            made: Any = fork.manager.provisioner
        lines = made.fork_reply["report"]
        assert made.fork_reply["how"] == "saved and loaded"
        assert lines[0]["kind"] == "snapshot"
        assert "cannot copy a running process" in lines[0]["what"]
        assert lines[0]["advice"]
        unsaved = [] if language.saves_everything else ["going"]
        # How it was saved and loaded is told, too, by a language with several ways.
        named = [line["name"] for line in lines[1:] if line["kind"] not in ("saved", "loaded")]
        assert named == unsaved
        with pytest.raises(KernelRequestError):  # what the kernel has now is not that state
            await start(language.kernel, fork_of=kernel.manager.connection_file, checkpoint="gone")


async def test_what_is_alive_in_the_process_is_no_reason_to_save_and_load_unasked(
    kernel: Live, language: Language
) -> None:
    if language.name != "python":
        pytest.skip("this language has no threads")
    await kernel.run("import zmq; context = zmq.Context(); socket = context.socket(zmq.PAIR)")
    with pytest.raises(KernelRequestError) as refused:
        await start(language.kernel, fork_of=kernel.manager.connection_file)
    assert refused.value.name == "ForkRefused"
    assert "save and load" in refused.value.alternatives
