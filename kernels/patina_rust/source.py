"""What a console must know of Rust's text: whether it is whole."""

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
