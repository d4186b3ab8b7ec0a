"""What a language gives the machine: hooks around a fork, its globals, its snapshots.

A kernel class (any `ipykernel.kernelbase.Kernel`) has these as its attribute `patina`. The shapes
are those of the control-channel contract (docs/reference/api.md, "The kernels").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from patina_kernel.text import told

if TYPE_CHECKING:
    from patina_kernel.forking import Audit, Claim

Kind = Literal["data", "function", "class", "module", "other"]
Change = Literal["new", "rebound", "maybe", "gone"]
SUMMARY_CHARS = 200


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One thing that was not carried exactly: its kind and name, what became of it, what to do."""

    kind: str
    name: str
    what: str
    advice: str

    def told(self) -> dict[str, Any]:
        """Return it as messages have it."""
        return {
            "kind": self.kind,
            "name": self.name,
            **told(what=self.what, advice=self.advice),
        }


@dataclass(frozen=True, slots=True)
class Global:
    """One variable (or one part of one), summarised without running anybody's code.

    `bytes` is its own size in memory, `shape` the extents of an array or frame, `summary` at most
    SUMMARY_CHARS characters. `approximate` marks figures that were not counted exactly, and
    `unreadable` a value of which nothing but its type can be told.
    """

    name: str
    type: str
    kind: Kind
    summary: str
    has_children: bool
    bytes: int | None = None
    length: int | None = None
    shape: tuple[int, ...] | None = None
    dtype: str | None = None
    changed: Change | None = None
    approximate: bool = False
    unreadable: bool = False


@dataclass(frozen=True, slots=True)
class Delta:
    """What changed since the last one. Not `complete`: more is to come, ask again when idle."""

    changes: tuple[Global, ...]
    total: int
    complete: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """What a value looks like: a MIME type that browsers show, and the bytes in base64."""

    mime: str
    data: str


@dataclass(frozen=True, slots=True)
class Page:
    """Some children of a value. `total` counts all of them.

    `tells`: to find them, more was learnt of the globals than the latest delta has. `picture`: of
    a value that is one, on its first page.
    """

    of: Global
    children: tuple[Global, ...]
    total: int
    tells: bool = False
    picture: Picture | None = None


class NoSuchGlobalError(LookupError):
    """The name, or a step of the path below it, is not there (any more)."""


class Inspector(Protocol):
    """Watches the globals. Nothing here runs user code, whatever the values are."""

    def before_cell(self, code: str) -> None:
        """A cell is about to run: note what it may change."""

    def delta(self, seconds: float) -> Delta:
        """Return what changed, the names the cell bound first; stop after so many seconds."""

    def table(self) -> tuple[Global, ...]:
        """Return all globals, as last seen."""

    def children(self, name: str, path: Sequence[str], offset: int, limit: int) -> Page:
        """Return a page of the children of a value. Raises NoSuchGlobalError."""


class SnapshotError(Exception):
    """A snapshot that cannot be written or read: what, why, and what to do (`hint`)."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


class Snapshots(Protocol):
    """State on disk, variable by variable; never all or nothing."""

    def save(self, path: Path) -> tuple[int, tuple[ReportLine, ...]]:
        """Write a snapshot; return its bytes and what was not saved. Raises SnapshotError."""

    def load(self, path: Path) -> tuple[ReportLine, ...]:
        """Read a snapshot into this process; return what did not come back, or SnapshotError."""


@dataclass(frozen=True, slots=True)
class Imaged:
    """The process itself is kept when a state is saved, as an image, where that can be.

    `key`: what an image goes with besides this machine (a toolchain); `folders`: whose files, which
    it has mapped, may be gone when it is loaded.
    """

    key: str
    folders: tuple[Path, ...]


class Language(Protocol):
    """Everything the machine asks of a language."""

    name: str
    engine: str
    sees_interrupts: bool
    """Whether a cell notices SIGINT. Where not, an interrupt ends the process, and it goes on from
    the state before the cell."""
    looks_aside: bool
    """Whether `inspector.children` may be asked by another thread while a cell runs. Where not, it
    is asked when the cell has ended."""

    @property
    def inspector(self) -> Inspector:
        """What watches its globals."""

    @property
    def snapshots(self) -> Snapshots:
        """What writes and reads its state."""

    def before_fork(self) -> None:
        """The process is about to be copied. Raise nothing; keep it short."""

    def rest(self) -> set[int]:
        """End threads of the language's own for a fork; return the system's numbers of them."""

    def own_files(self) -> frozenset[str]:
        """Return the paths of open files that are the language's own, and that it sees to."""

    def claims(self, found: Audit) -> tuple[Claim, ...]:
        """Return what `after_fork` can put right in a plain copy of a process like this."""

    def thread_names(self) -> dict[int, str]:
        """Return the names of threads that the language knows better than the system."""

    def after_fork(self, *, reseed: bool) -> tuple[ReportLine, ...]:
        """This is the copy: mend what a copy must not share. `reseed`: give it other randomness."""

    def imaged(self) -> Imaged | None:
        """Return how images of this process are kept; None: its snapshots have all of it."""

    def to_thawed(self) -> tuple[dict[str, Any], list[int]]:
        """Return what a process out of an image goes on with in place of this: and descriptors."""

    def after_thaw(self, given: Mapping[str, Any], descriptors: Sequence[int]) -> None:
        """This process comes out of an image, and `after_fork` has been called.

        It is given what `to_thawed` has returned, and `state`, the path of its file.
        """

    def fresh_randomness(self) -> None:
        """This is a new kernel from a warm template: it must share random state with nobody."""

    def read_environment(self) -> None:
        """This new kernel's environment variables are not the template's: read them again."""

    def lock(self, resolved: Mapping[str, Any]) -> None:
        """Take packages at the versions that the notebook's `[lock]` names. Raises ValueError."""

    def need(self, wanted: Mapping[str, Any]) -> None:
        """Have the packages of the notebook's `[dependencies]` before its first cell."""


class Unimaged:
    """The answers of a language whose snapshots have all there is: a base of its class."""

    def imaged(self) -> Imaged | None:
        """No image is kept."""
        return None

    def to_thawed(self) -> tuple[dict[str, Any], list[int]]:
        """There is no image."""
        return {}, []

    def after_thaw(self, given: Mapping[str, Any], descriptors: Sequence[int]) -> None:
        """Do nothing: it comes out of no image."""


class OneThread(Unimaged):
    """The answers of a language without threads and files of its own: a base of its class.

    Names of threads that others have made are the system's.
    """

    looks_aside = True

    def rest(self) -> set[int]:
        """There is no thread to end."""
        return set()

    def own_files(self) -> frozenset[str]:
        """There are none."""
        return frozenset()

    def claims(self, found: Audit) -> tuple[Claim, ...]:  # noqa: ARG002 - the protocol's
        """There is nothing to heal."""
        return ()

    def thread_names(self) -> dict[int, str]:
        """None is known better."""
        return {}

    def lock(self, resolved: Mapping[str, Any]) -> None:
        """No packages are resolved here."""

    def need(self, wanted: Mapping[str, Any]) -> None:
        """No packages are had before they are asked for."""
