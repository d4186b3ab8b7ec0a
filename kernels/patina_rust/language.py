"""Rust as the shared machine sees it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from patina_kernel.language import (
    SUMMARY_CHARS,
    Change,
    Delta,
    Global,
    NoSuchGlobalError,
    OneThread,
    Page,
    ReportLine,
    SnapshotError,
)

from patina_rust.compiler import CellError, CompilerError
from patina_rust.session import Past, Session

ENGINE = "evcxr 0.22.0"
FORMAT, VERSION = "patina-rust-sources", 1
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
            for name, kind in sorted(self._session.variables)
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


class RustSnapshots:
    """The sources of the cells, in order; loading compiles and runs them again."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def save(self, path: Path) -> tuple[int, tuple[ReportLine, ...]]:
        """Write the sources."""
        cells = [cell.code for cell in self._session.past]
        data = json.dumps({"format": FORMAT, "version": VERSION, "cells": cells}) + "\n"
        try:
            path.write_text(data, "utf-8")
        except OSError as error:
            hint = "choose a folder that can be written, on a disk with room"
            raise SnapshotError(f"{path} cannot be written: {error.strerror}", hint) from error
        return len(data.encode()), ()

    def load(self, path: Path) -> tuple[ReportLine, ...]:
        """Run the cells of a saved state in place of this one."""
        hint = "load a state that this version of the kernel has saved"
        try:
            saved = json.loads(path.read_text("utf-8"))
            if (saved["format"], saved["version"]) != (FORMAT, VERSION):
                raise ValueError("it is no state of Rust cells")  # noqa: TRY301
            cells = tuple(Past(str(code)) for code in saved["cells"])
            self._session.replay(cells)
        except (OSError, ValueError, KeyError, TypeError, CellError, CompilerError) as error:
            raise SnapshotError(f"{path.name} was not loaded: {error}", hint) from error
        return ()


class RustLanguage(OneThread):
    """Implements `patina_kernel.language.Language`."""

    name = "rust"
    engine = ENGINE

    def __init__(self, session: Session) -> None:
        self._session = session
        self.inspector = RustInspector(session)
        self.snapshots = RustSnapshots(session)

    def before_fork(self) -> None:
        """Have no text in a buffer that both would write."""
        self._session.program.flush()

    def after_fork(self, *, reseed: bool) -> tuple[ReportLine, ...]:  # noqa: ARG002 - no state of ours
        """Go on as a copy."""
        self._session.copied()
        return ()

    def fresh_randomness(self) -> None:
        """Be a new kernel: no cell has run, so no random state is shared."""
        self._session.copied()

    def read_environment(self) -> None:
        """Cells read it themselves."""
