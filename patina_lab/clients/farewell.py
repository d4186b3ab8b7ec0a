"""How a page is told that its copy of a source is of no use any more, and that it has to reload."""

from __future__ import annotations

import json
from typing import Protocol, runtime_checkable

from jupyterlab_server.translation_utils import translator

from patina_lab.document.words import Words
from patina_lab.text import Text

CLOSE_CODE = 1003
"""For which jupyter-collaboration's page shows the reason."""
MOST_BYTES = 123
"""Of a reason, RFC 6455. A translation that is longer is left."""


@runtime_checkable
class Closable(Protocol):
    """A client's connection."""

    def close(self, code: int, reason: str) -> None:
        """End the connection."""


def say_farewell(socket: Closable, why: Text) -> None:
    """End a connection; the page shows why, in JupyterLab's language, with a button to reload."""
    reason = _reason(Words(translator.load("patina_lab")).said(why))
    socket.close(CLOSE_CODE, reason if len(reason.encode()) <= MOST_BYTES else _reason(why))


def _reason(why: str) -> str:
    reason = {"reason": "", "reloadable": True, "errorReason": why}
    return json.dumps(reason, separators=(",", ":"), ensure_ascii=False)
