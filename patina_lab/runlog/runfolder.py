"""The folder beside a notebook in which its runs are kept: `<notebook>.tsnb.runs`."""

from __future__ import annotations

import logging
import os
import shutil
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from send2trash import send2trash  # type: ignore[attr-defined]

from patina_lab import wire
from patina_lab.confined import PART
from patina_lab.document.manifest import wire_error
from patina_lab.model.run import RunError
from patina_lab.runlog.copies import made_own
from patina_lab.runlog.log import LoadedLog, RunLogError, load, why_unread
from patina_lab.runlog.records import Header
from patina_lab.runlog.snapshots import Snapshot
from patina_lab.runlog.variables import Variables
from patina_lab.text import gettext as _
from patina_lab.text import said_by

log = logging.getLogger(__name__)
SUFFIX = ".runs"


@dataclass(frozen=True, slots=True)
class KnownRun:
    """What is known of a run, whoever drives it: what it says, what it ran, its variables.

    Of one that is not driven here, the log cannot be read, or is not ours to write. `is_whole`:
    nothing that it ran is missing.
    """

    run: wire.Run
    cells: list[wire.OutputCell] = field(default_factory=list)
    variables: Variables = field(default_factory=Variables)
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class Kept:
    """A run whose log was read."""

    path: Path
    loaded: LoadedLog


class RunFolder:
    """Where the runs of one notebook are. Moves along when the notebook is renamed."""

    def __init__(self, notebook_file: Path) -> None:
        self.path = Path(f"{notebook_file}{SUFFIX}")

    @property
    def blobs(self) -> Path:
        """The folder of the outputs' bytes."""
        return self.path / "blobs"

    def log_path(self, run: str) -> Path:
        """Return where the log of a run is."""
        return self.path / f"{run}.jsonl"

    def snapshot(self, run: str) -> Snapshot:
        """Return where the saved state of a run is."""
        return Snapshot(self.path / f"{run}.snapshot")

    def tidy(self, notebook: str, copy_of: str | None = None) -> None:
        """Mend what a crash or a copy has left, before anything is read. Blocks.

        `copy_of`: the notebook that this folder was copied from, together with its notebook. The
        copied runs get ids of their own: what happens to them must not happen to the others.
        """
        for aside in self.path.glob("*.snapshot.old"):
            with suppress(OSError):
                Snapshot(aside.with_suffix("")).recover()
        for left in (*self.path.glob(f"{PART}*"), *self.path.glob(".*.jsonl.new")):
            with suppress(OSError):
                left.unlink()
        if copy_of is not None:
            self.make_own(notebook, copy_of)

    def load(self, notebook: str) -> list[Kept | KnownRun]:
        """Read all logs, and write nothing. Blocks: call it off the event loop."""
        return [_load(path, notebook) for path in sorted(self.path.glob("*.jsonl"))]

    def make_own(self, notebook: str, copy_of: str) -> None:
        """Make copied runs of the notebook `copy_of` those of `notebook`. Blocks."""
        logs = sorted(self.path.glob("*.jsonl"))
        names = {path.stem: str(uuid.uuid4()) for path in logs}
        for path in logs:
            try:
                if made_own(path, names, notebook, copy_of):
                    self.snapshot(path.stem).give_to(self.snapshot(names[path.stem]))
            except OSError as error:
                log.warning("%s stays the run of another notebook: %s", path, error)

    def move(self, notebook_file: Path) -> bool:
        """Follow the notebook to another place; False where there are another notebook's runs."""
        target = Path(f"{notebook_file}{SUFFIX}")
        if target != self.path and self.path.is_dir():
            if target.exists():
                log.warning("%s exists already: the runs stay in %s", target, self.path)
                return False
            os.rename(self.path, target)  # noqa: PTH104 (as atomic, and says what it does)
        self.path = target
        return True

    def remove(self, *, to_trash: bool) -> None:
        """Delete it, as the notebook was deleted. Blocks. What fails is left, and logged."""
        try:
            if self.path.is_symlink():
                self.path.unlink()
            elif to_trash and self.path.exists():
                send2trash(self.path)
            else:
                shutil.rmtree(self.path, ignore_errors=True)
        except OSError as error:
            log.warning("%s stays: %s", self.path, error)


def _load(path: Path, notebook: str) -> Kept | KnownRun:
    try:
        loaded = load(path)
    except (RunLogError, OSError) as error:
        log.warning("%s", error)
        return KnownRun(_unreadable(path, notebook, error), is_whole=False)
    if loaded.torn_bytes:
        log.warning("%s: dropped %d bytes of a torn last line", path, loaded.torn_bytes)
    header = loaded.folded.header
    if header.notebook != notebook:
        log.warning("%s belongs to another notebook (%s)", path, header.notebook)
        return _known(_foreign(header, loaded, notebook), loaded)
    return Kept(path, loaded)


def _foreign(header: Header, loaded: LoadedLog, notebook: str) -> wire.Run:
    error = RunError(
        _("This run belongs to another notebook"),
        _(
            "It was made in the notebook %1, and this one is %2: one of them was copied, or the id"
            " in its file was changed",
            header.notebook,
            notebook,
        ),
        _("It is shown and left as it is. Start a new run to go on."),
    )
    return _shown(loaded, notebook, wire_error(error))


def not_writable(kept: Kept, notebook: str, error: OSError) -> KnownRun:
    """Return a run whose log can be read and not written: it cannot go on."""
    problem = RunError(
        _("This run can be read only"),
        said_by(error),
        _("Make its folder writable, or open a copy of the notebook elsewhere."),
    )
    return _known(_shown(kept.loaded, notebook, wire_error(problem)), kept.loaded)


def of_log(loaded: LoadedLog) -> KnownRun:
    """Return what a log tells of its run."""
    folded = loaded.folded
    return _known(_shown(loaded, folded.header.notebook, folded.error), loaded)


def driven_elsewhere(kept: Kept, notebook: str) -> KnownRun:
    """Return a run as its log says that it is, at the server that drives it."""
    folded = kept.loaded.folded
    run = msgspec.structs.replace(_shown(kept.loaded, notebook, folded.error), status=folded.status)
    return _known(run, kept.loaded)


def _known(run: wire.Run, loaded: LoadedLog) -> KnownRun:
    return KnownRun(run, [*loaded.folded.cells.values()], loaded.folded.variables)


def _shown(loaded: LoadedLog, notebook: str, error: wire.RunError | None) -> wire.Run:
    header = loaded.folded.header
    return wire.Run(
        id=header.id,
        notebook=notebook,
        title=loaded.folded.title,
        created=header.created,
        kernel_name=header.kernel_name,
        language=header.language,
        status="lost",
        queue=[],
        last_seq=loaded.folded.last_seq,
        session=loaded.folded.session,
        parent=header.parent,
        error=error,
    )


def _unreadable(path: Path, notebook: str, error: RunLogError | OSError) -> wire.Run:
    try:
        changed = path.stat().st_mtime
    except OSError:
        changed = 0.0
    unread = RunError(
        _("The history of this run cannot be read"),
        why_unread(error),
        _("The file is left as it is: mend that line in a text editor, or move the file."),
    )
    created = datetime.fromtimestamp(changed, UTC).isoformat(timespec="milliseconds")
    return wire.Run(
        id=path.stem,
        notebook=notebook,
        title=path.stem[:8],
        created=created.replace("+00:00", "Z"),
        kernel_name="",
        language="",
        status="lost",
        queue=[],
        last_seq=0,
        session=0,
        error=wire_error(unread),
    )
