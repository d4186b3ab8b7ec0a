"""Whether what was acknowledged is there, exactly once, and everybody has the same. Pure.

What clients meant to do and what they were told is a log; what is there in the end are replicas.
As in Jepsen's tests: what was not acknowledged may be there or not, but never twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from tests.chaos.notebook import is_begin, is_whole, name_in

FINAL = ("succeeded", "failed", "interrupted", "not run")


class Output(NamedTuple):
    """An output cell."""

    seq: int
    status: str
    text: str


Timelines = Mapping[str, Sequence[Output]]


@dataclass(slots=True)
class Log:
    """What was meant, and what was acknowledged of it."""

    intended: set[str] = field(default_factory=set)
    acknowledged: set[str] = field(default_factory=set)
    removed: set[str] = field(default_factory=set)
    """What somebody has taken away: everybody does without it in the end."""
    asked: set[tuple[str, int]] = field(default_factory=set)
    """Executions that were seen in a run whose history is kept; by run and seq."""
    outputs: dict[tuple[str, int], str] = field(default_factory=dict)
    """What an output cell that was seen to have ended had printed; by run and seq."""

    def forget_run(self, run: str) -> None:
        """Expect nothing any more of a run that was deleted."""
        self.asked = {one for one in self.asked if one[0] != run}
        self.outputs = {at: text for at, text in self.outputs.items() if at[0] != run}


def verdict(log: Log, sources: Mapping[str, Sequence[str]], timelines: Timelines) -> list[str]:
    """Return what is wrong, in sentences.

    `sources`: those of the cells, by who has them. `timelines`: the output cells of each run.
    """
    wrong = [_of_edits(log, sources), _of_replicas(sources), of_outputs(log, timelines)]
    return [sentence for part in wrong for sentence in part]


def _of_edits(log: Log, replicas: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for who, sources in replicas.items():
        words = " ".join(sources).split()
        for token in sorted(log.intended):
            count = words.count(token)
            if count > 1:
                yield f"{who} has {token} {count} times"
            elif count and token in log.removed:
                yield f"{who} has {token}, which was taken away"
            elif not count and token in log.acknowledged - log.removed:
                yield f"{who} lacks {token}, which was acknowledged"


def _of_replicas(replicas: Mapping[str, Sequence[str]]) -> Iterator[str]:
    (first, expected), *others = replicas.items()
    for who, sources in others:
        if list(sources) != list(expected):
            yield f"{who} has another text than {first}"


def of_outputs(log: Log, timelines: Timelines) -> Iterator[str]:
    """Yield what is wrong with output cells."""
    there = {(run, one.seq): one for run, cells in timelines.items() for one in cells}
    for run, seq in sorted(log.asked - there.keys()):
        yield f"output {seq} of run {run} was asked for, and is not there"
    for at, text in sorted(log.outputs.items()):
        found = there[at].text if at in there else None
        if found != text:
            yield f"output {at[1]} of run {at[0]} was {text!r} and is {found!r}"
    for run, cells in timelines.items():
        numbers = [one.seq for one in cells]
        if len(numbers) != len(set(numbers)):
            yield f"run {run} has an output twice: {numbers}"
        yield from _of_timeline(run, cells)
    yield from _of_names([one.text for cells in timelines.values() for one in cells])


def _of_timeline(run: str, cells: Sequence[Output]) -> Iterator[str]:
    for one in cells:
        if one.status not in FINAL:
            yield f"output {one.seq} of run {run} is {one.status} for ever"
        elif one.status == "succeeded" and not is_whole(one.text):
            yield f"output {one.seq} of run {run} has not what was printed: {one.text!r}"
        elif not is_begin(one.text):
            yield f"output {one.seq} of run {run} is not what was printed first: {one.text!r}"


def _of_names(texts: list[str]) -> Iterator[str]:
    names = [name for text in texts if (name := name_in(text))]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"{name} was printed once and is there {names.count(name)} times"
