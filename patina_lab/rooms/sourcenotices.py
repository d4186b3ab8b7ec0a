"""What people have to know about the file of a notebook, in words. Pure."""

from __future__ import annotations

import errno
from pathlib import PurePosixPath

from patina_lab import wire
from patina_lab.document.errors import TsnbError
from patina_lab.rooms.claim import Server

_FULL = (errno.ENOSPC, errno.EDQUOT)
BLOCKING: tuple[wire.SourceNoticeKind, ...] = (
    "unreadable",
    "gone",
    "other notebook",
    "other server",
)
"""What keeps the file from being written until a person has decided, or it is as it was."""


def _name(path: str) -> str:
    return PurePosixPath(path).name


def conflict(path: str, cells: list[str]) -> wire.SourceNotice:
    """Say of which cells both versions are kept."""
    count = "A cell was" if len(cells) == 1 else f"{len(cells)} cells were"
    return wire.SourceNotice(
        kind="conflict",
        message=f"{count} changed here and in {_name(path)} on disk",
        reason="The same lines were changed in both",
        hint="Both versions are kept: the one from disk is in a cell below. Delete one of them.",
        cells=cells,
    )


def backup(path: str, kept: str, why: str) -> wire.SourceNotice:
    """Say where edits are that could not be merged."""
    return wire.SourceNotice(
        kind="backup",
        message=f"Edits of {_name(path)} were kept in {_name(kept)}",
        reason=why,
        hint="Open that file, and take from it what is missing here.",
        file=kept,
    )


def no_backup(path: str, error: OSError) -> wire.SourceNotice:
    """Say that edits which cannot be merged are nowhere but where they were made."""
    return wire.SourceNotice(
        kind="backup",
        message=f"Edits of {_name(path)} that cannot be merged could not be kept in a file",
        reason=error.strerror or str(error),
        hint="Free space, or move such files away: it is tried again. Keep the page open that has"
        " them, or copy from it what you need.",
    )


def read_only(path: str) -> wire.SourceNotice:
    """Say that the file cannot be written."""
    return wire.SourceNotice(
        kind="read-only",
        message=f"{_name(path)} cannot be written here",
        reason="The file or its folder is read-only",
        hint="You can read it, and run its cells where its folder takes their runs."
        " Edits are not saved to the file; save a copy elsewhere to keep them.",
    )


def not_saved(path: str, error: OSError) -> wire.SourceNotice:
    """Say that the disk refused to take the file."""
    is_full = error.errno in _FULL
    return wire.SourceNotice(
        kind="not saved",
        message=f"{_name(path)} is not saved" + (": the disk is full" if is_full else ""),
        reason=error.strerror or str(error),
        hint=("Free space" if is_full else "See what is the matter with the disk")
        + "; it is then saved by itself. The file on disk is whole, and older.",
    )


def history_not_kept(path: str, reason: str) -> wire.SourceNotice:
    """Say that edits live in memory and in the file only."""
    return wire.SourceNotice(
        kind="history",
        message=f"The history of edits of {_name(path)} is not being kept",
        reason=reason,
        hint="Edits are saved to the file. Free space in Jupyter's data folder.",
    )


def unreadable(path: str, error: TsnbError) -> wire.SourceNotice:
    """Say that the file became something that is no notebook."""
    where = "" if error.line is None else f"Line {error.line}: "
    return wire.SourceNotice(
        kind="unreadable",
        message=f"{_name(path)} on disk cannot be read any more",
        reason=f"{where}{error.message}",
        hint="What you see is kept and not saved. Mend the file, or write this one over it.",
    )


def gone(path: str) -> wire.SourceNotice:
    """Say that the file is not there any more."""
    return wire.SourceNotice(
        kind="gone",
        message=f"{_name(path)} was deleted or moved",
        reason="There is no such file on disk now",
        hint="What you see is kept and not saved. Open it at its new place, or write it again.",
    )


def other_notebook(path: str, kept: str | None) -> wire.SourceNotice:
    """Say that another notebook has the file's name now."""
    where = f" is in {_name(kept)}" if kept else " is not saved"
    return wire.SourceNotice(
        kind="other notebook",
        message=f"{_name(path)} on disk is another notebook now",
        reason=f"Its id is another one. What you see{where}",
        hint="Close it and open the file again to see what is there now.",
        file=kept,
    )


def other_server(path: str, server: Server) -> wire.SourceNotice:
    """Say that the notebook can be read only, for another server has it."""
    return wire.SourceNotice(
        kind="other server",
        message=f"{_name(path)} is open read-only: another server has it",
        reason=described(server),
        hint="Open it there, or end that server: this one then takes over by itself.",
    )


def described(server: Server) -> str:
    """Say of a server what is known."""
    if server.pid is None:
        return "A process on this machine, or one that shares its disk, has its runs"
    port = "" if not server.port else f", port {server.port}"
    return f"The server with process {server.pid}{port} has it open"
