"""What a kernel says while no client listens is kept, and handed over once."""

from __future__ import annotations

import asyncio
import errno
import os
from pathlib import Path

import pytest
from patina_kernel.relay.journal import Journal

from conformance.languages import Language
from conformance.live import Live


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


def test_what_a_full_disk_takes_in_part_is_not_kept_and_what_was_kept_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(tmp_path, memory_bytes=0)
    journal.keep([b"topic", b"first"])
    pwrite, room = os.pwrite, [20]

    def nearly_full(handle: int, data: memoryview, at: int) -> int:
        if not room[0]:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written = pwrite(handle, data[: room[0]], at)
        room[0] -= written
        return written

    with monkeypatch.context() as full:
        full.setattr(os, "pwrite", nearly_full)
        journal.keep([b"topic", b"x" * 1000])
        assert journal.dropped == 1
        assert journal.after(0) == ([(1, [b"topic", b"first"])], False)
    journal.forget(1)
    journal.keep([b"topic", b"third"])
    assert journal.after(1) == ([(3, [b"topic", b"third"])], False)
    journal.forget(3)


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


async def test_more_than_a_subscribers_queue_holds_is_handed_over_in_full(
    kernel: Live, language: Language
) -> None:
    if language.name != "python":
        pytest.skip("the cell is Python")
    kernel.client.iopub_channel.stop()
    many = 12_000
    code = f"for n in range({many}): display({{'text/plain': str(n)}}, raw=True)"
    await kernel.shell_reply(kernel.send(code))
    kernel.client._iopub_channel = None
    kernel.client.iopub_channel.start()
    shown = [
        await kernel.iopub(lambda message: message["msg_type"] == "display_data")
        for _ in range(many)
    ]
    assert [int(message["content"]["data"]["text/plain"]) for message in shown] == [*range(many)]


def test_what_is_acknowledged_makes_room_and_a_gap_is_seen_by_the_positions(tmp_path: Path) -> None:
    journal = Journal(tmp_path, memory_bytes=300, file_bytes=300)
    for number in range(6):
        journal.keep([b"topic", b"%d" % number, b"x" * 50])
    first, more = journal.after(0)
    assert ([position for position, _ in first], more) == ([1, 2], True)
    assert [position for position, _ in journal.after(3)[0]] == [4]
    journal.forget(2)
    journal.keep([b"topic", b"6", b"x" * 50])
    assert [position for position, _ in journal.after(4)[0]] == [7]
    journal.forget(7)
    assert journal.after(0) == ([], False)


async def test_a_client_that_acknowledges_gets_everything_else_again(
    kernel: Live, language: Language
) -> None:
    began = (await kernel.ask("journal", acknowledged=0))["position"]
    request = kernel.send(language.write.format(text="one"))
    ran = await kernel.outcome(request)
    assert ran.text == "one\n"
    positions = [message["metadata"]["patina_position"] for message in ran.messages]
    assert positions == sorted(set(positions))
    again = await kernel.ask("journal", after=began)
    told = [one for one in again["messages"] if one["parent_header"].get("msg_id") == request]
    assert [one["content"] for one in told if one["header"]["msg_type"] == "stream"] == (
        ran.of("stream")
    )
    (reply,) = (one["content"] for one in told if one["header"]["msg_type"] == "patina_reply")
    assert reply["status"] == "ok"
    assert told[-1]["content"] == {"execution_state": "idle"}
    latest = again["messages"][-1]["position"]
    after = await kernel.ask("journal", acknowledged=latest, after=0)
    assert all(one["position"] > latest for one in after["messages"])
