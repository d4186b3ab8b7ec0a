"""JSON as RFC 8259 has it, with the place of what is wrong."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

import msgspec

from patina_lab.conversion.errors import ConversionError
from patina_lab.model.outputs import storable_json

MAX_DEPTH = 100
_MEND = "Mend the file with a text editor, or take an earlier version of it."


def parsed(data: bytes) -> Any:
    r"""Return the value. Raises ConversionError with line and column.

    Half characters (`"\ud800"`), which browsers write, are replaced by U+FFFD.
    """
    try:
        value = msgspec.json.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        # Slower, and it knows the place; it also reads half characters.
        value = storable_json(_parsed_slowly(data))
    _refuse_deep(value)
    return value


def _parsed_slowly(data: bytes) -> Any:
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        byte = f"0x{data[error.start]:02x}"
        raise ConversionError(
            f"The file is binary ({byte} is no UTF-8)", place=f"Line {line}", hint=_MEND
        ) from error
    try:
        return json.loads(text, parse_constant=_no_constant, parse_float=_finite)
    except json.JSONDecodeError as error:
        place = f"Line {error.lineno}, column {error.colno}"
        raise ConversionError(
            f"This is not valid JSON: {error.msg}", place=place, hint=_MEND
        ) from error
    except ValueError as error:  # also what `int` says of thousands of digits
        raise ConversionError(f"This is not valid JSON: {error}", hint=_MEND) from error
    except RecursionError as error:
        raise ConversionError("Values are nested too deeply", hint=_MEND) from error


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no value of JSON")


def _finite(text: str) -> float:
    if not math.isfinite(value := float(text)):
        raise ValueError(f"{text[:20]} is too large for a number")
    return value


def _refuse_deep(value: Any) -> None:
    """Raise ConversionError for what documents cannot hold: each level costs stack."""
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise ConversionError(
                "Values are nested too deeply",
                hint=f"At most {MAX_DEPTH} levels can be kept. {_MEND}",
            )
        level = [inner for item in level for inner in _inside(item)]


def _inside(value: Any) -> Any:
    if isinstance(value, dict):
        return [item for item in value.values() if isinstance(item, dict | list)]
    if isinstance(value, list):
        return [item for item in value if isinstance(item, dict | list)]
    return ()
