"""What was measured, what it should be, and how both are printed."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RatioAtMost:
    """Ours divided by theirs, medians of both, is at most this."""

    limit: float


@dataclass(frozen=True, slots=True)
class AtMost:
    """The median of ours is at most this, in the figure's unit."""

    limit: float


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing that was measured: on our side, and on the side it is compared with.

    `theirs` is empty where there is nothing to compare with; `goals` is empty for what is only
    told. `bound` is when waiting was given up: a value that reaches it means "not in that time".
    """

    what: str
    unit: str
    ours: Sequence[float]
    theirs: Sequence[float] = ()
    versus: str = ""
    goals: tuple[RatioAtMost | AtMost, ...] = ()
    bound: float | None = None

    @property
    def ratio(self) -> float | None:
        """Ours divided by theirs, medians of both."""
        if not self.theirs or not statistics.median(self.theirs):
            return None
        return statistics.median(self.ours) / statistics.median(self.theirs)

    @property
    def met(self) -> bool | None:
        """Whether all goals are met; None when there is none."""
        return all(self._meets(goal) for goal in self.goals) if self.goals else None

    def _meets(self, goal: RatioAtMost | AtMost) -> bool:
        if isinstance(goal, AtMost):
            return statistics.median(self.ours) <= goal.limit
        return self.ratio is not None and self.ratio <= goal.limit

    def lines(self) -> list[str]:
        """Return the figure as lines of text."""
        lines = [self.what, f"  ours    {self._spread(self.ours)}"]
        if self.theirs:
            lines.append(f"  theirs  {self._spread(self.theirs)}  {self.versus}")
        if self.ratio is not None:
            lines.append(f"  ratio   {self.ratio:.3f}")
        lines += [f"  goal    {self._goal(goal)}" for goal in self.goals]
        return lines

    def _goal(self, goal: RatioAtMost | AtMost) -> str:
        word = "met" if self._meets(goal) else "MISSED"
        if isinstance(goal, AtMost):
            return f"at most {goal.limit:g} {self.unit}: {word}"
        return f"ratio at most {goal.limit:g}: {word}"

    def _spread(self, values: Sequence[float]) -> str:
        middle, count = statistics.median(values), len(values)
        if self.bound is not None and middle >= self.bound:
            return f"not within {self.bound:g} {self.unit} (n {count})"
        if count == 1:
            return f"{_short(middle)} {self.unit}"
        low, high = _short(min(values)), _short(max(values))
        return f"{_short(middle)} {self.unit} (min {low}, max {high}, n {count})"

    def summary(self) -> str:
        """Return the figure as one line."""
        verdict = {True: "met   ", False: "MISSED", None: "      "}[self.met]
        ratio = "      " if self.ratio is None else f"{self.ratio:6.3f}"
        theirs = f"  against  {self._spread(self.theirs)}" if self.theirs else ""
        return f"{verdict} {ratio}  {self.what}: {self._spread(self.ours)}{theirs}"


def _short(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"
