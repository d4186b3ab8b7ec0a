"""What a kernel says, as events of a run. Pure.

Source: Jupyter messaging protocol 5.4, "Messages on the IOPub channel" and "on the stdin channel".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from patina_lab.model import events as on
from patina_lab.model.events import Event
from patina_lab.model.ids import Seq
from patina_lab.model.outputs import storable_json

Message = Mapping[str, Any]


def translate(message: Message, seq: Seq) -> Event | None:  # noqa: PLR0911 (one a message)
    """Return the event in a message that belongs to output cell `seq`; None when it says nothing.

    Malformed content raises KeyError or TypeError.
    """
    content = storable_json(message["content"])
    match message["header"]["msg_type"]:
        case "stream":
            return on.Wrote(
                seq, "stderr" if content["name"] == "stderr" else "stdout", _text(content["text"])
            )
        case "display_data" | "execute_result" as kind:
            return _displayed(content, seq, is_result=kind == "execute_result")
        case "update_display_data":
            return _updated(content)
        case "error":
            return on.Raised(seq, *_error(content))
        case "clear_output":
            return on.Cleared(seq, bool(content.get("wait")))
        case "input_request":
            return on.InputRequested(seq, str(content["prompt"]), bool(content.get("password")))
        case "patina_globals":
            rows = tuple(dict(row) for row in content["delta"])
            return on.GlobalsChanged(seq, rows, int(content["total"]))
        case "patina_lock":
            return on.Locked(dict(content["lock"]))
        case _:
            return None


def _text(value: object) -> str:
    return value if isinstance(value, str) else str(value)


def _displayed(content: Message, seq: Seq, *, is_result: bool) -> on.Displayed:
    count = content.get("execution_count")
    return on.Displayed(
        seq,
        data=dict(content["data"]),
        metadata=dict(content.get("metadata") or {}),
        display_id=_display_id(content),
        execution_count=count if isinstance(count, int) else None,
        is_result=is_result,
    )


def _updated(content: Message) -> on.DisplayUpdated | None:
    display_id = _display_id(content)
    if display_id is None:
        return None
    data, metadata = dict(content["data"]), dict(content.get("metadata") or {})
    return on.DisplayUpdated(display_id, data, metadata)


def _display_id(content: Message) -> str | None:
    value = (content.get("transient") or {}).get("display_id")
    return value if isinstance(value, str) else None


def _error(content: Message) -> tuple[str, str, tuple[str, ...]]:
    traceback = tuple(_text(line) for line in content.get("traceback") or ())
    return _text(content.get("ename", "Error")), _text(content.get("evalue", "")), traceback
