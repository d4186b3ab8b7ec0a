"""Values that a crate has a way of its own to show, by a trait with `evcxr_display`. Pure.

Every cell has such a trait for all that is Debug (see compiler/src/prelude.rs). Of a value that is
Debug, and that a crate's trait shows, too, rustc cannot say which is meant: the crate's.
"""

from __future__ import annotations

import re

from patina_rust.source import last_statement

OURS = "PatinaDisplay"
_CANDIDATE = re.compile(r"candidate #\d+ is defined in an impl of the trait `([\w:]+)`")
_ITEM = re.compile(
    r"^\s*(?:#\[|pub\b|(?:unsafe |async |const |extern )*"
    r"(?:fn|struct|enum|union|trait|impl|mod|use|type|static|macro_rules)\b)",
    re.MULTILINE,
)


def by_crate(code: str, said: str) -> str:
    """Return a cell that rustc refused, saying this, with the crate's trait named.

    Empty when that is not what it was refused for, or its last expression cannot be told.
    """
    traits = [name for name in _CANDIDATE.findall(said) if name != OURS]
    at = last_statement(code)
    if not traits or _ITEM.search(code, at):
        return ""
    return f"{code[:at]}{traits[0]}::evcxr_display(&{{{code[at:]}\n}});"
