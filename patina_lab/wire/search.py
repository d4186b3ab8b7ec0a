"""What is found in the history."""

from __future__ import annotations

from patina_lab.wire.names import CellStatus, Place
from patina_lab.wire.outputs import MimeValue
from patina_lab.wire.wording import Wire


class Snippet(Wire, frozen=True):
    """Where a word was found, with what stands around it in its line."""

    place: Place
    before: str
    match: str
    after: str


class Thumbnail(Wire, frozen=True):
    """The first picture of an output cell; of a plot that the page draws only its type."""

    mime: str
    value: MimeValue | None = None


class Found(Wire, frozen=True):
    """An output cell in which all words were found. `line` is the first line of its source."""

    run: str
    seq: int
    cell: str
    status: CellStatus
    at: str
    line: str
    snippets: list[Snippet]
    thumbnail: Thumbnail | None = None
    undone: bool = False
    pinned: bool = False


class SearchPage(Wire, frozen=True):
    """What was found, the latest first. `next`: where to go on; absent when all was looked at.

    A page ends when it is full or has taken long enough: it can be empty and have a `next`.
    `unread` outputs could not be read: their file is missing or damaged.
    """

    found: list[Found]
    searched: int
    total: int
    next: str | None = None
    unread: int = 0
