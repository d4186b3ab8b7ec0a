"""JavaScript as the shared machine sees it."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from patina_kernel.language import (
    Delta,
    Global,
    NoSuchGlobalError,
    OneThread,
    Page,
    ReportLine,
    SnapshotError,
)
from patina_kernel.text import gettext as _

from patina_javascript.engine.memory import StateError

if TYPE_CHECKING:
    from patina_javascript.session import Session
    from patina_javascript.watch import InterruptWatch

ENGINE = "quickjs-ng 0.17.0 in WebAssembly"
FIELDS = frozenset(field.name for field in fields(Global))


class JavaScriptInspector:
    """The variables; the engine itself finds out what changed."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def before_cell(self, code: str) -> None:
        """Note the names that a cell mentions: what it changed in place is looked for there."""
        self._session.call("globalsNote", {"source": code})

    def delta(self, seconds: float) -> Delta:
        """Return what changed."""
        found = self._session.call("globalsDelta", {"ms": seconds * 1e3})
        changes = tuple(map(_global, found["changes"]))
        return Delta(changes, found["total"], found["complete"])

    def table(self) -> tuple[Global, ...]:
        """Return all variables."""
        return tuple(map(_global, self._session.call("globalsTable")))

    def children(self, name: str, path: Sequence[str], offset: int, limit: int) -> Page:
        """Return a page of a value's children. Raises NoSuchGlobalError."""
        asked = {"name": name, "path": list(path), "offset": offset, "limit": limit}
        found = self._session.call("globalsChildren", asked)
        if "missing" in found:
            raise NoSuchGlobalError(f"There is no variable {found['missing'][:80]}.")
        return Page(_global(found["of"]), tuple(map(_global, found["children"])), found["total"])


def _global(row: dict[str, Any]) -> Global:
    known = {key: value for key, value in row.items() if key in FIELDS and value is not None}
    if "shape" in known:
        known["shape"] = tuple(known["shape"])
    return Global(**known)


class JavaScriptSnapshots:
    """The engine's memory in a file: everything in it, down to timers and pending promises."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def save(self, path: Path) -> tuple[int, tuple[ReportLine, ...]]:
        """Write the state, whole or not at all."""
        try:
            with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}-") as folder:
                made = Path(folder) / "state"
                size, under_way = self._session.save(made)
                made.replace(path)
        except OSError as error:
            hint = _("choose a folder that can be written, on a disk with room")
            what = _("%1 cannot be written: %2", path, error.strerror)
            raise SnapshotError(what, hint) from error
        return size, tuple(map(_ended, under_way))

    def load(self, path: Path) -> tuple[ReportLine, ...]:
        """Go on from a state in place of this one."""
        try:
            return tuple(map(_ended, self._session.load(path)))
        except StateError as error:
            hint = _("load a state that this version of the kernel has saved")
            raise SnapshotError(_("%1 was not loaded: %2", path.name, error), hint) from error


def _ended(operation: str) -> ReportLine:
    what = _("was under way; its promise is rejected there")
    return ReportLine("request", operation, what, _("Start it again."))


class JavaScriptLanguage(OneThread):
    """Implements `patina_kernel.language.Language`."""

    name = "javascript"
    engine = ENGINE
    sees_interrupts = True
    watch: InterruptWatch

    def __init__(self, session: Session) -> None:
        self._session = session
        self.inspector = JavaScriptInspector(session)
        self.snapshots = JavaScriptSnapshots(session)

    def before_fork(self) -> None:
        """Nothing: the state is in memory."""

    def after_fork(self, *, reseed: bool) -> tuple[ReportLine, ...]:
        """Go on as a copy."""
        self.watch.renew()
        return tuple(map(_ended, self._session.copied(reseed=reseed)))

    def fresh_randomness(self) -> None:
        """Be a new kernel."""
        self._session.fresh()

    def read_environment(self) -> None:
        """Read the environment of this kernel, which is not the template's."""
        self._session.fresh()
