"""What the messages of the Jupyter protocol say of themselves."""

from __future__ import annotations

from typing import Any


def parent_of(message: dict[str, Any]) -> str:
    """Return the id of the message that this one is about; empty where it is about none."""
    return str(message["parent_header"].get("msg_id", ""))


def type_of(message: dict[str, Any]) -> str:
    """Return its type."""
    return str(message["header"]["msg_type"])


def is_idle(message: dict[str, Any]) -> bool:
    """Whether it says that all about its parent has been said."""
    return type_of(message) == "status" and message["content"]["execution_state"] == "idle"
