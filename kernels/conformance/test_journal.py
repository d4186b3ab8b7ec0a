"""What a kernel says while no client listens is kept, and handed over once."""

from __future__ import annotations

import asyncio
from pathlib import Path

from conformance.languages import Language
from conformance.live import Live
from patina_kernel.relay.journal import Journal


async def test_output_of_a_cell_that_goes_on_alone(kernel: Live, language: Language) -> None:
    lines = [language.write.format(text=f"word{number}") for number in range(20)]
    pause = language.sleep.format(value=20)
    cell = "\n".join(f"{line}\n{pause}" for line in lines)
    request = kernel.send(cell)
    await kernel.running(request)
    kernel.client.iopub_channel.stop()
    reply = await kernel.shell_reply(request)
    assert reply["content"]["status"] == "ok"
    kernel.client._iopub_channel = None
    kernel.client.iopub_channel.start()
    messages = await kernel.until_idle(request)
    text = "".join(
        message["content"]["text"] for message in messages if message["msg_type"] == "stream"
    )
    # What was said before the client left it may have taken along.
    assert "".join(f"word{number}\n" for number in range(20)).endswith(text)
    assert "word19\n" in text
    assert await _is_silent(kernel, request)


async def _is_silent(kernel: Live, request: str) -> bool:
    """Return whether nothing more of a cell comes before the end of the next one."""
    following = kernel.client.execute("", silent=True)
    message = await kernel.iopub(
        lambda message: (
            message["msg_type"] in ("stream", "status")
            and message["parent_header"].get("msg_id") in (request, following)
        )
    )
    return bool(message["parent_header"]["msg_id"] == following)


def _kept(journal: Journal) -> list[list[bytes]]:
    return list(journal.hand_over())


def test_memory_then_a_file_then_nothing_in_order_and_once(tmp_path: Path) -> None:
    journal = Journal(tmp_path, memory_bytes=300, file_bytes=300)
    for number in range(10):
        journal.keep([b"topic", b"%d" % number, b"x" * 50])
    assert (journal.messages, journal.dropped) == (4, 6)
    assert [frames[1] for frames in _kept(journal)] == [b"0", b"1", b"2", b"3"]
    assert _kept(journal) == []
    journal.keep([b"again"])
    assert _kept(journal) == [[b"again"]]
    assert list(tmp_path.iterdir()) == []


def test_a_directory_that_is_gone_loses_what_memory_cannot_hold(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "gone", memory_bytes=100)
    journal.keep([b"a"])
    journal.keep([b"b" * 1000])
    assert (journal.messages, journal.dropped) == (1, 1)


async def test_a_client_may_come_after_the_kernel_has_spoken(
    kernel: Live, language: Language
) -> None:
    kernel.client.iopub_channel.stop()
    await asyncio.sleep(0)
    request = kernel.send(language.write.format(text="early"))
    await kernel.shell_reply(request)
    kernel.client._iopub_channel = None
    kernel.client.iopub_channel.start()
    assert (await kernel.said("stream", request))["text"] == "early\n"
