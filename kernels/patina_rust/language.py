"""Rust as the shared machine sees it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from patina_kernel import images
from patina_kernel.language import (
    SUMMARY_CHARS,
    Change,
    Delta,
    Global,
    Imaged,
    NoSuchGlobalError,
    OneThread,
    Page,
    ReportLine,
)
from patina_kernel.text import gettext as _

from patina_rust import artifacts, library, locks, places, views
from patina_rust.compiler import CellError
from patina_rust.launching import CompilerError
from patina_rust.library import RuntimeUnavailableError
from patina_rust.session import Session
from patina_rust.snapshots import RustSnapshots

ENGINE = "evcxr 0.22.0"
_RNG = re.compile(r"\w*Rng\b").search
_LET = r"\blet\s+(?:mut\s+)?{}\b"


class RustInspector:
    """The variables: types from the compiler, values of std types from memory."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[str, Global] = {}
        self._code = ""
        # No cell has run since the latest delta, but more of the values is known.
        self._only_looked = False

    def forget(self) -> None:
        """Have all variables be new to whoever looks next."""
        self._known = {}

    def before_cell(self, code: str) -> None:
        """Note the cell: what it binds."""
        self._code, self._only_looked = code, False

    def delta(self, seconds: float) -> Delta:  # noqa: ARG002 - this takes well below a millisecond
        """Return what changed."""
        before, now = self._known, self._look()
        self._known = now
        gone = [replace(row, changed="gone") for name, row in before.items() if name not in now]
        changes = [
            replace(row, changed=self._change(before.get(name), name))
            for name, row in now.items()
            if before.get(name) != row or self._is_bound(name)
        ]
        self._code, self._only_looked = "", False
        return Delta((*changes, *gone), len(now), complete=True)

    def _change(self, before: Global | None, name: str) -> Change | None:
        if self._only_looked:
            return None
        if before is None:
            return "new"
        return "rebound" if self._is_bound(name) else "maybe"

    def _is_bound(self, name: str) -> bool:
        return re.search(_LET.format(re.escape(name)), self._code) is not None

    def table(self) -> tuple[Global, ...]:
        """Return all variables."""
        return tuple(self._look().values())

    def _look(self) -> dict[str, Global]:
        found: dict[str, tuple[str, int]] = {}

        def row(name: str, text: str, length: int) -> None:
            found[name] = (text, length)

        self._session.program.values(row)
        return {
            name: _global(name, kind, found.get(name))
            for name, kind in sorted(self._session.state.variables)
        }

    def children(self, name: str, path: Sequence[str], offset: int, limit: int) -> Page:  # noqa: ARG002
        """Return the value of a variable that is not of a std type. Raises NoSuchGlobalError.

        Only here is code of a user's run (`Debug`), and for that compiled: a person has asked for
        it. From then on the values of the type are told with the others.
        """
        rows = self._look()
        if name not in rows or path:
            raise NoSuchGlobalError(f"There is no variable {name[:80]}.")
        if not rows[name].has_children:
            return Page(rows[name], (), 0)
        trouble = self._look_closer(rows)
        self._only_looked = True
        row = self._look()[name]
        text = trouble or (views.ADVICE if row.summary == views.NOT_DEBUG else row.summary)
        child = replace(row, name="value", summary=text, has_children=False)
        return Page(row, (child,), 1, tells=True)

    def _look_closer(self, rows: Mapping[str, Global]) -> str:
        """Have what is not shown shown, whatever type it is of; return why it cannot be."""
        kinds = {row.type for row in rows.values() if row.has_children}
        try:
            self._session.look_closer(kinds)
        except (CellError, CompilerError, RuntimeUnavailableError) as error:
            return f"it cannot be shown: {error}"[:SUMMARY_CHARS]
        return ""


def _global(name: str, kind: str, value: tuple[str, int] | None) -> Global:
    if value is None:
        # To be looked at closer, when a person asks for it.
        return Global(name, kind, "data", "", has_children=True)
    text, length = value
    if length == views.NO_TEXT:
        text = views.NOT_DEBUG
    short = text if len(text) <= SUMMARY_CHARS else text[: SUMMARY_CHARS - 1] + "…"
    count = None if length < 0 else length
    return Global(name, kind, "data", short, has_children=False, length=count)


class RustLanguage(OneThread):
    """Implements `patina_kernel.language.Language`."""

    name = "rust"
    engine = ENGINE
    sees_interrupts = False
    # Values are those of the process itself, and a cell that runs may be at them.
    looks_aside = False

    def __init__(self, session: Session) -> None:
        self._session = session
        self.inspector = RustInspector(session)
        self.snapshots = RustSnapshots(session)
        images.program()

    def before_fork(self) -> None:
        """Have no text in a buffer that both would write."""
        self._session.program.flush()

    def own_files(self) -> frozenset[str]:
        """Return the locks of compilers: copies are to share them."""
        return self._session.compiler.held()

    def after_fork(self, *, reseed: bool) -> tuple[ReportLine, ...]:
        """Go on as a copy, without the threads of an async runtime."""
        self._session.program.forget_threads()
        if not reseed:
            return ()
        self._session.program.reseed()
        return tuple(_goes_on(name) for name, kind in self._session.state.variables if _RNG(kind))

    def imaged(self) -> Imaged | None:
        """Keep the process itself: nothing else has what cells have made in memory."""
        try:
            return Imaged(library.toolchain(), (places.root(), artifacts.cache()))
        except RuntimeUnavailableError:
            return None

    def to_thawed(self) -> tuple[dict[str, Any], list[int]]:
        """Return our compiler: it is warm."""
        return self._session.compiler.shared()

    def after_thaw(self, given: Mapping[str, Any], descriptors: Sequence[int]) -> None:
        """Go on with the compiler that is given, and with the libraries of cells from the file."""
        self._session.change_compiler(given, descriptors)
        self.snapshots.find_libraries(Path(given["state"]))
        self.inspector.forget()

    def fresh_randomness(self) -> None:
        """Be a new kernel: no cell has run, so no random state is shared."""

    def lock(self, resolved: Mapping[str, Any]) -> None:
        """Take crates at the versions that the notebook keeps. Raises ValueError."""
        self._session.lock(locks.from_table(resolved))

    def need(self, wanted: Mapping[str, Any]) -> None:
        """Have these crates before the first cell, which says it when they make no sense."""
        self._session.need(wanted)

    def read_environment(self) -> None:
        """Have a compiler of one's own: cells read the environment themselves."""
        self._session.begin()


def _goes_on(name: str) -> ReportLine:
    what = _("it goes on with the same numbers as the original")
    return ReportLine("random", name, what, _("Make it anew with another seed."))
