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
BATTERIES = (
    'polars = { version = "0.53", features = ["lazy", "csv"] }',
    'plotters = { version = "0.3", default-features = false, features = ["evcxr", "all_series"] }',
    'ndarray = "0.17"',
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


def batteries(wanted: str) -> str:
    """Return a cell that takes crates: for "1" the usual ones, else those that are named.

    Named are crates as in Cargo.toml, with semicolons between them: `csv = "1"; rand = "0.9"`.
    """
    if wanted.strip() in ("", "0"):
        return ""
    named = BATTERIES if wanted.strip() == "1" else wanted.split(";")
    return "".join(f":dep {one.strip()}\n" for one in named if one.strip())
