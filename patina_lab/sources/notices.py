"""What people are told of a notebook's file, for as long as it is so."""

from __future__ import annotations

import logging
from collections.abc import Callable

from patina_lab import wire
from patina_lab.text import Text

log = logging.getLogger(__name__)


class NotSavedError(Exception):
    """A document could not be saved; its notices say why, and so does `reason`."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason)
        self.reason = reason


class Notices:
    """One of a kind; of backups one a file, which stays. `on_change` is called when they change."""

    def __init__(self) -> None:
        self.on_change: Callable[[], None] = lambda: None
        self._notices: dict[str, wire.SourceNotice] = {}

    def __contains__(self, kind: wire.SourceNoticeKind) -> bool:
        return kind in self._notices

    @property
    def all(self) -> list[wire.SourceNotice]:
        """All, the oldest first."""
        return [*self._notices.values()]

    def get(self, kind: wire.SourceNoticeKind) -> wire.SourceNotice | None:
        """Return the notice of a kind, if there is one."""
        return self._notices.get(kind)

    def note(self, notice: wire.SourceNotice) -> None:
        """Tell something, in place of what was told of that kind before."""
        is_backup = notice.kind == "backup" and notice.file is not None
        name = f"{notice.kind} {notice.file}" if is_backup else notice.kind
        if self._notices.get(name) != notice:
            log.warning("%s: %s", notice.message, notice.reason)
            self._notices[name] = notice
            self.on_change()

    def retract(self, *kinds: wire.SourceNoticeKind) -> None:
        """Tell no more what is not so any more."""
        known = [kind for kind in kinds if kind in self._notices]
        for kind in known:
            del self._notices[kind]
        if known:
            self.on_change()
