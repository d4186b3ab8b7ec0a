"""The source document: a `.tsnb` as a Y-doc. Shape: ARCHITECTURE.md, "The source Y-doc".

jupyter-collaboration finds the class by its entry point, compares `get()` with the file to see
whether one of them has changed, and calls `set()` with what is on disk: so `get()` is canonical,
and `set()` a deterministic, smallest edit (the same text gives the same history; no clock, no new
ids), or documents of clients that were away would be merged twice.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from jupyter_ydoc.ybasedoc import YBaseDoc
from pycrdt import Array, Awareness, Doc, Map

from patina_lab.document.ancestors import NAMES, ancestor_version, cells_of, read_ancestor
from patina_lab.document.errors import TsnbError
from patina_lab.document.format import FORMAT, NOTEBOOK_KEYS, Cell, TsnbDocument, read, write
from patina_lab.document.refusals import refuse_gigantic
from patina_lab.document.values import as_table, normal, table_in
from patina_lab.document.ycells import field, read_cell, text_of, update_cells
from patina_lab.model.packages import Packages
from patina_lab.text import Text
from patina_lab.text import gettext as _
from patina_lab.wire import telling, told

_PLAIN = {"format", "id", "kernel", "language", "dependencies", "lock", "extra"}


class YTsnb(YBaseDoc):
    """A `.tsnb` that people edit together. Every value in it may have come from any client."""

    def __init__(self, ydoc: Doc[Any] | None = None, awareness: Awareness | None = None) -> None:
        super().__init__(ydoc, awareness)
        self._ycells: Array[Any] = self._ydoc.get("cells", type=Array)
        self._ymeta: Map[Any] = self._ydoc.get("meta", type=Map)
        self._places: dict[str, int] = {}

    @property
    def version(self) -> str:
        """Version of the shape; the same as in the browser."""
        return "1.0.0"

    @property
    def id(self) -> str:
        """The notebook's own UUID; empty when the file could not be read."""
        return self._header("id")

    @property
    def kernel(self) -> str:
        """The kernelspec of the next run."""
        return self._header("kernel")

    @property
    def language(self) -> str:
        """The language the cells are written in."""
        return self._header("language")

    @property
    def problem(self) -> Text:
        """Where and why the file could not be read; empty when it could."""
        problem = table_in(self._header("problem"))
        line, message = problem.get("line"), told(problem, "message")
        return _("Line %1: %2", line, message) if line else message

    def _header(self, name: str) -> str:
        value = self._ymeta.get(name)
        return value if isinstance(value, str) else ""

    def give_id(self, notebook: str) -> None:
        """Give the notebook another id: it is a copy of a file that is open, too."""
        self._ymeta["id"] = notebook

    @property
    def packages(self) -> Packages:
        """What the notebook needs, and what that resolved to; see docs/reference/format.md."""
        meta = normal(json.loads(str(self._ymeta)))
        return Packages(as_table(meta.get("dependencies")), as_table(meta.get("lock")))

    def keep_lock(self, lock: Mapping[str, Any]) -> None:
        """Keep what packages resolved to; those of other languages stay."""
        before = self.packages.resolved
        now = {**before, **lock}
        if now != before:
            self._ymeta["lock"] = now

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The cells as they are now."""
        taken: set[str] = set()
        return tuple(read_cell(cell, taken) for cell in json.loads(str(self._ycells)))

    def cell_source(self, cell: str) -> str | None:
        """Return the source of a code cell, or None when there is no such cell."""
        at = self._place(cell)
        if at is None or field(self._ycells[at], "cell_type") != "code":
            return None
        return text_of(self._ycells[at])

    def _place(self, cell: str) -> int | None:
        """Return where a cell stands. Remembered: reading all cells takes a while."""
        at = self._places.get(cell)
        if at is None or at >= len(self._ycells) or field(self._ycells[at], "id") != cell:
            self._places = {str(field(ycell, "id")): at for at, ycell in enumerate(self._ycells)}
            at = self._places.get(cell)
        return at

    def get(self) -> str:
        """Return the text of the file."""
        return _text(*self._snapshot())

    async def aget(self) -> str:
        """As `get`, without holding the event loop for as long as a large notebook takes."""
        return await asyncio.to_thread(_text, *self._snapshot())

    def _snapshot(self) -> tuple[str, str]:
        """Return both shared values as JSON: 30 ms for 10,000 cells (`to_py` takes 2 s)."""
        return str(self._ymeta), str(self._ycells)

    def set(self, value: str) -> None:
        """Become what the text says. Text that cannot be read is kept, and shown as a problem.

        Raises TsnbError for a gigantic text: it would be sent to every page.
        """
        refuse_gigantic(len(value))
        try:
            document = read(value)
        except TsnbError as error:
            self._put_problem(error, value)
            return
        with self._ydoc.transaction():
            self._put_meta(_document_meta(document, value))
            _update_map(self._metadata(), document.metadata)
            update_cells(self._ycells, document.cells)

    async def edit_to(self, value: str) -> bytes:
        """Return the edit by which the document becomes what the text says; it is not done yet.

        What is edited meanwhile is kept when it is. Raises TsnbError, as `set` does.
        """
        return await asyncio.to_thread(_edit_to, self._ydoc.get_update(), value)

    def _put_problem(self, error: TsnbError, text: str) -> None:
        """Show why the text cannot be read; of a notebook of Twinsong or Patina also its cells."""
        version = ancestor_version(text)
        cells: tuple[Cell, ...] = ()
        if version is not None:
            try:
                cells = tuple(map(_for_reading, cells_of(read_ancestor(text))))
            except TsnbError as worse:
                what = _("This notebook of %1 cannot be read: %2", _program(version), worse.message)
                error, version = TsnbError(what, line=worse.line, hint=worse.hint), None
        self._put_meta(_problem_meta(error, text, version))
        with self._ydoc.transaction():
            update_cells(self._ycells, cells)

    def _metadata(self) -> Map[Any]:
        if not isinstance(self._ymeta.get("metadata"), Map):
            self._ymeta["metadata"] = Map()
        metadata: Map[Any] = self._ymeta["metadata"]
        return metadata

    def _put_meta(self, values: dict[str, Any]) -> None:
        """Make the plain values of the header these."""
        with self._ydoc.transaction():
            there = json.loads(str(self._ymeta))
            for name in sorted(there.keys() - values.keys() - {"metadata"}):
                del self._ymeta[name]
            for name, value in values.items():
                if name not in there or normal(there[name]) != value:
                    self._ymeta[name] = value
            self._metadata()

    def observe(self, callback: Callable[[str, Any], None]) -> None:
        """Call back with "state", "meta" or "cells", and the event, at each change."""
        self.unobserve()
        state, meta, cells = self._ystate, self._ymeta, self._ycells
        self._subscriptions[state] = state.observe(partial(callback, "state"))
        self._subscriptions[meta] = meta.observe_deep(partial(callback, "meta"))
        self._subscriptions[cells] = cells.observe_deep(partial(callback, "cells"))

    def watch(self, edited: Callable[[], None]) -> Callable[[], None]:
        """Call back at each edit of header or cells; return what ends that.

        Unlike `observe`, which has room for one observer: jupyter-collaboration's.
        """
        watched = [self._ymeta, self._ycells]
        subscriptions = [shared.observe_deep(lambda _events: edited()) for shared in watched]

        def end() -> None:
            for shared, subscription in zip(watched, subscriptions, strict=True):
                shared.unobserve(subscription)

        return end


def _edit_to(state: bytes, value: str) -> bytes:
    copy: Doc[Any] = Doc()
    document = YTsnb(copy)
    copy.apply_update(state)
    before = copy.get_state()
    document.set(value)
    return copy.get_update(before)


def _document_meta(document: TsnbDocument, text: str) -> dict[str, Any]:
    meta: dict[str, Any] = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "format": FORMAT,
        "id": document.id,
        "kernel": document.kernel,
        "language": document.language,
    }
    if document.dependencies is not None:
        meta["dependencies"] = document.dependencies
    if document.lock is not None:
        meta["lock"] = document.lock
    if document.extra:
        meta["extra"] = json.dumps(document.extra, sort_keys=True)
    canonical = write(document)
    if canonical != text:
        meta["original"] = json.dumps({"canonical": _hash(canonical), "text": text})
    return meta


def _program(version: str) -> str:
    return NAMES[version.partition(" ")[0]]


def _for_reading(cell: Cell) -> Cell:
    """Return a cell that JupyterLab lets nobody edit."""
    return replace(cell, metadata={**cell.metadata, "editable": False, "deletable": False})


def _problem_meta(error: TsnbError, text: str, ancestor: str | None) -> dict[str, Any]:
    problem = {
        **telling({"message": error.message, "hint": error.hint}),
        "line": error.line,
        "column": error.column,
        **({} if ancestor is None else {"ancestor": _program(ancestor)}),
    }
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "format": FORMAT,
        "problem": json.dumps(problem),
        "original": json.dumps({"text": text}),
    }


def _text(meta_json: str, cells_json: str) -> str:
    """Return the text of what the document holds; as it was read, as long as it says the same."""
    meta: dict[str, Any] = normal(json.loads(meta_json))
    original = table_in(meta.get("original"))
    if "problem" in meta or "id" not in meta:
        # Also when a client took the problem away: the file is not for it to empty.
        return str(original.get("text", ""))
    text = write(_document(meta, json.loads(cells_json)))
    return str(original.get("text")) if original.get("canonical") == _hash(text) else text


def _document(meta: dict[str, Any], cells: list[dict[str, Any]]) -> TsnbDocument:
    taken: set[str] = set()
    return TsnbDocument(
        id=str(meta["id"]),
        kernel=str(meta.get("kernel", "")),
        language=str(meta.get("language", "")),
        cells=tuple(read_cell(cell, taken) for cell in cells),
        metadata=as_table(meta.get("metadata")),
        dependencies=as_table(meta["dependencies"]) if "dependencies" in meta else None,
        lock=as_table(meta["lock"]) if "lock" in meta else None,
        extra=table_in(meta.get("extra"), NOTEBOOK_KEYS),
    )


def _update_map(ymap: Map[Any], values: dict[str, Any]) -> None:
    there = normal(ymap.to_py() or {})
    for name in sorted(there.keys() - values.keys()):
        del ymap[name]
    for name, value in values.items():
        if name not in there or there[name] != value:
            ymap[name] = value


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
