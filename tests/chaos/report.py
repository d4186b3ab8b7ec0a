"""What came of it, in lines that people and `make test` read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.chaos.acts import Counts
from tests.chaos.memory import Sample, growth, trend
from tests.chaos.world import World

_MIB = 2**20
_MINUTE = 60
_SERIES = 5 * _MINUTE
"""So many samples, of one a second, lie between two that are told."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened, and what is wrong."""

    world: World
    counts: Counts
    wrong: list[str]


def summary(outcome: Outcome, not_run: Sequence[str]) -> Iterator[str]:
    """Yield the lines; the last is a closing line as those of pytest."""
    world, counts = outcome.world, outcome.counts
    yield "happened: " + ", ".join(f"{name} {n}" for name, n in sorted(counts.done.items()))
    yield "refused: " + ", ".join(f"{name} {n}" for name, n in sorted(counts.refused.items()))
    yield from memory_lines(world.memory.lives)
    yield from left_lines(world.left)
    outputs = world.checked + world.looked_at
    logs = [*world.past, world.log]
    acknowledged, intended, removed = (
        sum(map(len, each))
        for each in zip(
            *((one.acknowledged, one.intended, one.removed) for one in logs), strict=True
        )
    )
    edits = f"{acknowledged} of {intended} edits acknowledged"
    yield f"checked: {edits}, {removed} taken away; {outputs} outputs"
    yield from outcome.wrong
    yield from (f"SKIPPED [1] {name}: this machine does not allow it" for name in not_run)
    checked = acknowledged + outputs
    failed = f"{len(outcome.wrong)} failed, " if outcome.wrong else ""
    yield f"seed {world.seed}: {failed}{checked} passed"


def memory_lines(lives: Sequence[Sequence[Sample]]) -> Iterator[str]:
    """Yield how much memory each life of the server took, and whether it grew."""
    for number, life in enumerate(lives, 1):
        if life:
            sizes = [one.size // _MIB for one in life]
            yield (
                f"server {number}: {life[-1].seconds:.0f} s, {sizes[0]} MiB at first,"
                f" {sizes[-1]} at last, at most {max(sizes)}, {_per_minute(growth([life]))}"
            )
            if every := sizes[_SERIES:-1:_SERIES]:
                yield f"  every {_SERIES // _MINUTE} minutes: {', '.join(map(str, every))} MiB"
    yield f"memory of all servers: {_per_minute(growth(lives))}"


def left_lines(left: Sequence[Sample]) -> Iterator[str]:
    """Yield what of memory was left after each notebook, and how that grows."""
    if not left:
        return
    sizes = ", ".join(f"{one.size / _MIB:.1f}" for one in left)
    yield f"left after each of {len(left)} notebooks: {sizes} MiB"
    # The first has what is read once, as modules are.
    if (found := trend(left[1:])) is not None:
        slope, margin = (one * _MINUTE / _MIB for one in found)
        yield f"after the first: {slope:+.3f} ± {margin:.3f} MiB a minute (95 %)"


def _per_minute(slope: float | None) -> str:
    return (
        "too short for a slope" if slope is None else f"{slope * _MINUTE / _MIB:+.2f} MiB a minute"
    )
