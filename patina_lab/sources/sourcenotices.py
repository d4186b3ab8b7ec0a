"""What people have to know about the file of a notebook, in words. Pure."""

from __future__ import annotations

import errno
from pathlib import Path, PurePosixPath

from tornado.web import HTTPError

from patina_lab import wire
from patina_lab.document.errors import TsnbError
from patina_lab.sources.claim import Server
from patina_lab.text import Text, ngettext, verbatim
from patina_lab.text import gettext as _

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
    return wire.SourceNotice(
        kind="conflict",
        message=ngettext(
            "A cell was changed here and in %2 on disk",
            "%1 cells were changed here and in %2 on disk",
            len(cells),
            _name(path),
        ),
        reason=_("The same lines were changed in both"),
        hint=_("Both versions are kept: the one from disk is in a cell below. Delete one of them."),
        cells=cells,
    )


def backup(path: str, kept: str, why: Text) -> wire.SourceNotice:
    """Say where edits are that could not be merged."""
    return wire.SourceNotice(
        kind="backup",
        message=_("Edits of %1 were kept in %2", _name(path), _name(kept)),
        reason=why,
        hint=_("Open that file, and take from it what is missing here."),
        file=kept,
    )


def no_backup(path: str, error: OSError) -> wire.SourceNotice:
    """Say that edits which cannot be merged are nowhere but where they were made."""
    return wire.SourceNotice(
        kind="backup",
        message=_("Edits of %1 that cannot be merged could not be kept in a file", _name(path)),
        reason=verbatim(error.strerror or error),
        hint=_(
            "Free space, or move such files away: it is tried again. Keep the page open that has"
            " them, or copy from it what you need."
        ),
    )


def read_only(path: str) -> wire.SourceNotice:
    """Say that the file cannot be written."""
    return wire.SourceNotice(
        kind="read-only",
        message=_("%1 cannot be written here", _name(path)),
        reason=_("The file or its folder is read-only"),
        hint=_(
            "You can read it, and run its cells where its folder takes their runs."
            " Edits are not saved to the file; save a copy elsewhere to keep them."
        ),
    )


def not_saved(path: str, error: Exception) -> wire.SourceNotice:
    """Say that the disk, or something else, refused to take the file."""
    name, reason = _name(path), reason_of(error)
    if isinstance(error, OSError) and error.errno in _FULL:
        message, todo = _("%1 is not saved: the disk is full", name), _("Free space")
    elif isinstance(error, OSError):
        message, todo = _("%1 is not saved", name), _("See what is the matter with the disk")
    else:
        message = _("%1 is not saved", name)
        todo = _("See what is the matter here and in the server's log")
    hint = _("%1; it is then saved by itself. The file on disk is whole, and older.", todo)
    return wire.SourceNotice(kind="not saved", message=message, reason=reason, hint=hint)


def reason_of(error: Exception) -> Text:
    """Return what an error says, of whatever made it."""
    match error:
        case OSError(strerror=str(reason)):
            return verbatim(reason)
        case HTTPError():
            return verbatim(error.log_message or error.reason or error)
        case TsnbError():
            return error.message
        case _:
            return verbatim(f"{type(error).__name__}: {error}")


def history_not_kept(path: str, reason: Text) -> wire.SourceNotice:
    """Say that edits live in memory and in the file only."""
    return wire.SourceNotice(
        kind="history",
        message=_("The history of edits of %1 is not being kept", _name(path)),
        reason=reason,
        hint=_("Edits are saved to the file. Free space in Jupyter's data folder."),
    )


def history_damaged(path: str, aside: Path) -> wire.SourceNotice:
    """Say that the history of edits began anew, since the one there was cannot be read."""
    return wire.SourceNotice(
        kind="history",
        message=_("The history of edits of %1 was damaged and began anew", _name(path)),
        reason=_("It was put aside as %1", aside),
        hint=_(
            "See whether your latest edits are here. Pages that had others keep them in a file."
        ),
    )


def unreadable(path: str, error: TsnbError) -> wire.SourceNotice:
    """Say that the file became something that is no notebook."""
    reason = error.message
    if error.line is not None:
        reason = _("Line %1: %2", error.line, error.message)
    return wire.SourceNotice(
        kind="unreadable",
        message=_("%1 on disk cannot be read any more", _name(path)),
        reason=reason,
        hint=_("What you see is kept and not saved. Mend the file, or write this one over it."),
    )


def gone(path: str) -> wire.SourceNotice:
    """Say that the file is not there any more."""
    return wire.SourceNotice(
        kind="gone",
        message=_("%1 was deleted or moved", _name(path)),
        reason=_("There is no such file on disk now"),
        hint=_("What you see is kept and not saved. Open it at its new place, or write it again."),
    )


def runs_stay(path: str, folder: str) -> wire.SourceNotice:
    """Say that runs could not go along: there are others where they would be."""
    taken = f"{path}.runs"
    return wire.SourceNotice(
        kind="conflict",
        message=_("The runs of %1 stay in %2", _name(path), folder),
        reason=_("%1 exists already: its runs are never written over", taken),
        hint=_("Move %1 away, close the notebook, rename %2 to %1, and open it.", taken, folder),
    )


def other_notebook(path: str, kept: str | None) -> wire.SourceNotice:
    """Say that another notebook has the file's name now."""
    reason = _("Its id is another one. What you see is not saved")
    if kept:
        reason = _("Its id is another one. What you see is in %1", _name(kept))
    return wire.SourceNotice(
        kind="other notebook",
        message=_("%1 on disk is another notebook now", _name(path)),
        reason=reason,
        hint=_("Close it and open the file again to see what is there now."),
        file=kept,
    )


def other_server(path: str, server: Server) -> wire.SourceNotice:
    """Say that the notebook can be read only, for another server has it."""
    return wire.SourceNotice(
        kind="other server",
        message=_("%1 is open read-only: another server has it", _name(path)),
        reason=described(server),
        hint=_("Open it there, or end that server: this one then takes over by itself."),
    )


def described(server: Server) -> Text:
    """Say of a server what is known."""
    if server.pid is None:
        return _("A process on this machine, or one that shares its disk, has its runs")
    if not server.port:
        return _("The server with process %1 has it open", server.pid)
    return _("The server with process %1, port %2, has it open", server.pid, server.port)
