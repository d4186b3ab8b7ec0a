"""What a cell writes to stdout: text, contents by MIME type, and notes for evcxr."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

BEGIN, END = "EVCXR_BEGIN_CONTENT ", "EVCXR_END_CONTENT"
_QUESTION = re.compile(r"EVCXR_INPUT_REQUEST(_PASSWORD)?:(.*)$")
MARK = "EVCXR_"
_NOTE = re.compile(
    r"(EVCXR_PANIC_NOTIFICATION|EVCXR_ERROR_OCCURRED|EVCXR_VARIABLE_CHANGED_TYPE:.*)$"
)


@dataclass(frozen=True, slots=True)
class Text:
    """Text for the stream."""

    text: str


@dataclass(frozen=True, slots=True)
class Content:
    """Something to show."""

    mime: str
    data: str


@dataclass(frozen=True, slots=True)
class Note:
    """A line that evcxr would read."""

    line: str


@dataclass(frozen=True, slots=True)
class Question:
    """The cell asks for a line of input (as the crate evcxr_input does), and waits for it."""

    prompt: str
    password: bool = False


Event = Text | Content | Note | Question


class Parser:
    """Takes output in any pieces; what may become a mark is held back, all else is not."""

    def __init__(self) -> None:
        self._held = ""
        self._mime: str | None = None
        self._lines: list[str] = []

    def feed(self, text: str) -> Iterator[Event]:
        """Return what has become known."""
        *lines, self._held = (self._held + text).split("\n")
        for line in lines:
            yield from self._line(line)
        begun = self._mime is None and _beginning(self._held)
        if begun:
            yield Text(begun)
            self._held = self._held[len(begun) :]

    def end(self) -> Iterator[Event]:
        """Return what was held back: it became nothing."""
        if self._held and self._mime is None:
            yield Text(self._held)
        self._held = ""

    def _line(self, line: str) -> Iterator[Event]:
        if self._mime is not None:
            yield from self._content(line)
            return
        before, mark, mime = line.partition(BEGIN)
        if mark:
            self._mime, self._lines = mime.strip(), []
            if before:
                yield Text(before)
            return
        found = _NOTE.search(line) or _QUESTION.search(line)
        if found is None:
            yield Text(line + "\n")
            return
        if found.start():
            yield Text(line[: found.start()])
        if found.re is _NOTE:
            yield Note(found[1])
        else:
            yield Question(found[2], bool(found[1]))

    def _content(self, line: str) -> Iterator[Event]:
        if line != END:
            self._lines.append(line)
            return
        yield Content(self._mime or "", "\n".join(self._lines))
        self._mime = None


def _beginning(held: str) -> str:
    """Return what of an unfinished line can be no part of a mark."""
    at = held.find(MARK)
    if at >= 0:
        return held[:at]
    for length in range(min(len(MARK), len(held)), 0, -1):
        if MARK.startswith(held[-length:]):
            return held[:-length]
    return held
