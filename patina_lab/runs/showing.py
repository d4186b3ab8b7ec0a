"""What of a run is shown in the runs document, when that is written next."""

from __future__ import annotations

from collections.abc import Callable

from patina_lab import wire
from patina_lab.model.ids import RunId
from patina_lab.runlog.variables import Variables
from patina_lab.runs.publisher import Publisher
from patina_lab.runs.timeline import Timeline


class Showing:
    """Writes one run's part of the document; nobody else does."""

    def __init__(
        self,
        publisher: Publisher,
        run: Callable[[], wire.Run],
        timeline: Timeline,
        variables: Callable[[], Variables],
    ) -> None:
        self._publisher, self._document = publisher, publisher.document
        self._run, self._timeline, self._variables = run, timeline, variables
        self._cells: set[int] = set()
        self._show_variables = False

    def soon(self) -> None:
        """Show the run's own fields."""
        self._publisher.request(self._write)

    def cell(self, seq: int) -> None:
        """Show an output cell, or that it is no more."""
        self._cells.add(seq)
        self.soon()

    def variables(self) -> None:
        """Show the variables."""
        self._show_variables = True
        self.soon()

    def hurry(self) -> None:
        """Show it at once: what people waited for has come."""
        self._publisher.hurry()

    def flush(self) -> None:
        """Show it now."""
        self._publisher.flush()

    def forget(self) -> None:
        """Write no more into the document: the run is no longer in it."""
        self._publisher.forget(self._write)

    def _write(self) -> None:
        run, cells, self._cells = self._run(), sorted(self._cells), set()
        self._document.put_run(run)
        for seq in cells:
            if seq in self._timeline:
                self._document.put_cell(RunId(run.id), self._timeline[seq])
            else:
                self._document.remove_cell(RunId(run.id), seq)
        if self._show_variables:
            self._show_variables = False
            self._document.put_globals(RunId(run.id), self._variables().rows())
