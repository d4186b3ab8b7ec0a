"""Why a variable could not be saved or loaded, and what to do, in words."""

from __future__ import annotations

import re
from typing import Any

from patina_kernel.language import ReportLine
from patina_kernel.text import gettext as _

from patina_python.inspector.describe import describe
from patina_python.inspector.objects import class_name, plain

LONGEST = 200
_FORK = _("Fork the run instead: a fork carries it as it is.")
_AGAIN = _("Make it again after loading, or fork the run.")
_CONNECT = _("Connect again after loading.")
_ADVICE = (
    ("generator", _("a generator that is half way cannot be saved"), _FORK),
    ("coroutine", _("a coroutine cannot be saved"), _FORK),
    ("frame", _("a running frame cannot be saved"), _FORK),
    ("lock", _("a lock cannot be saved"), _AGAIN),
    ("socket", _("a socket cannot be saved"), _CONNECT),
    ("sqlite3", _("a database connection cannot be saved"), _CONNECT),
    ("file", "", _("Close it and open it again after loading.")),
)


def not_saved(name: str, value: object, error: BaseException) -> ReportLine:
    """Return the line for a variable that was left out."""
    text = said_by(error)
    for word, what, advice in _ADVICE:
        if re.search(rf"\b{word}\b|'[\w.]*{word}", text, re.IGNORECASE):
            return _line(name, value, what or text, advice)
    return _line(name, value, text, _AGAIN)


def not_loaded(name: str, kind: str, error: BaseException) -> ReportLine:
    """Return the line for a variable that did not come back."""
    advice = _("Run the cell that makes it again.")
    if isinstance(error, ImportError):
        advice = _("Install what is missing and load again.")
    return ReportLine(kind, name, _("not loaded: %1", said_by(error)), advice)


def said_by(error: BaseException) -> str:
    """Return what an exception says, shortened, without running code of a user's exception."""
    arguments: Any = vars(BaseException)["args"].__get__(error)
    texts = [plain(each, LONGEST) for each in arguments if type(each) is str][:1]
    return ": ".join([class_name(type(error)), *texts])[:LONGEST]


def _line(name: str, value: object, what: str, advice: str) -> ReportLine:
    return ReportLine(describe(name, value).type, name, _("not saved: %1", what), advice)
