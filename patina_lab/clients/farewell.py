"""How a page is told that its copy of a source is of no use any more, and that it has to reload."""

from __future__ import annotations

import json
from typing import Protocol, runtime_checkable

CLOSE_CODE = 1003
"""For which jupyter-collaboration's page shows the reason."""


@runtime_checkable
class Closable(Protocol):
    """A client's connection."""

    def close(self, code: int, reason: str) -> None:
        """End the connection."""


def say_farewell(socket: Closable, words: str) -> None:
    """End a connection; the page shows the words with a button to reload."""
    # At most 123 bytes, RFC 6455.
    reason = {"reason": "", "reloadable": True, "errorReason": words}
    socket.close(CLOSE_CODE, json.dumps(reason, separators=(",", ":")))
