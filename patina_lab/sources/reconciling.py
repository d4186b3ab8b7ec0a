"""What becomes of an open notebook when its file says something else. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from patina_lab.document.errors import TsnbError
from patina_lab.document.format import TsnbDocument, read, write
from patina_lab.document.merging import Merge, merge


@dataclass(frozen=True, slots=True)
class Same:
    """The file says nothing new: it was only touched, or written by us."""


@dataclass(frozen=True, slots=True)
class Become:
    """The document becomes this text.

    `conflicts` are the cells of which both versions were kept. `lost`: whether what it says now is
    in neither, since nothing is known of what they had in common.
    """

    text: str
    conflicts: tuple[str, ...] = ()
    lost: bool = False


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The file is no notebook now; the document stays."""

    error: TsnbError


@dataclass(frozen=True, slots=True)
class OtherNotebook:
    """The file is another notebook now; the document stays."""

    id: str


Outcome = Same | Become | Unreadable | OtherNotebook


def nearest(known: Sequence[str], theirs: str) -> str | None:
    """Return which of the texts that a file may have had became this one; None where none is known.

    Two are known when a server was killed as it wrote the file. What was changed since was changed
    in the one that has more lines in common with it.
    """
    lines = Counter(theirs.splitlines())

    def differing(text: str) -> int:
        others = Counter(text.splitlines())
        return (lines - others).total() + (others - lines).total()

    return theirs if theirs in known else min(known, key=differing, default=None)


def reconcile(agreed: str | None, ours: str, theirs: str) -> Outcome:  # noqa: PLR0911 (cases)
    """Say what becomes of a document.

    `agreed` is what file and document last had in common (None: not known), `ours` what the
    document says, `theirs` what the file says.
    """
    if theirs == agreed:
        return Same()
    if theirs == ours:
        return Become(theirs)
    try:
        their_document = read(theirs)
    except TsnbError as error:
        return Unreadable(error)
    our_document, base = _read(ours), _read(agreed)
    if our_document is None:
        return Become(theirs)
    # Ours is a copy that has been given an id of its own, where it differs from what was there.
    if their_document.id not in (our_document.id, base and base.id):
        return OtherNotebook(their_document.id)
    if ours == agreed or base is None:
        return Become(theirs, lost=ours != agreed)
    return _merged(merge(base, our_document, their_document), their_document, theirs)


def _merged(merged: Merge, their_document: TsnbDocument, theirs: str) -> Become:
    """Return the text as it is in the file where nothing of ours is to be added."""
    if merged.document == their_document:
        return Become(theirs)
    return Become(write(merged.document), merged.conflicts)


def _read(text: str | None) -> TsnbDocument | None:
    try:
        return None if text is None else read(text)
    except TsnbError:
        return None
