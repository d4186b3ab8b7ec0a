"""Values that a run is given from outside, as code that assigns them. Pure.

papermill's convention: they are assigned behind the cell that is tagged `parameters`, which has
their defaults. Values are JSON; a request carries no code.
"""

from __future__ import annotations

import json
import keyword
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from patina_lab.text import Text
from patina_lab.text import gettext as _

PARAMETERS = "parameters"
INJECTED = "injected-parameters"
"""The id of the cell in the timeline. There is none of that id in the source."""
MOST_DEPTH = 64

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# ECMA-262, "Keywords and Reserved Words", in module code, and what cannot be assigned.
_JAVASCRIPT_WORDS = """
    arguments await break case catch class const continue debugger default delete do else enum eval
    export extends false finally for function if implements import in instanceof interface let new
    null package private protected public return static super switch this throw true try typeof
    undefined var void while with yield Infinity NaN
"""
# The Rust reference, "Keywords", strict and reserved, of all editions.
_RUST_WORDS = """
    _ Self abstract as async await become box break const continue crate do dyn else enum extern
    false final fn for gen if impl in let loop macro match mod move mut override priv pub ref return
    self static struct super trait true try type typeof unsafe unsized use virtual where while yield
"""
_RESERVED = {
    "javascript": frozenset(_JAVASCRIPT_WORDS.split()),
    "rust": frozenset(_RUST_WORDS.split()),
}


_OTHERWISE = _("Take it out of the parameters, or give it as a text.")


class ParameterError(ValueError):
    """Values that cannot be assigned: what, why, and what to do."""

    def __init__(self, message: Text, reason: Text, hint: Text = _OTHERWISE) -> None:
        super().__init__(message)
        self.message, self.reason, self.hint = message, reason, hint


def assignments(language: str, values: Mapping[str, Any]) -> str:
    """Return code that assigns JSON values to names. Raises ParameterError."""
    line = _LINES.get(language)
    if line is None:
        raise ParameterError(
            _("Parameters cannot be given to %1", language[:40])
            if language
            else _("Parameters cannot be given to this kernel"),
            _("They can be to %1", ", ".join(_LINES)),
            _("Read them in a cell: from a file, or from the environment."),
        )
    for name, value in values.items():
        if not _is_name(language, name):
            raise ParameterError(
                _("%1 is no name of a parameter", repr(name[:80])),
                _("It is no variable's name in %1", language),
                _("Give it the name of a variable."),
            )
        _refuse_deep(name, value, MOST_DEPTH)
    return "\n".join(line(name, value) for name, value in values.items())


def _is_name(language: str, name: str) -> bool:
    if language == "python":
        return name.isidentifier() and not keyword.iskeyword(name)
    return bool(_NAME.fullmatch(name)) and name not in _RESERVED[language]


def _refuse_deep(name: str, value: Any, depth: int) -> None:
    if depth == 0:
        reason = _("Its value is nested more than %1 deep", MOST_DEPTH)
        raise ParameterError(_("%1 is no parameter", repr(name[:80])), reason)
    if isinstance(value, float) and not math.isfinite(value):
        raise ParameterError(
            _("%1 is no parameter", repr(name[:80])), _("JSON has no number as large as that")
        )
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in inner:
        _refuse_deep(name, one, depth - 1)


def _python(name: str, value: Any) -> str:
    return f"{name} = {value!r}"


def _javascript(name: str, value: Any) -> str:
    text = json.dumps(value)
    # In a literal, `__proto__` would set the prototype; parsed, it is a key as any other.
    return f"var {name} = {f'JSON.parse({json.dumps(text)})' if '__proto__' in text else text};"


def _rust(name: str, value: Any) -> str:
    kind, text = _rust_value(name, value)
    return f"let {name}: {kind} = {text};"


def _rust_value(name: str, value: Any) -> tuple[str, str]:
    """Return the type and the literal of a value."""
    match value:
        case bool():
            return "bool", "true" if value else "false"
        case int() if -(2**63) <= value < 2**63:
            return "i64", str(value)
        case float():
            return "f64", f"{value!r}_f64"
        case str():
            return "String", f"String::from({_rust_string(value)})"
        case [first, *_]:
            kinds = {_rust_value(name, one)[0] for one in value}
            if len(kinds) == 1:
                items = ", ".join(_rust_value(name, one)[1] for one in value)
                return f"Vec<{_rust_value(name, first)[0]}>", f"vec![{items}]"
    raise ParameterError(
        _("%1 is no parameter for Rust", repr(name[:80])),
        _("It may be true or false, a number, a text, or a list of one type of these"),
    )


def _rust_string(text: str) -> str:
    escaped = "".join(
        char if char.isprintable() and char not in '"\\' else f"\\u{{{ord(char):x}}}"
        for char in text
    )
    return f'"{escaped}"'


_LINES: Mapping[str, Callable[[str, Any], str]] = {
    "python": _python,
    "javascript": _javascript,
    "rust": _rust,
}
