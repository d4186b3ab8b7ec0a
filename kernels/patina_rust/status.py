"""What a person sees while a cell waits: one display, updated, and gone when the cell goes on."""

from __future__ import annotations

import math
import os
import time
import uuid
from collections.abc import Callable
from typing import Any

# Set to 0, nothing is shown: for programs that take whatever a cell shows for its result.
SWITCH = "PATINA_PHASES"
# What takes less is not told: it would only flicker.
PATIENCE_SECONDS = 2.0
UPDATE_SECONDS = 1.0
Send = Callable[[str, dict[str, Any]], None]


class Status:
    """For one cell. `send` publishes a message of a type on iopub."""

    def __init__(self, send: Send) -> None:
        self._send = send
        wanted = os.environ.get(SWITCH) != "0"
        self._next = time.monotonic() + PATIENCE_SECONDS if wanted else math.inf
        self._shown = ""
        self._id = ""

    def tell(self, text: str) -> None:
        """Show it, if it is time."""
        now = time.monotonic()
        if now < self._next or text == self._shown:
            return
        self._next, self._shown = now + UPDATE_SECONDS, text
        kind = "update_display_data" if self._id else "display_data"
        self._id = self._id or f"patina-{uuid.uuid4()}"
        transient = {"display_id": self._id}
        data = {"text/plain": f"[Patina] {text}"}
        self._send(kind, {"data": data, "metadata": {}, "transient": transient})

    def clear(self) -> None:
        """Take away what was shown, and show nothing more: now it is the cell's turn."""
        self._next = math.inf
        if self._id:
            self._send("clear_output", {"wait": False})
            self._id = ""
