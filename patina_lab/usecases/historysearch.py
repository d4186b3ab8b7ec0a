"""Looking for words in the history of a notebook. Part of the service.

All runs of an open notebook are searched, with a kernel or without: their logs were read when it
was opened. What streams have on disk is read off the event loop, and only where a word was not
found before.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass

from patina_lab import wire
from patina_lab.blobs.lenient import Lenient
from patina_lab.document.outputtext import picture, texts
from patina_lab.model.searching import PLACES, Place, Snippet, Words
from patina_lab.rooms.registry import Rooms

PAGE, MOST_PAGE = 50, 500
SECONDS = 0.5
"""How long a page may take; then it is answered as it is, and says where to go on."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for: words, and which output cells come into question."""

    words: str = ""
    places: tuple[Place, ...] = PLACES
    run: str | None = None
    cell: str | None = None
    statuses: tuple[str, ...] = ()
    with_pictures: bool = False
    only_pinned: bool = False
    after: str | None = None
    """Where an earlier page ended."""
    limit: int = PAGE

    def may_be(self, run: str, cell: wire.OutputCell) -> bool:
        """Whether an output cell comes into question."""
        return (
            self.run in (None, run)
            and self.cell in (None, cell.cell)
            and (not self.statuses or cell.status in self.statuses)
            and (cell.pinned or not self.only_pinned)
            and (not self.with_pictures or picture(cell) is not None)
        )


@dataclass(frozen=True, slots=True)
class _Entry:
    """An output cell of a run. They never change, so that another thread may read them."""

    run: str
    cell: wire.OutputCell

    @property
    def key(self) -> str:
        """Where it stands in the history: later is greater."""
        return f"{self.cell.queued} {self.cell.seq:08} {self.run}"


class HistorySearch:
    """The use case: one page of what is found."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    async def search(self, notebook: str, wanted: Wanted) -> wire.SearchPage:
        """Return a page of the output cells that have all the words, the latest first."""
        room = self._rooms.by_id(notebook)
        entries = [
            _Entry(run, cell) for run, timeline in room.roster.timelines() for cell in timeline
        ]
        return await asyncio.to_thread(_page, entries, wanted, Lenient(room.blobs.get))


def _page(entries: list[_Entry], wanted: Wanted, lenient: Lenient) -> wire.SearchPage:
    entries.sort(key=lambda entry: entry.key, reverse=True)
    at = _begin(entries, wanted.after)
    words, until = Words(wanted.words), time.monotonic() + SECONDS
    found: list[wire.Found] = []
    while at < len(entries) and len(found) < wanted.limit:
        entry = entries[at]
        at += 1
        if wanted.may_be(entry.run, entry.cell):
            found += _look(entry, words, wanted.places, lenient)
        if time.monotonic() > until:
            break
    return wire.SearchPage(
        found=found,
        searched=at,
        total=len(entries),
        next=entries[at - 1].key if at < len(entries) else None,
        unread=lenient.unread,
    )


def _begin(entries: list[_Entry], after: str | None) -> int:
    """Return the index to go on from: what has been added or deleted since moves nothing."""
    if after is None:
        return 0
    return next((at for at, entry in enumerate(entries) if entry.key < after), len(entries))


def _look(
    entry: _Entry, words: Words, places: tuple[Place, ...], lenient: Lenient
) -> Iterator[wire.Found]:
    readable = (text for text in texts(entry.cell, lenient) if text.place in places)
    snippets = words.found(readable)
    if snippets is not None:
        yield _found(entry, snippets)


def _found(entry: _Entry, snippets: list[Snippet]) -> wire.Found:
    cell = entry.cell
    return wire.Found(
        run=entry.run,
        seq=cell.seq,
        cell=cell.cell,
        status=cell.status,
        at=cell.started or cell.queued,
        line=next(iter(cell.source.strip().splitlines()), ""),
        snippets=[
            wire.Snippet(place=it.place, before=it.before, match=it.match, after=it.after)
            for it in snippets
        ],
        thumbnail=picture(cell),
        undone=cell.undone,
        pinned=cell.pinned,
    )
