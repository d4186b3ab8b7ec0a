"""Checkpoints: states to go back to."""

from __future__ import annotations

import asyncio

import pytest

from conformance.languages import Language
from conformance.live import Live, forked


async def _bind(kernel: Live, language: Language, value: int) -> str:
    request = kernel.send(language.bind.format(name="x", value=value))
    assert (await kernel.outcome(request)).status == "ok"
    return request


async def _value(kernel: Live, language: Language) -> str:
    return (await kernel.run(language.show.format(name="x"))).text


async def test_there_is_one_before_each_cell(kernel: Live, language: Language) -> None:
    requests = [await _bind(kernel, language, value) for value in range(3)]
    listed = await kernel.checkpoints(least=4)
    assert [entry["msg_id"] for entry in listed] == [*requests, None]
    assert all(entry["taken"].endswith("Z") for entry in listed)


async def test_restore_goes_back_and_forth(kernel: Live, language: Language) -> None:
    requests = [await _bind(kernel, language, value) for value in range(4)]
    kept = {entry["msg_id"]: entry["checkpoint"] for entry in await kernel.checkpoints(least=5)}
    for value in (1, 3, 2):
        reply = await kernel.ask("restore", checkpoint=kept[requests[value]])
        assert reply["status"] == "ok"
        assert await _value(kernel, language) == str(value - 1)


async def test_restore_during_a_cell_ends_it(kernel: Live, language: Language) -> None:
    await _bind(kernel, language, 1)
    cell = language.bind.format(name="x", value=2) + "\n" + language.sleep.format(value=60_000)
    request = kernel.send(cell)
    await kernel.running(request)
    assert (await kernel.ask("restore"))["status"] == "ok"
    assert (await kernel.outcome(request)).reply["ename"] == "KernelRestored"
    assert await _value(kernel, language) == "1"


async def test_a_checkpoint_that_is_gone_is_an_error_and_changes_nothing(
    kernel: Live, language: Language
) -> None:
    await _bind(kernel, language, 1)
    reply = await kernel.ask("restore", checkpoint="gone")
    assert (reply["status"], reply["evalue"]) == ("error", "there is no checkpoint 'gone' any more")
    assert await _value(kernel, language) == "1"


async def test_their_number_is_bounded_and_the_oldest_go_first(
    kernel: Live, language: Language
) -> None:
    assert (await kernel.ask("settings", checkpoints=3))["checkpoints"] == 3
    requests = [await _bind(kernel, language, value) for value in range(6)]
    while (listed := await kernel.checkpoints())[-1]["msg_id"] is not None:
        await asyncio.sleep(0.01)
    assert [entry["msg_id"] for entry in listed] == [*requests[-2:], None]


async def test_their_memory_is_bounded_and_what_goes_is_said(
    kernel: Live, language: Language
) -> None:
    await _bind(kernel, language, 1)
    await kernel.checkpoints(least=2)
    await kernel.ask("settings", memory_share=0.0)
    said = await kernel.said("patina_checkpoints")
    assert said["why"] == "memory"
    assert said["dropped"]
    assert await _value(kernel, language) == "1"


async def test_off_means_off(kernel: Live, language: Language) -> None:
    await kernel.ask("settings", checkpoints="off")
    await _bind(kernel, language, 1)
    await _bind(kernel, language, 2)
    assert await kernel.checkpoints() == []
    assert (await kernel.ask("restore"))["status"] == "error"


@pytest.mark.parametrize(
    "setting",
    [
        {"checkpoints": -1},
        {"on_crash": "panic"},
        {"colour": "red"},
        {"memory_share": 2},
        {"globals_ms": -1},
    ],
)
async def test_a_bad_setting_is_refused(kernel: Live, setting: dict[str, object]) -> None:
    reply = await kernel.ask("settings", **setting)
    assert (reply["status"], reply["ename"]) == ("error", "BadSettingError")


async def test_one_can_be_taken_on_request_and_forked(kernel: Live, language: Language) -> None:
    await kernel.ask("settings", checkpoints=5)
    await _bind(kernel, language, 1)
    taken = await kernel.ask("checkpoint")
    assert taken["status"] == "ok"
    await _bind(kernel, language, 2)
    async with forked(kernel, checkpoint=taken["checkpoint"]) as fork:
        assert await _value(fork, language) == "1"
    assert await _value(kernel, language) == "2"


async def test_the_globals_go_back_too(kernel: Live, language: Language) -> None:
    await kernel.run(language.bind.format(name="early", value=1))
    request = await _bind(kernel, language, 1)
    kept = {entry["msg_id"]: entry["checkpoint"] for entry in await kernel.checkpoints(least=3)}
    await kernel.ask("restore", checkpoint=kept[request])
    assert [row["name"] for row in await kernel.globals()] == ["early"]


async def test_restore_without_a_choice_undoes_the_last_cell(
    kernel: Live, language: Language
) -> None:
    await _bind(kernel, language, 1)
    second = await _bind(kernel, language, 2)
    await kernel.checkpoints(least=3)
    assert (await kernel.ask("restore"))["status"] == "ok"
    assert (await kernel.said("patina_restored"))["undone"] == [second]
    assert await _value(kernel, language) == "1"
