"""Rust as the shared machine sees it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from patina_kernel.language import (
    SUMMARY_CHARS,
    Change,
    Delta,
    Global,
    NoSuchGlobalError,
    OneThread,
    Page,
    ReportLine,
)

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

    def before_cell(self, code: str) -> None:
        """Note the cell: what it binds."""
        self._code = code

    def delta(self, seconds: float) -> Delta:  # noqa: ARG002 - this takes well below a millisecond
        """Return what changed."""
        before, now = self._known, self._look()
        self._known = now
        gone = [replace(row, changed="gone") for name, row in before.items() if name not in now]
        changes = [
            replace(row, changed=self._change(before.get(row.name), row)) for row in now.values()
        ]
        self._code = ""
        return Delta((*(row for row in changes if row.changed), *gone), len(now), complete=True)

    def _change(self, before: Global | None, row: Global) -> Change | None:
        if before is None:
            return "new"
        if re.search(_LET.format(re.escape(row.name)), self._code):
            return "rebound"
        return None if before == row else "maybe"

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
        """Return a page without children: values are not taken apart. Raises NoSuchGlobalError."""
        rows = self._look()
        if name not in rows or path:
            raise NoSuchGlobalError(name)
        return Page(rows[name], (), 0)


def _global(name: str, kind: str, value: tuple[str, int] | None) -> Global:
    text, length = value or ("", -1)
    short = text if len(text) <= SUMMARY_CHARS else text[: SUMMARY_CHARS - 1] + "…"
    count = None if length < 0 else length
    return Global(name, kind, "data", short, has_children=False, length=count)


class RustLanguage(OneThread):
    """Implements `patina_kernel.language.Language`."""

    name = "rust"
    engine = ENGINE
    sees_interrupts = False

    def __init__(self, session: Session) -> None:
        self._session = session
        self.inspector = RustInspector(session)
        self.snapshots = RustSnapshots(session)

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

    def fresh_randomness(self) -> None:
        """Be a new kernel: no cell has run, so no random state is shared."""

    def read_environment(self) -> None:
        """Have a compiler of one's own: cells read the environment themselves."""
        self._session.begin()


def _goes_on(name: str) -> ReportLine:
    what = "it goes on with the same numbers as the original"
    return ReportLine("random", name, what, "Make it anew with another seed.")
