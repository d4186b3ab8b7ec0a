"""Two runs side by side."""

from __future__ import annotations

from patina_lab.wire.names import Difference, LineKind, Verdict
from patina_lab.wire.outputs import OutputCell
from patina_lab.wire.runs import Run
from patina_lab.wire.variables import Global
from patina_lab.wire.wording import Wire


class DiffLine(Wire, frozen=True):
    """A line of both texts, of one of them, or (`gap`) how many lines of both are left out."""

    kind: LineKind
    text: str


class ComparedCell(Wire, frozen=True):
    """Two output cells of one cell, or one without a counterpart; nothing in `differs`: the same.

    `code` and `output` are there where those differ and are not too long to compare by line.
    """

    cell: str
    differs: list[Difference]
    left: OutputCell | None = None
    right: OutputCell | None = None
    code: list[DiffLine] | None = None
    output: list[DiffLine] | None = None


class ComparedGlobal(Wire, frozen=True):
    """A variable in two runs. `alike`: what is known of both is equal, and is not all of it."""

    name: str
    verdict: Verdict
    left: Global | None = None
    right: Global | None = None


class Comparison(Wire, frozen=True):
    """Two runs side by side: those cells and variables first that differ, then in order.

    `shared` output cells are of before a fork, the same in both, and left out. `*_total` and
    `*_different` count all of them, listed or not. `*_past`: the run has no kernel, and these are
    the variables as they were last.
    """

    left: Run
    right: Run
    shared: int
    cells: list[ComparedCell]
    cells_total: int
    cells_different: int
    globals: list[ComparedGlobal]
    globals_total: int
    globals_different: int
    globals_alike: int
    left_past: bool = False
    right_past: bool = False
