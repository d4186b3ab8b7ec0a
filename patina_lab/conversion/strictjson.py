"""JSON as RFC 8259 has it, with the place of what is wrong."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

import msgspec

from patina_lab.conversion.errors import ConversionError
from patina_lab.model.outputs import storable_json
from patina_lab.text import gettext as _

MAX_DEPTH = 100
_MEND = _("Mend the file with a text editor, or take an earlier version of it.")


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
            _("The file is binary (%1 is no UTF-8)", byte), place=_("Line %1", line), hint=_MEND
        ) from error
    try:
        return json.loads(text, parse_constant=_no_constant, parse_float=_finite)
    except json.JSONDecodeError as error:
        place = _("Line %1, column %2", error.lineno, error.colno)
        raise ConversionError(
            _("This is not valid JSON: %1", error.msg), place=place, hint=_MEND
        ) from error
    except ValueError as error:  # also what `int` says of thousands of digits
        raise ConversionError(_("This is not valid JSON: %1", error), hint=_MEND) from error
    except RecursionError as error:
        raise ConversionError(_("Values are nested too deeply"), hint=_MEND) from error


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
                _("Values are nested too deeply"),
                hint=_("At most %1 levels can be kept. %2", MAX_DEPTH, _MEND),
            )
        level = [inner for item in level for inner in _inside(item)]


def _inside(value: Any) -> Any:
    if isinstance(value, dict):
        return [item for item in value.values() if isinstance(item, dict | list)]
    if isinstance(value, list):
        return [item for item in value if isinstance(item, dict | list)]
    return ()
