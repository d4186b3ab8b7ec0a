"""Which names of a namespace are the user's.

IPython's history (`In`, `Out`, `_`, `_i1`, `_oh` …), its `exit`, `quit`, `get_ipython` and what
every module has (`__name__` …) are not. A name with an underscore that a person made (`_x`) is.
"""

from __future__ import annotations

import re

LONGEST_NAME = 200

_IPYTHON = frozenset(
    {"In", "Out", "exit", "quit", "get_ipython", "_ih", "_oh", "_dh", "_exit_code"}
)
_MODULE = frozenset(
    f"__{name}__"
    for name in (
        *("name", "doc", "package", "loader", "spec", "builtins", "builtin", "file", "cached"),
        *("path", "session", "annotations", "annotate", "conditional_annotations"),
    )
)
_HISTORY = re.compile(r"_{1,3}|_i{1,3}|_i?[0-9]+")


def is_module_own(name: str) -> bool:
    """Tell whether it is one of the names that every module has."""
    return name in _MODULE


def is_users(name: object) -> bool:
    """Tell whether the key of a namespace is a name to show: the user's, and fit for a message."""
    if type(name) is not str or name in _IPYTHON or name in _MODULE or len(name) > LONGEST_NAME:
        return False
    if name[:1] == "_" and _HISTORY.fullmatch(name):
        return False
    return is_sendable(name)


def is_sendable(text: str) -> bool:
    """Tell whether the text can be written as UTF-8: a lone surrogate cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
