"""What is wrong with what somebody asks for."""

from __future__ import annotations

from patina_lab import wire
from patina_lab.model.run import KernelSettings
from patina_lab.problem import (
    bad_request,
    conflict,
)
from patina_lab.runs.runner import Runner

EXTENSION = ".tsnb"
MOST_CHECKPOINTS = 100
MOST_GLOBALS_MS = 10_000


def checked_path(path: str) -> str:
    """Return the one name of a notebook's file."""
    path = path.strip("/")
    if not path.endswith(EXTENSION) or path == EXTENSION:
        raise bad_request(
            f"{path[:80]!r} is no notebook of Patina Lab", f"Its name does not end in {EXTENSION}"
        )
    # One file, one name: by another the same notebook would be opened a second time.
    if any(part in ("", ".", "..") for part in path.split("/")) or "\0" in path:
        reason = "It has an empty part, `.` or `..`, or leaves the server's root"
        raise bad_request(f"{path[:80]!r} is no path", reason, "Name the file as it is listed.")
    return path


def checked_title(text: str) -> str:
    """Return a run's title."""
    if not text.strip() or len(text) > wire.MAX_TITLE:
        raise bad_request(
            "That is no title", f"A title has 1 to {wire.MAX_TITLE} characters, not only spaces"
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
            "That is no number of checkpoints", f"{wanted} is not 0 to {MOST_CHECKPOINTS}"
        )
    return wanted


def _globals_ms(wanted: int) -> int:
    if not 0 <= wanted <= MOST_GLOBALS_MS:
        raise bad_request(
            "That is no time for the variables", f"{wanted} is not 0 to {MOST_GLOBALS_MS} ms"
        )
    return wanted


def refuse_without_kernel(runner: Runner) -> None:
    """Raise a problem for a run in which nothing can run."""
    run = runner.run
    if not run.is_live:
        reason = run.error.message if run.error else f"The run is {run.status.value}"
        raise conflict(f"{run.title} has no kernel", reason, "Restart the run, or start a new one.")
