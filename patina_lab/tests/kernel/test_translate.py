"""A kernel's messages as events of a run."""

from typing import Any

import pytest

from patina_lab.kernel.death import death
from patina_lab.kernel.translate import translate
from patina_lab.model import events as on
from patina_lab.model.events import Event
from patina_lab.model.ids import Seq

ONE = Seq(1)


def message(kind: str, **content: Any) -> dict[str, Any]:
    return {"header": {"msg_type": kind}, "content": content}


@pytest.mark.parametrize(
    ("said", "event"),
    [
        (message("stream", name="stderr", text="x"), on.Wrote(ONE, "stderr", "x")),
        (message("stream", name="stdout", text=3), on.Wrote(ONE, "stdout", "3")),
        (
            message("display_data", data={"a/b": 1}, transient={"display_id": "d"}),
            on.Displayed(ONE, {"a/b": 1}, {}, "d"),
        ),
        (
            message("execute_result", data={}, metadata={"m": 1}, execution_count=7),
            on.Displayed(ONE, {}, {"m": 1}, execution_count=7, is_result=True),
        ),
        (
            message("update_display_data", data={"a/b": 2}, transient={"display_id": "d"}),
            on.DisplayUpdated("d", {"a/b": 2}, {}),
        ),
        (message("update_display_data", data={}, transient={}), None),
        (
            message("error", ename="E", evalue="v", traceback=["t"]),
            on.Raised(ONE, "E", "v", ("t",)),
        ),
        (message("error"), on.Raised(ONE, "Error", "", ())),
        (message("clear_output", wait=True), on.Cleared(ONE, wait=True)),
        (message("clear_output"), on.Cleared(ONE, wait=False)),
        (
            message("input_request", prompt="?", password=True),
            on.InputRequested(ONE, "?", password=True),
        ),
        (message("patina_lock", lock={"cargo": ["a"]}), on.Locked({"cargo": ["a"]})),
        (message("comm_msg", data={}), None),
        (message("execute_input", code="x"), None),
    ],
)
def test_a_message_is_an_event(said: dict[str, Any], event: Event | None) -> None:
    assert translate(said, ONE) == event


@pytest.mark.parametrize("said", [message("stream"), message("display_data", data=3), {}])
def test_a_malformed_message_is_refused(said: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError)):
        translate(said, ONE)


def test_half_characters_and_endless_integers_become_text() -> None:
    said = message("display_data", data={"application/json": {"n": 2**70, "t": "\ud800"}})
    assert translate(said, ONE) == on.Displayed(
        ONE, {"application/json": {"n": str(2**70), "t": "\ufffd\ufffd\ufffd"}}, {}
    )


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        (-9, "killed by SIGKILL"),
        (-11, "killed by SIGSEGV"),
        (-200, "killed by signal 200"),
        (0, "exited with status 0"),
        (3, "exited with status 3"),
        (None, "the process is gone"),
    ],
)
def test_a_death_is_named(status: int | None, cause: str) -> None:
    assert death(status).cause == cause
    assert "Restart" in death(status).hint
