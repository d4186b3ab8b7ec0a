"""The runs document: what the server alone writes about a notebook's runs.

Shape: ARCHITECTURE.md, "The runs Y-doc". Values are plain and overwritten, never edited in place,
so that what is replaced is collected; there is no undo manager, which would keep it all.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import msgspec
from pycrdt import Doc, Map

from patina_lab import wire

SCHEMA = 1


class RunsDocument:
    """One notebook's runs, as a Y-doc that clients read."""

    def __init__(self, notebook: str, epoch: str) -> None:
        self.ydoc: Doc[Any] = Doc()
        self._meta: Map[Any] = self.ydoc.get("meta", type=Map)
        self._runs: Map[Any] = self.ydoc.get("runs", type=Map)
        with self.transaction():
            self._meta["schema"] = SCHEMA
            self._meta["epoch"] = epoch
            self._meta["notebook"] = notebook

    def transaction(self) -> AbstractContextManager[Any]:
        """Return a context in which several changes become one update."""
        return self.ydoc.transaction()

    def set_saved(self, state_vector: bytes) -> None:
        """Acknowledge what of the source document is durable on disk."""
        self._meta["saved"] = state_vector

    def set_notices(self, notices: list[wire.SourceNotice]) -> None:
        """Say what people have to know about the notebook's file."""
        self._meta["notices"] = msgspec.to_builtins(notices)

    def put_run(self, run: wire.Run) -> None:
        """Add a run, or overwrite those of its fields that have changed."""
        fields = plain(run)
        if run.id not in self._runs:
            self._runs[run.id] = Map({**fields, "cells": Map(), "globals": []})
            return
        there = self._runs[run.id]
        for name in wire.Run.__struct_fields__:
            if name in fields:
                if there.get(name) != fields[name]:
                    there[name] = fields[name]
            elif name in there:
                del there[name]

    def add_run(
        self,
        run: wire.Run,
        cells: list[wire.OutputCell],
        variables: list[wire.Global] | None = None,
    ) -> None:
        """Add a run with its whole timeline, in one change."""
        timeline = {str(cell.seq): plain(cell) for cell in cells}
        rows = msgspec.to_builtins(variables or [])
        self._runs[run.id] = Map({**plain(run), "cells": Map(timeline), "globals": rows})

    def put_cell(self, run: str, cell: wire.OutputCell) -> None:
        """Add or overwrite an output cell."""
        self._runs[run]["cells"][str(cell.seq)] = plain(cell)

    def put_globals(self, run: str, rows: list[wire.Global]) -> None:
        """Overwrite the variables of a run."""
        self._runs[run]["globals"] = msgspec.to_builtins(rows)

    def remove_cell(self, run: str, seq: int) -> None:
        """Take an output cell away."""
        self._runs[run]["cells"].pop(str(seq), None)

    def remove_run(self, run: str) -> None:
        """Take a run away with its timeline."""
        del self._runs[run]


def plain(value: wire.Run | wire.OutputCell) -> dict[str, Any]:
    """Return a wire shape as plain values, as JSON would have them."""
    fields: dict[str, Any] = msgspec.to_builtins(value, enc_hook=wire.plainly)
    return fields
