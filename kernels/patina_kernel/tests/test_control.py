"""The relay's control channel: whatever happens, there is a reply."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from patina_kernel.relay.control import Control
from patina_kernel.relay.messages import Message


def _asked(content: bytes) -> Message:
    header = {"msg_id": "1", "msg_type": "patina_globals_request"}
    return Message([], [json.dumps(header).encode(), b"{}", b"{}", content], header)


@pytest.mark.parametrize(
    ("content", "error", "hint"),
    [
        (b"{", "JSONDecodeError", "check what was asked, then ask again"),
        (b'{"offset": "two"}', "BadRequestError", "correct the request"),
    ],
)
def test_any_exception_becomes_an_error_reply(content: bytes, error: str, hint: str) -> None:
    answers: list[dict[str, Any]] = []
    nothing: Any = SimpleNamespace()
    core: Any = SimpleNamespace(
        messages=SimpleNamespace(verify=lambda _frames: _asked(content)),
        sockets=SimpleNamespace(control=SimpleNamespace(recv_multipart=list)),
        publisher=SimpleNamespace(status=lambda *_: None),
        answer=lambda _request, answer: answers.append(answer),
        table={},
    )
    Control(core, nothing, nothing, nothing, nothing).on_request()
    (answer,) = answers
    assert (answer["status"], answer["ename"], answer["hint"]) == ("error", error, hint)
    assert answer["evalue"]
