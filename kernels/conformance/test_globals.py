"""The globals, told after each cell and on request."""

from __future__ import annotations

import pytest

from conformance.languages import Language
from conformance.live import Live


async def test_a_delta_follows_the_cell_that_made_it(kernel: Live, language: Language) -> None:
    request = kernel.send(language.bind.format(name="x", value=41))
    told = await kernel.said("patina_globals", request)
    assert [row["name"] for row in told["delta"]] == ["x"]
    (row,) = told["delta"]
    assert (row["summary"], row["kind"], row["changed"]) == ("41", "data", "new")
    assert told["total"] == 1
    assert told["ms"] >= 0


async def test_rebinding_is_told(kernel: Live, language: Language) -> None:
    await kernel.run(language.bind.format(name="x", value=1))
    request = kernel.send(language.bind.format(name="x", value=2))
    (row,) = (await kernel.said("patina_globals", request))["delta"]
    assert (row["summary"], row["changed"]) == ("2", "rebound")


async def test_a_cell_that_changes_nothing_says_nothing(kernel: Live, language: Language) -> None:
    quiet = kernel.send(language.write.format(text="word"))
    loud = kernel.send(language.bind.format(name="x", value=1))
    told = await kernel.iopub(lambda message: message["msg_type"] == "patina_globals")
    assert told["parent_header"]["msg_id"] == loud != quiet


async def test_the_table_is_answered_in_pages(kernel: Live, language: Language) -> None:
    for number in range(5):
        await kernel.run(language.bind.format(name=f"v{number}", value=number))
    rows = await kernel.globals()
    assert [row["name"] for row in rows] == ["v0", "v1", "v2", "v3", "v4"]
    page = await kernel.ask("globals", offset=1, limit=2)
    assert [row["name"] for row in page["globals"]] == ["v1", "v2"]
    assert page["total"] == 5


async def test_while_a_cell_runs_the_last_known_table_is_answered_as_stale(
    kernel: Live, language: Language
) -> None:
    await kernel.run(language.bind.format(name="x", value=1))
    await kernel.globals()
    request = kernel.send(language.stuck)
    await kernel.running(request)
    reply = await kernel.ask("globals")
    assert reply["stale"] is True
    assert [row["name"] for row in reply["globals"]] == ["x"]


async def test_a_name_that_is_not_there_is_an_error(kernel: Live, language: Language) -> None:
    reply = await kernel.ask("globals", name="nothing")
    assert (reply["status"], reply["ename"]) == ("error", "NoSuchGlobal")
    assert reply["evalue"] == "There is no variable nothing."


async def test_a_fork_knows_the_globals(kernel: Live, language: Language) -> None:
    from conformance.live import forked

    await kernel.run(language.bind.format(name="x", value=1))
    async with forked(kernel) as fork:
        await fork.run(language.bind.format(name="y", value=2))
        assert [row["name"] for row in await fork.globals()] == ["x", "y"]


@pytest.mark.parametrize("wrong", [{"offset": "two"}, {"limit": [1]}, {"offset": -1}])
async def test_a_request_that_makes_no_sense_is_answered_with_an_error(
    kernel: Live, wrong: dict[str, object]
) -> None:
    reply = await kernel.ask("globals", **wrong)
    assert (reply["status"], reply["ename"]) == ("error", "BadRequestError")
    assert next(iter(wrong)) in reply["evalue"]
    assert reply["hint"]
    assert (await kernel.ask("globals"))["status"] == "ok"


async def test_what_no_handler_expects_is_answered_with_an_error(kernel: Live) -> None:
    reply = await kernel.ask("globals", name="x", offset="two")
    assert reply["status"] == "error"
    reply = await kernel.ask("restore", checkpoint={"no": "text"})
    assert (reply["status"], reply["ename"]) == ("error", "NoCheckpointError")
    assert reply["hint"]


@pytest.mark.parametrize("milliseconds", [0, 5000])
async def test_all_is_told_however_little_time_there_is(
    kernel: Live, language: Language, milliseconds: int
) -> None:
    await kernel.ask("settings", globals_ms=milliseconds)
    names = {f"v{number}" for number in range(200)}
    cell = "\n".join(language.bind.format(name=name, value=1) for name in sorted(names))
    request = kernel.send(cell)
    pieces = []
    while names:
        told = await kernel.said("patina_globals", request)
        pieces.append(len(told["delta"]))
        names -= {row["name"] for row in told["delta"]}
    if milliseconds:
        assert pieces == [200]
    elif language.name != "rust":  # whose look takes no time that could be cut
        assert len(pieces) > 1


async def test_a_restored_state_keeps_to_the_settings_that_came_after_it(
    kernel: Live, language: Language
) -> None:
    await kernel.run(language.bind.format(name="x", value=1))
    await kernel.checkpoints(least=1)
    await kernel.ask("settings", globals_ms=0)
    await kernel.ask("restore")
    cell = "\n".join(language.bind.format(name=f"v{number}", value=1) for number in range(200))
    request = kernel.send(cell)
    told = await kernel.said("patina_globals", request)
    if language.name != "rust":
        assert len(told["delta"]) < 200
