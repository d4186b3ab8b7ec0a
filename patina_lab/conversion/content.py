"""What all formats are converted to and from: a source, and runs that have ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from patina_lab import wire
from patina_lab.document.format import TsnbDocument
from patina_lab.model.outputs import Blob
from patina_lab.text import Text

Keep = Callable[[Blob], None]
"""Takes the bytes of an output that are too large to stand in a log."""
Read = Callable[[str], bytes]
"""Returns the bytes of a blob by its name."""


@dataclass(frozen=True, slots=True)
class PastRun:
    """A run without a kernel. `kept` is what only the program it came from understands."""

    id: str
    title: str
    created: str
    kernel: str
    language: str
    cells: tuple[wire.OutputCell, ...] = ()
    variables: tuple[wire.Global, ...] = ()
    error: wire.RunError | None = None
    parent: wire.ForkPoint | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """A notebook: its source, its runs (the oldest first), and what a person should know."""

    document: TsnbDocument
    runs: tuple[PastRun, ...] = ()
    notes: tuple[Text, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Stamp:
    """The names that a new notebook gets: its id, that of its run, and when and by whom."""

    notebook: str
    run: str
    at: str
    by: str
    title: str = "Imported"
