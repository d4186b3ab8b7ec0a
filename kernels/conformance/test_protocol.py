"""Every message of the Jupyter protocol, as any kernel answers it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from jupyter_client.session import Session

from conformance.languages import Language
from conformance.live import PATIENCE, Live


async def test_a_cell_is_busy_shows_its_result_and_is_idle(
    kernel: Live, language: Language
) -> None:
    await kernel.run(language.bind.format(name="x", value=41))
    await kernel.run(language.add.format(name="x", value=1))
    ran = await kernel.run(language.show.format(name="x"))
    assert ran.text == "42"
    assert [content["execution_state"] for content in ran.of("status")] == ["busy"]
    assert ran.of("execute_input")[0]["execution_count"] == ran.reply["execution_count"] == 3


async def test_output_comes_before_the_reply_and_is_all_there(
    kernel: Live, language: Language
) -> None:
    ran = await kernel.run(language.write.format(text="word"))
    assert ran.of("stream") == [{"name": "stdout", "text": "word\n"}]


async def test_an_error_has_a_name_and_a_traceback(kernel: Live, language: Language) -> None:
    ran = await kernel.run(language.fail)
    assert ran.status == "error"
    assert ran.reply["ename"] == ran.of("error")[0]["ename"] == language.error_name
    assert ran.reply["traceback"]


async def test_cells_behind_a_failing_one_are_aborted(kernel: Live, language: Language) -> None:
    await kernel.run(language.bind.format(name="x", value=1))
    requests = [
        kernel.send(language.sleep.format(value=100) + "\n" + language.fail),
        kernel.send(language.bind.format(name="x", value=2)),
        kernel.send(language.bind.format(name="x", value=3)),
    ]
    replies = [(await kernel.shell_reply(request))["content"]["status"] for request in requests]
    assert replies == ["error", "aborted", "aborted"]
    assert (await kernel.run(language.show.format(name="x"))).text == "1"


async def test_input_is_asked_for_and_given(kernel: Live, language: Language) -> None:
    request = kernel.send(language.ask, allow_stdin=True)
    question = await kernel.client.get_stdin_msg(timeout=PATIENCE)
    assert question["content"]["prompt"] == "who? "
    kernel.client.input("Ada")
    assert (await kernel.outcome(request)).text == "got Ada\n"


@pytest.mark.parametrize("by", ["signal", "message"])
async def test_an_interrupt_ends_a_cell(kernel: Live, language: Language, by: str) -> None:
    await kernel.run(language.bind.format(name="x", value=5))
    request = kernel.send(language.sleep.format(value=60_000))
    await kernel.running(request)
    if by == "signal":
        await kernel.manager.interrupt_kernel()
    else:
        await kernel.ask("interrupt_request")
    assert (await kernel.outcome(request)).status == "error"
    assert (await kernel.run(language.show.format(name="x"))).text == "5"


async def test_a_question_waits_for_a_client_that_connects_late(
    kernel: Live, language: Language
) -> None:
    client = kernel.manager.client(session=Session(key=kernel.manager.session.key))
    client.start_channels(stdin=False)
    late = Live(kernel.manager, client)
    await late.ready()
    request = late.send(language.ask, allow_stdin=True)
    await late.running(request)
    assert (await kernel.ask("state"))["status"] == "ok"
    await asyncio.sleep(0.1)  # in vain it is asked meanwhile
    client.stdin_channel.start()
    await client.get_stdin_msg(timeout=PATIENCE)
    client.input("Ada")
    assert (await late.outcome(request)).status == "ok"
    client.stop_channels()


async def test_a_question_for_input_can_be_interrupted(kernel: Live, language: Language) -> None:
    request = kernel.send(language.ask, allow_stdin=True)
    await kernel.client.get_stdin_msg(timeout=PATIENCE)
    await kernel.manager.interrupt_kernel()
    assert (await kernel.outcome(request)).status == "error"


async def test_control_answers_and_the_heart_beats_while_a_cell_holds_everything(
    kernel: Live, language: Language
) -> None:
    request = kernel.send(language.stuck)
    await kernel.running(request)
    assert (await kernel.ask("kernel_info_request"))["status"] == "ok"
    assert (await kernel.ask("globals"))["stale"] is True
    assert await kernel.client._async_is_alive()
    assert kernel.client.hb_channel.is_beating()


def _content(reply: dict[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = reply["content"]
    return content


async def test_completion(kernel: Live, language: Language) -> None:
    begun, completed = language.completed
    reply = await kernel.shell_reply(kernel.client.complete(begun, len(begun)))
    assert completed in _content(reply)["matches"]


async def test_inspection(kernel: Live, language: Language) -> None:
    name = language.inspected
    reply = await kernel.shell_reply(kernel.client.inspect(name, len(name)))
    assert _content(reply)["found"]
    assert _content(reply)["data"]["text/plain"]


async def test_whether_code_is_complete(kernel: Live, language: Language) -> None:
    codes = (language.show.format(name="x"), language.incomplete, language.invalid)
    replies = [await kernel.shell_reply(kernel.client.is_complete(code)) for code in codes]
    found = [_content(reply)["status"] for reply in replies]
    assert found == ["complete", "incomplete", "invalid"]


async def test_history(kernel: Live, language: Language) -> None:
    code = language.bind.format(name="remembered", value=1)
    await kernel.run(code)
    request = kernel.client.history(raw=True, output=False, hist_access_type="tail", n=1)
    reply = await kernel.shell_reply(request)
    assert [entry[2] for entry in _content(reply)["history"]] == [code]


async def test_kernel_info_names_the_language_and_the_fork_feature(
    kernel: Live, language: Language
) -> None:
    info = _content(await kernel.shell_reply(kernel.client.kernel_info()))
    assert info["language_info"]["name"] == language.name
    assert "patina-fork" in info["supported_features"]


async def test_unknown_requests_do_no_harm(kernel: Live, language: Language) -> None:
    refused = await kernel.ask("nothing")
    assert (refused["ename"], refused["evalue"]) == (
        "UnknownRequest",
        "there is no patina_nothing_request",
    )
    message = kernel.client.session.msg("nothing_request", {})
    kernel.client.shell_channel.send(message)
    reply = await kernel.shell_reply(message["header"]["msg_id"])
    assert reply["content"]["ename"] == "UnknownRequest"
    assert await kernel.until_idle(message["header"]["msg_id"])
    kernel.client.shell_channel.socket.send_multipart([b"not", b"a", b"message"])
    kernel.client.control_channel.socket.send_multipart([b"<IDS|MSG>", b"", b"{", b"", b"", b""])
    assert (await kernel.run(language.show.format(name="1"))).text == "1"


async def test_a_message_with_a_wrong_signature_is_not_run(
    kernel: Live, language: Language
) -> None:
    session, key = kernel.client.session, kernel.client.session.key
    session.key = b"another key"
    kernel.send(language.bind.format(name="evil", value=1))
    session.key = key
    await kernel.run(language.bind.format(name="good", value=1))
    names = [row["name"] for row in await kernel.globals()]
    assert "good" in names
    assert "evil" not in names


async def test_a_silent_cell_is_neither_counted_nor_remembered(
    kernel: Live, language: Language
) -> None:
    await kernel.run(language.bind.format(name="x", value=1))
    await kernel.run(language.bind.format(name="x", value=2), silent=True)
    ran = await kernel.run(language.show.format(name="x"))
    assert (ran.text, ran.reply["execution_count"]) == ("2", 2)


async def test_restart_begins_afresh(kernel: Live, language: Language) -> None:
    await kernel.run(language.bind.format(name="x", value=1))
    await kernel.manager.restart_kernel()
    await kernel.client.wait_for_ready(timeout=60)
    assert (await kernel.run(language.show.format(name="x"))).status == "error"
