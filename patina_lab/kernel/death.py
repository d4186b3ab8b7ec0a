"""What an exit status says about how a kernel's process ended. Pure."""

from __future__ import annotations

import signal
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Death:
    """How a process ended, and what a person may make of it."""

    cause: str
    hint: str


_HINTS = {
    "SIGKILL": "Something outside killed it: perhaps the system ran out of memory.",
    "SIGSEGV": "Native code wrote where it must not: a bug in a library, or a very deep recursion.",
    "SIGABRT": "Native code gave up: look at the output for its last words.",
    "SIGBUS": "Native code read a file that became shorter, or memory that is not there.",
    "SIGFPE": "Native code divided by zero.",
}
_AGAIN = " Restart the run: its history stays."


def death(status: int | None) -> Death:
    """Explain a status as `subprocess` gives it: negative is a signal; None is unknown."""
    if status is None:
        return Death("the process is gone", "How it ended is not known." + _AGAIN)
    if status >= 0:
        return Death(f"exited with status {status}", "The code ended its own process." + _AGAIN)
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = f"signal {-status}"
    why = _HINTS.get(name, "A signal ended it.")
    return Death(f"killed by {name}", why + _AGAIN)
