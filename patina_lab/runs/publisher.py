"""When the runs document changes: all that waits as one transaction, 20 times a second at most."""

from __future__ import annotations

import logging
from collections.abc import Callable

from pycrdt import Subscription, TransactionEvent

from patina_lab.document.runs import RunsDocument
from patina_lab.runs.throttle import Throttle

log = logging.getLogger(__name__)
Write = Callable[[], None]


class Publisher:
    """Lets the runs of one notebook write into its runs document, in turn."""

    def __init__(self, document: RunsDocument) -> None:
        self.document = document
        self._waiting: dict[Write, None] = {}
        self._throttle = Throttle(self._publish)
        self._changed = 0
        self._watching: Subscription | None = document.ydoc.observe(self._on_change)

    def _on_change(self, event: TransactionEvent) -> None:
        self._changed += len(event.update)

    def request(self, write: Write) -> None:
        """Have `write` called soon, within a transaction; once, however often it is requested."""
        self._waiting[write] = None
        self._throttle.request()

    def hurry(self) -> None:
        """Have what waits written at once: what people waited for has come."""
        self._throttle.hurry()

    def flush(self) -> None:
        """Write what waits now."""
        self._throttle.close()

    def close(self) -> None:
        """Write what waits, and let the document be: else each would keep the other for ever."""
        self.flush()
        if self._watching is not None:
            self.document.ydoc.unobserve(self._watching)
            self._watching = None

    def forget(self, write: Write) -> None:
        """Do not call `write` any more."""
        self._waiting.pop(write, None)

    def _publish(self) -> None:
        waiting, self._waiting = tuple(self._waiting), {}
        if not waiting:
            return
        self._changed = 0
        with self.document.transaction():
            for write in waiting:
                try:
                    write()
                except Exception:
                    log.exception("A part of the runs document could not be written")
        self._throttle.spend(self._changed)
