"""Runs to begin tests with, and events in short."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields

from patina_lab.model import events as on
from patina_lab.model.effects import Effect
from patina_lab.model.events import Event
from patina_lab.model.ids import CellId, KernelId, NotebookId, RequestId, RunId, Seq
from patina_lab.model.run import Run
from patina_lab.model.transition import transition

AT = "2026-01-01T00:00:00.000Z"


class Tried(Run):
    """A run that can be told in a test what happens to it."""

    __slots__ = ()

    def after(self, event: Event) -> tuple[Tried, tuple[Effect, ...]]:
        run, effects = transition(self, event)
        return tried(run), effects


def tried(run: Run) -> Tried:
    return Tried(**{field.name: getattr(run, field.name) for field in fields(run)})


def starting() -> Tried:
    return Tried(
        id=RunId("run"),
        notebook=NotebookId("notebook"),
        title="Run 1",
        created=AT,
        kernel_name="python3",
        language="python",
    )


def after(run: Run, *events: Event) -> Tried:
    """Return the run after these events."""
    for event in events:
        run, _ = transition(run, event)
    return tried(run)


def effects_of(run: Run, *events: Event) -> list[Effect]:
    """Return everything that is to be done about these events."""
    done: list[Effect] = []
    for event in events:
        run, effects = transition(run, event)
        done += effects
    return done


def submitted(cells: str | Iterable[str], request: str = "r") -> on.Submitted:
    asked = tuple(on.Asked(CellId(name), f"source of {name}", "hash") for name in cells)
    return on.Submitted(RequestId(request), asked, "Ada", AT)


def ready(kernel: str = "k1") -> on.KernelReady:
    return on.KernelReady(KernelId(kernel), AT)


def finished(seq: int, *, ok: bool = True) -> on.Finished:
    return on.Finished(Seq(seq), ok, seq, AT)


def idle() -> Tried:
    return after(starting(), ready())


def busy(cells: str = "a") -> Tried:
    """Return a run whose first cell runs, and in which the others wait."""
    return after(idle(), submitted(cells))


def queued_with(run: Run, cells: str) -> Tried:
    return after(run, submitted(cells, f"request for {cells} after {run.last_seq}"))
