"""Which output cells a person does without who keeps only the latest."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Protocol


class Kept(Protocol):
    """What of an output cell counts here."""

    @property
    def seq(self) -> int:
        """Its number in the run."""

    @property
    def status(self) -> str:
        """How far it is."""

    @property
    def pinned(self) -> bool:
        """Whether a person said that it stays."""


@dataclass(frozen=True, slots=True)
class Superfluous:
    """Output cells to delete, and how many as old ones stay nevertheless."""

    seqs: tuple[int, ...]
    spared: int


def superfluous(
    cells: Iterable[Kept], keep: int, inherited_until: Collection[int] = ()
) -> Superfluous:
    """Return which cells to delete so that the latest `keep` are left.

    What is pinned stays, what is not final, and what forks have from here: those up to the output
    cell that they began after (`inherited_until`).
    """
    old = sorted(cells, key=lambda cell: cell.seq)[: -keep or None]
    shared = max(inherited_until, default=0)
    seqs = tuple(
        cell.seq
        for cell in old
        if cell.seq > shared and not cell.pinned and cell.status not in ("queued", "running")
    )
    return Superfluous(seqs, len(old) - len(seqs))
