"""Whether what was acknowledged is there, exactly once, and everybody has the same. Pure.

What clients meant to do and what they were told is a log; what is there in the end are replicas.
As in Jepsen's tests: what was not acknowledged may be there or not, but never twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Log:
    """What was meant, and what was acknowledged of it."""

    intended: set[str] = field(default_factory=set)
    acknowledged: set[str] = field(default_factory=set)
    removed: set[str] = field(default_factory=set)
    """What somebody meant to take away: it may be there or not."""
    outputs: dict[tuple[str, int], str] = field(default_factory=dict)
    """What an output cell that was seen to have ended had printed; by run and seq."""


def verdict(
    log: Log,
    replicas: Mapping[str, Sequence[str]],
    timelines: Mapping[str, Sequence[tuple[int, str]]],
) -> list[str]:
    """Return what is wrong, in sentences.

    `replicas`: the sources of the cells, by who has them. `timelines`: seq and text of the output
    cells of each run.
    """
    return [*_of_edits(log, replicas), *_of_replicas(replicas), *_of_outputs(log, timelines)]


def _of_edits(log: Log, replicas: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for who, sources in replicas.items():
        words = " ".join(sources).split()
        for token in sorted(log.intended):
            count = words.count(token)
            if count > 1:
                yield f"{who} has {token} {count} times"
            elif not count and token in log.acknowledged - log.removed:
                yield f"{who} lacks {token}, which was acknowledged"


def _of_replicas(replicas: Mapping[str, Sequence[str]]) -> Iterator[str]:
    (first, expected), *others = replicas.items()
    for who, sources in others:
        if list(sources) != list(expected):
            yield f"{who} has another text than {first}"


def _of_outputs(log: Log, timelines: Mapping[str, Sequence[tuple[int, str]]]) -> Iterator[str]:
    for (run, seq), text in sorted(log.outputs.items()):
        found = [there for number, there in timelines.get(run, ()) if number == seq]
        if found != [text]:
            yield f"output {seq} of run {run} was {text!r} and is {found!r}"
    for run, cells in timelines.items():
        numbers = [number for number, _ in cells]
        if len(numbers) != len(set(numbers)):
            yield f"run {run} has an output twice: {numbers}"
    texts = [text for cells in timelines.values() for _, text in cells if text]
    for text in sorted({text for text in texts if texts.count(text) > 1}):
        yield f"{text!r} was printed once and is there {texts.count(text)} times"
