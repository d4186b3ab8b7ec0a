"""Looking for words in the history: what a person asks for, and where it is found. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Place = Literal["code", "output", "error", "name"]
PLACES: tuple[Place, ...] = ("code", "output", "error", "name")

BEFORE, AFTER = 40, 100
"""How many characters around a match are shown, within its line."""
MOST_SNIPPETS = 3

_WORD = re.compile(r'"([^"]*)"|(\S+)')
_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")


@dataclass(frozen=True, slots=True)
class Text:
    """A text of an output cell, and what it is."""

    place: Place
    text: str


@dataclass(frozen=True, slots=True)
class Snippet:
    """A match with what stands around it in its line."""

    place: Place
    before: str
    match: str
    after: str


class Words:
    """The words of a query: all of them have to be somewhere in an output cell.

    Words are separated by spaces; what stands in double quotes is one. Case counts only where the
    query has upper case, as in most editors.
    """

    def __init__(self, query: str) -> None:
        words = [quoted or word for quoted, word in _WORD.findall(query)]
        flags = 0 if any(char.isupper() for char in query) else re.IGNORECASE
        self._patterns = [re.compile(re.escape(word), flags) for word in words if word]

    def found(self, texts: Iterable[Text]) -> list[Snippet] | None:
        """Return where the words are; None when one of them is nowhere.

        Texts are read in order, and no further than needed.
        """
        missing, snippets = list(self._patterns), list[Snippet]()
        if not missing:
            return []
        for text in texts:
            matches = [(pattern, pattern.search(text.text)) for pattern in missing]
            snippets += [_snippet(text, match) for _, match in matches if match is not None]
            missing = [pattern for pattern, match in matches if match is None]
            if not missing:
                return snippets[:MOST_SNIPPETS]
        return None


def _snippet(text: Text, match: re.Match[str]) -> Snippet:
    whole, (start, end) = text.text, match.span()
    line = whole.rfind("\n", 0, start) + 1
    stop = whole.find("\n", end)
    stop = len(whole) if stop < 0 else stop
    before = whole[max(line, start - BEFORE) : start].lstrip()
    cut = "…" if line < start - BEFORE else ""
    after = whole[end : min(stop, end + AFTER)]
    return Snippet(text.place, cut + before, match[0], after + "…" * (stop > end + AFTER))


def plain(text: str) -> str:
    """Return a text without the sequences that colour it in a terminal."""
    return _ANSI.sub("", text)
