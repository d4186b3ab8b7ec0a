"""Two runs side by side: which executions belong together, and what is different. Pure.

Executions are aligned by their cell, then by time. What two runs share since before a fork is one
and the same output cell; it is left out, unless one of them has executed its cell again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Literal

from patina_lab.model.ids import CellId

Difference = Literal["only left", "only right", "code", "outputs", "status"]
Verdict = Literal["same", "alike", "different"]

MOST_REPEATS = 500
"""Of a cell that ran more often than this, executions are aligned by their order alone."""

# What differs from run to run and says nothing: addresses in memory, random identifiers.
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,16}\b")
_UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")


@dataclass(frozen=True, slots=True)
class Ran:
    """An execution, as the alignment needs it. `origin` tells those that two runs share."""

    origin: Hashable
    seq: int
    cell: CellId
    source_hash: str
    status: str
    at: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two executions of one cell that belong together, or one that has no counterpart."""

    left: Ran | None
    right: Ran | None

    @property
    def at(self) -> str:
        """When the later of both was."""
        return max(ran.at for ran in (self.left, self.right) if ran is not None)


def without_shared(left: list[Ran], right: list[Ran]) -> tuple[list[Ran], list[Ran], list[Ran]]:
    """Return what each run has of its own, and what they share."""
    origins = {ran.origin for ran in left} & {ran.origin for ran in right}
    return (
        [ran for ran in left if ran.origin not in origins],
        [ran for ran in right if ran.origin not in origins],
        [ran for ran in left if ran.origin in origins],
    )


def align(left: Iterable[Ran], right: Iterable[Ran], shared: Iterable[Ran] = ()) -> list[Pair]:
    """Return the executions in pairs, in the order of time.

    Where only one run has executed a cell since the fork, the other stands with the latest
    execution they share: what was tried in a fork is compared with what there was.
    """
    ours, theirs, before = _by_cell(left), _by_cell(right), _by_cell(shared)
    pairs: list[Pair] = []
    for cell in dict.fromkeys([*ours, *theirs]):
        latest = before.get(cell, [])[-1:]
        pairs += _paired(ours.get(cell, latest), theirs.get(cell, latest))
    return sorted(pairs, key=lambda pair: pair.at)


def _by_cell(timeline: Iterable[Ran]) -> dict[CellId, list[Ran]]:
    cells: dict[CellId, list[Ran]] = {}
    for ran in sorted(timeline, key=lambda ran: ran.seq):
        cells.setdefault(ran.cell, []).append(ran)
    return cells


def _paired(left: list[Ran], right: list[Ran]) -> Iterator[Pair]:
    """Pair executions of one cell: those of the same code first, the others in their order."""
    if max(len(left), len(right)) > MOST_REPEATS:
        yield from _in_order(left, right)
        return
    ours, theirs = [ran.source_hash for ran in left], [ran.source_hash for ran in right]
    for _, begin, end, first, last in SequenceMatcher(None, ours, theirs, False).get_opcodes():
        yield from _in_order(left[begin:end], right[first:last])


def _in_order(left: Sequence[Ran], right: Sequence[Ran]) -> Iterator[Pair]:
    """Pair from the latest backwards: what has no counterpart is what was tried before."""
    backwards = zip_longest(reversed(left), reversed(right))
    yield from (Pair(ours, theirs) for ours, theirs in backwards)


def differences(pair: Pair, same_outputs: Callable[[Ran, Ran], bool]) -> tuple[Difference, ...]:
    """Return in what the two differ; `same_outputs` is asked only where there are two."""
    left, right = pair.left, pair.right
    if left is None:
        return ("only right",)
    if right is None:
        return ("only left",)
    found: list[Difference] = []
    if left.source_hash != right.source_hash:
        found.append("code")
    if not same_outputs(left, right):
        found.append("outputs")
    if left.status != right.status:
        found.append("status")
    return tuple(found)


def settled(text: str) -> str:
    """Return a text without what differs from run to run and says nothing."""
    return _UUID.sub("…", _ADDRESS.sub("0x…", text))


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a variable. `whole`: the summary is the value, all of it."""

    facts: Hashable
    whole: bool
    by: int


def verdict(left: Seen | None, right: Seen | None, shared: int) -> Verdict:
    """Say whether a variable is the same in two runs; `shared` is the last seq they share.

    `alike` is what is known of both, and it does not prove that they are equal.
    """
    if left is None or right is None or left.facts != right.facts:
        return "different"
    untouched = shared > 0 and max(left.by, right.by) <= shared
    return "same" if untouched or (left.whole and right.whole) else "alike"
