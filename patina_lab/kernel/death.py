"""What an exit status says about how a kernel's process ended. Pure."""

from __future__ import annotations

import signal
from dataclasses import dataclass

from patina_lab.text import Text
from patina_lab.text import gettext as _


@dataclass(frozen=True, slots=True)
class Death:
    """How a process ended, and what a person may make of it."""

    cause: Text
    hint: Text


_WHYS = {
    "SIGKILL": _("Something outside killed it: perhaps the system ran out of memory."),
    "SIGSEGV": _(
        "Native code wrote where it must not: a bug in a library, or a very deep recursion."
    ),
    "SIGABRT": _("Native code gave up: look at the output for its last words."),
    "SIGBUS": _("Native code read a file that became shorter, or memory that is not there."),
    "SIGFPE": _("Native code divided by zero."),
}


def death(status: int | None) -> Death:
    """Explain a status as `subprocess` gives it: negative is a signal; None is unknown."""
    if status is None:
        return Death(_("the process is gone"), _again(_("How it ended is not known.")))
    if status >= 0:
        why = _("The code ended its own process.")
        return Death(_("exited with status %1", status), _again(why))
    try:
        name = signal.Signals(-status).name
    except ValueError:
        return Death(_("killed by signal %1", -status), _again(_("A signal ended it.")))
    return Death(_("killed by %1", name), _again(_WHYS.get(name, _("A signal ended it."))))


def _again(why: Text) -> Text:
    return _("%1 Restart the run: its history stays.", why)
