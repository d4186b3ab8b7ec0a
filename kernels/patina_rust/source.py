"""What is read from the text of a cell before the compiler has it."""

from __future__ import annotations

import re
from typing import Literal

Completeness = Literal["complete", "incomplete", "invalid"]

_TOKEN = re.compile(
    r"""//[^\n]*
      | (?P<comment>/\*.*?(?:\*/|(?P<open_comment>\Z)))
      | r(?P<hashes>\#*)"(?:.*?"(?P=hashes)|(?P<open_raw>.*\Z))
      | "(?:[^"\\]|\\.)*(?:"|(?P<open_text>\Z))
      | '(?:[^'\\]|\\.[^']*)'
      | (?P<bracket>[()\[\]{}])""",
    re.VERBOSE | re.DOTALL,
)
_LEADING_NOT = re.compile(r"\A((?:[ \t]*(?://[^\n]*)?\n)*)!")
_PAIRS = {")": "(", "]": "[", "}": "{"}


def completeness(code: str) -> Completeness:
    """Say whether brackets, texts and comments of a cell are closed."""
    opened: list[str] = []
    for token in _TOKEN.finditer(code):
        if any(token[name] is not None for name in ("open_comment", "open_raw", "open_text")):
            return "incomplete"
        bracket = token["bracket"]
        if bracket in ("(", "[", "{"):
            opened.append(bracket)
        elif bracket and (not opened or opened.pop() != _PAIRS[bracket]):
            return "invalid"
    return "incomplete" if opened else "complete"


def without_shell(code: str) -> str:
    """Return a cell as evcxr takes it for Rust: a first line with `!` would go to a shell."""
    return _LEADING_NOT.sub(r"\1 !", code)
