"""What people have to know about the file of a notebook, in words. Pure."""

from __future__ import annotations

import errno
from pathlib import Path, PurePosixPath

from tornado.web import HTTPError

from patina_lab import wire
from patina_lab.document.errors import TsnbError
from patina_lab.sources.claim import Server

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


def not_saved(path: str, error: Exception) -> wire.SourceNotice:
    """Say that the disk, or something else, refused to take the file."""
    is_full = isinstance(error, OSError) and error.errno in _FULL
    where = "with the disk" if isinstance(error, OSError) else "here and in the server's log"
    return wire.SourceNotice(
        kind="not saved",
        message=f"{_name(path)} is not saved" + (": the disk is full" if is_full else ""),
        reason=reason_of(error),
        hint=("Free space" if is_full else f"See what is the matter {where}")
        + "; it is then saved by itself. The file on disk is whole, and older.",
    )


def reason_of(error: Exception) -> str:
    """Return what an error says, of whatever made it."""
    match error:
        case OSError(strerror=str(reason)):
            return reason
        case HTTPError():
            return str(error.log_message or error.reason or error)
        case TsnbError():
            return error.message
        case _:
            return f"{type(error).__name__}: {error}"


def history_not_kept(path: str, reason: str) -> wire.SourceNotice:
    """Say that edits live in memory and in the file only."""
    return wire.SourceNotice(
        kind="history",
        message=f"The history of edits of {_name(path)} is not being kept",
        reason=reason,
        hint="Edits are saved to the file. Free space in Jupyter's data folder.",
    )


def history_damaged(path: str, aside: Path) -> wire.SourceNotice:
    """Say that the history of edits began anew, since the one there was cannot be read."""
    return wire.SourceNotice(
        kind="history",
        message=f"The history of edits of {_name(path)} was damaged and began anew",
        reason=f"It was put aside as {aside}",
        hint="See whether your latest edits are here. Pages that had others keep them in a file.",
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


def runs_stay(path: str, folder: str) -> wire.SourceNotice:
    """Say that runs could not go along: there are others where they would be."""
    taken = f"{path}.runs"
    return wire.SourceNotice(
        kind="conflict",
        message=f"The runs of {_name(path)} stay in {folder}",
        reason=f"{taken} exists already: its runs are never written over",
        hint=f"Move {taken} away, close the notebook, rename {folder} to {taken}, and open it.",
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
