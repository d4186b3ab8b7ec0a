"""Notebooks, their sources and files, and this server."""

from __future__ import annotations

from msgspec import field

from patina_lab.wire.names import CellType, Format, SourceNoticeKind
from patina_lab.wire.runs import Run
from patina_lab.wire.wording import Wire, Worded, Wordings


class SourceNotice(Worded, Wire, frozen=True):
    """What people have to know about a notebook's file: what happened, why, what to do.

    `cells`: of which both versions are kept. `file`: where something was kept, below the root.
    """

    kind: SourceNoticeKind
    message: str
    reason: str
    hint: str
    cells: list[str] | None = None
    file: str | None = None
    wording: Wordings | None = None


class Notebook(Wire, frozen=True):
    """An open notebook."""

    id: str
    path: str
    kernel: str
    language: str
    runs: list[Run]


class KernelChoice(Wire, frozen=True):
    """A kernelspec a notebook can be written for.

    `missing`: programs that its kernels need, and that this server has not.
    """

    name: str
    display_name: str
    language: str
    missing: list[str] | None = None


class Info(Wire, frozen=True):
    """Reply of `GET api/patina`."""

    version: str
    protocol: str
    notebooks_root: str
    kernels: list[KernelChoice]


class CreateNotebook(Wire, frozen=True, forbid_unknown_fields=True):
    """Body of `POST api/patina/notebooks`. `path` is relative to the server's root."""

    path: str
    kernel: str


class SourceCell(Wire, frozen=True):
    """A cell of the source, as the server's copy of the document has it now."""

    id: str
    type: CellType
    source: str
    source_hash: str
    tags: list[str] = field(default_factory=list)


class Flushed(Wire, frozen=True):
    """Reply of `POST api/patina/notebooks/{id}/flush`: all of it is on disk."""

    path: str
    runs: int


class Cleared(Wire, frozen=True):
    """Reply of `DELETE api/patina/runs/{run}/timeline`: output cells that are gone, and others."""

    deleted: int
    kept: int


class Convert(Wire, frozen=True, forbid_unknown_fields=True, rename={"source": "from"}):
    """Body of `POST api/patina/convert`. Both paths are relative to the server's root.

    `run`: the run whose outputs go along. `runs`: whether a `.tsnb` gets all runs. `force`: write
    over what is there. `format`, `kernel`: others than names and metadata say.
    """

    source: str
    to: str
    run: str | None = None
    force: bool = False
    runs: bool = True
    format: Format | None = None
    kernel: str | None = None


class Converted(Worded, Wire, frozen=True):
    """Reply of `POST api/patina/convert`. `notes`: what a person should know of the new file."""

    path: str
    format: Format
    bytes: int
    cells: int
    runs: int
    kernel: str
    language: str
    notes: list[str]
    wording: Wordings | None = None
