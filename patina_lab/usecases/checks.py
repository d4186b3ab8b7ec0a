"""What is wrong with what somebody asks for."""

from __future__ import annotations

from patina_lab import wire
from patina_lab.model.run import KernelSettings
from patina_lab.problem import (
    PatinaProblem,
    bad_request,
    conflict,
    not_found,
)
from patina_lab.runs.runner import Runner
from patina_lab.text import gettext as _

EXTENSION = ".tsnb"
MOST_CHECKPOINTS = 100
MOST_GLOBALS_MS = 10_000


def checked_path(path: str) -> str:
    """Return the one name of a notebook's file."""
    path = path.strip("/")
    if not path.endswith(EXTENSION) or path == EXTENSION:
        raise bad_request(
            _("%1 is no notebook of Patina Lab", repr(path[:80])),
            _("Its name does not end in %1", EXTENSION),
            _("Convert it, or give it that ending if it is one."),
        )
    refuse_no_path(path)
    return path


def refuse_no_path(path: str) -> None:
    """Raise a problem for what is no path, or another one for a file than it is listed by.

    One file, one name: by another the same notebook would be opened a second time.
    """
    if any(part in ("", ".", "..") for part in path.split("/")) or "\0" in path:
        reason = _("It has an empty part, `.` or `..`, or leaves the server's root")
        raise bad_request(
            _("%1 is no path", repr(path[:80])), reason, _("Name the file as it is listed.")
        )


def checked_title(text: str) -> str:
    """Return a run's title."""
    if not text.strip() or len(text) > wire.MAX_TITLE:
        raise bad_request(
            _("That is no title"),
            _("A title has 1 to %1 characters, not only spaces", wire.MAX_TITLE),
            _("Choose another one."),
        )
    return text.strip()


def checked_settings(wanted: wire.NewRun) -> KernelSettings:
    """Return what a new run's kernel is told."""
    return KernelSettings(
        _checkpoints(wanted.checkpoints),
        wanted.on_crash,
        wanted.on_server_stop,
        _globals_ms(wanted.globals_timeout_ms),
    )


def _checkpoints(wanted: int | str) -> int | str:
    if isinstance(wanted, int) and not 0 <= wanted <= MOST_CHECKPOINTS:
        raise bad_request(
            _("That is no number of checkpoints"),
            _("%1 is not 0 to %2", wanted, MOST_CHECKPOINTS),
            _("Choose a number in that range, `auto` or `off`."),
        )
    return wanted


def _globals_ms(wanted: int) -> int:
    if not 0 <= wanted <= MOST_GLOBALS_MS:
        raise bad_request(
            _("That is no time for the variables"),
            _("%1 is not 0 to %2 ms", wanted, MOST_GLOBALS_MS),
            _("Choose a number in that range."),
        )
    return wanted


def refuse_without_kernel(runner: Runner) -> None:
    """Raise a problem for a run in which nothing can run."""
    run = runner.run
    if not run.is_live:
        reason = run.error.message if run.error else _("The run is %1", run.status.text)
        raise conflict(
            _("%1 has no kernel", run.title), reason, _("Restart the run, or start a new one.")
        )


def no_such_cell(seq: int) -> PatinaProblem:
    """Return the absence of an output cell."""
    return not_found(
        _("There is no such output cell"),
        _("No %1 in this run", seq),
        _("It may have been deleted from the history: look at the timeline as it is now."),
    )
