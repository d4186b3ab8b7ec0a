"""JSON values in TOML, and back, with nothing lost.

TOML has no null: a value that holds one is written as a table with the one key `$json`, whose
string is the JSON text. What JSON does not have stands in the document as a table, too: a date, a
time, an infinity is `{"$toml": "1979-05-27T07:32:00Z"}`, an integer that browsers (and the Y-doc)
cannot hold exactly is `{"$json": "9007199254740993"}`. Numbers that are whole are integers:
browsers know no difference between 3 and 3.0.
"""

from __future__ import annotations

import json
import math
import re
import tomllib
from collections.abc import Container
from datetime import date, datetime, time
from typing import Any

JSON_KEY = "$json"
TOML_KEY = "$toml"
_INT64 = 2**63
_INTEGER = re.compile(r"-?[1-9][0-9]{0,999}")
_EXACT = 2**53
"""From here on not every integer is a float of its own."""


def to_toml(value: Any) -> Any:
    """Return a JSON value as one that TOML can hold."""
    match value:
        case dict():
            return _table(value)
        case list():
            return _array(value)
        case bool() | str():
            return value
        case int() | float():
            return _number(value)
        case _:
            return _as_json(value)


def _table(value: dict[str, Any]) -> Any:
    if set(value) == {TOML_KEY} and isinstance(value[TOML_KEY], str):
        moment = _moment(value[TOML_KEY])
        if moment is not None:
            return moment
    if set(value) == {JSON_KEY}:
        return _as_json(value) if (large := _large(value)) is None else _integer(large)
    return {name: to_toml(item) for name, item in value.items()}


def _large(value: dict[str, Any]) -> int | None:
    """Return the integer that a `$json` table of the document stands for, if it does."""
    text = value[JSON_KEY]
    if not isinstance(text, str) or not _INTEGER.fullmatch(text):
        return None
    return number if abs(number := int(text)) >= _EXACT else None


def _integer(number: int) -> Any:
    return number if -_INT64 <= number < _INT64 else {JSON_KEY: str(number)}


def _array(value: list[Any]) -> Any:
    return [to_toml(item) for item in value]


def _number(value: float) -> float:
    """Return a number of the document: an integer where it is one exactly, else a float."""
    whole = abs(value) < _EXACT and float(value).is_integer()
    return int(value) if whole else float(value)


def _as_json(value: Any) -> dict[str, str]:
    return {JSON_KEY: json.dumps(value, sort_keys=True)}


def from_toml(value: Any) -> Any:
    """Return what `tomllib` read as the JSON value it stands for."""
    match value:
        case dict():
            if set(value) == {JSON_KEY} and isinstance(value[JSON_KEY], str):
                return _parsed(value)
            return {name: from_toml(item) for name, item in value.items()}
        case list():
            return [from_toml(item) for item in value]
        case datetime() | date() | time():
            return {TOML_KEY: value.isoformat()}
        case int() | float() if not isinstance(value, bool):
            return _from_number(value)
        case _:
            return value


def _from_number(value: float) -> Any:
    if isinstance(value, int):
        return value if abs(value) < _EXACT else {JSON_KEY: str(value)}
    return _number(value) if math.isfinite(value) else {TOML_KEY: str(value)}


def _parsed(value: dict[str, Any]) -> Any:
    try:
        return from_toml(json.loads(value[JSON_KEY])) if _large(value) is None else value
    except (ValueError, RecursionError):
        return value


def _moment(text: str) -> datetime | date | time | float | None:
    """Return the date, time, infinity or no-number that the text is in TOML, or None."""
    try:
        read: Any = tomllib.loads(f"moment = {text}")["moment"]
    except (tomllib.TOMLDecodeError, ValueError):
        return None
    if isinstance(read, float) and math.isfinite(read):
        return None
    return read if isinstance(read, datetime | date | time | float) else None


def normal(value: Any) -> Any:
    """Return a JSON value with every whole number as an integer, as it is after a round trip."""
    match value:
        case dict():
            return {name: normal(item) for name, item in value.items()}
        case list():
            return [normal(item) for item in value]
        case bool():
            return value
        case int() | float() if math.isfinite(value):
            return _number(value)
        case _:
            return value


def as_table(value: Any) -> dict[str, Any]:
    """Return a value of the document if it is a table, else an empty one: any client wrote it."""
    return value if isinstance(value, dict) else {}


def table_in(text: Any, without: Container[str] = ()) -> dict[str, Any]:
    """Return the table whose JSON a value is, without some keys; an empty one when it is none."""
    try:
        table = as_table(json.loads(text))
    except (ValueError, TypeError, RecursionError):
        return {}
    return {name: value for name, value in table.items() if name not in without}
