"""How figures are summed up and printed."""

import statistics
from collections.abc import Sequence


def spread(values: Sequence[float], unit: str) -> str:
    """Return minimum, median and maximum of some figures of one unit."""
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{middle:.4g} {unit} (min {low:.4g}, max {high:.4g}, n {len(values)})"


def report(what: str, ours: Sequence[float], theirs: Sequence[float], unit: str, goal: str) -> None:
    """Print both sides and the ratio of their medians."""
    ratio = statistics.median(ours) / statistics.median(theirs)
    print(f"{what}\n  ours   {spread(ours, unit)}\n  theirs {spread(theirs, unit)}")
    print(f"  ratio  {ratio:.3f}  (goal {goal})", flush=True)
