"""What Jupytext needs to read a text of very many cells in a time that grows as the text does.

It takes the lines of each cell from the front of a list, which copies all the others, and has
nbformat validate each cell by itself, which takes longer than to read it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import overload

from nbformat.v4 import nbbase

_reading = Lock()


class LongText(str):
    """A text whose lines are taken from the front without a copy of the rest."""

    __slots__ = ()

    def splitlines(self, keepends: bool = False) -> list[str]:
        """Return the lines: a sequence that is read as a list is."""
        return _Lines(super().splitlines(keepends))  # type: ignore[return-value]


class _Lines(Sequence[str]):
    """The lines of a text from one on."""

    def __init__(self, lines: list[str], start: int = 0) -> None:
        self._lines, self._start = lines, start

    def __len__(self) -> int:
        return len(self._lines) - self._start

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[str]: ...
    def __getitem__(self, at: int | slice) -> str | Sequence[str]:
        places = range(self._start, len(self._lines))
        if isinstance(at, int):
            return self._lines[places[at]]
        meant = places[at]
        if (meant.stop, meant.step) == (len(self._lines), 1):
            return _Lines(self._lines, meant.start)
        return [self._lines[place] for place in meant]

    def __iter__(self) -> Iterator[str]:
        return (self._lines[at] for at in range(self._start, len(self._lines)))


@contextmanager
def cells_not_validated() -> Iterator[None]:
    """Have nbformat make cells without validating them. Who reads validates all of them at once."""
    with _reading:
        validate = nbbase.validate
        nbbase.validate = lambda node, ref=None: None  # noqa: ARG005
        try:
            yield
        finally:
            nbbase.validate = validate
