"""Dates for `Intl`, with the patterns of the CLDR that Babel has."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, dates

TYPES = {
    "G": "era", "y": "year", "Y": "year", "M": "month", "L": "month", "d": "day", "E": "weekday",
    "c": "weekday", "h": "hour", "H": "hour", "K": "hour", "k": "hour", "m": "minute",
    "s": "second",
    "a": "dayPeriod", "b": "dayPeriod", "B": "dayPeriod", "S": "fractionalSecond",
    "z": "timeZoneName", "v": "timeZoneName", "V": "timeZoneName", "O": "timeZoneName",
}  # fmt: skip
WIDTHS = {"long": 4, "short": 3, "narrow": 5, "numeric": 1, "2-digit": 2}
EPOCH = datetime(1970, 1, 1, tzinfo=ZoneInfo("UTC"))
Part = tuple[str, str]


def parts(locale: Locale, ms: float, zone: str, options: dict[str, Any]) -> list[Part]:
    """Return a time (ms since 1970) as (type, text), by Intl.DateTimeFormat's options."""
    moment = (EPOCH + timedelta(milliseconds=ms)).astimezone(ZoneInfo(zone))
    pattern = _pattern(locale, options)
    return list(_rendered(moment, locale, pattern, options))


def _pattern(locale: Locale, options: dict[str, Any]) -> str:
    if "dateStyle" in options or "timeStyle" in options:
        date = (
            str(dates.get_date_format(options["dateStyle"], locale))
            if "dateStyle" in options
            else ""
        )
        time = (
            str(dates.get_time_format(options["timeStyle"], locale))
            if "timeStyle" in options
            else ""
        )
        return _joined(locale, date, time, options.get("dateStyle", "medium"))
    date, time = _date_pattern(locale, options), _time_pattern(locale, options)
    return _joined(locale, date, time, "long" if options.get("month") == "long" else "medium")


def _joined(locale: Locale, date: str, time: str, style: str) -> str:
    if not date or not time:
        return date or time
    return str(locale.datetime_formats[style]).replace("{0}", time).replace("{1}", date)


def _skeleton(options: dict[str, Any], letters: dict[str, str]) -> str:
    return "".join(
        letter * _skeleton_width(name, options[name])
        for name, letter in letters.items()
        if name in options
    )


def _skeleton_width(name: str, value: str) -> int:
    if name == "weekday":
        return 4 if value == "long" else 1
    return WIDTHS[value] if name == "month" and value in ("long", "short", "narrow") else 1


def _matched(locale: Locale, skeleton: str) -> str:
    found = dates.match_skeleton(skeleton, locale.datetime_skeletons)
    return str(locale.datetime_skeletons[found]) if found else ""


def _date_pattern(locale: Locale, options: dict[str, Any]) -> str:
    letters = {"era": "G", "year": "y", "month": "M", "weekday": "E", "day": "d"}
    skeleton = _skeleton(options, letters)
    return _matched(locale, skeleton) if skeleton else ""


def _time_pattern(locale: Locale, options: dict[str, Any]) -> str:
    if not {"hour", "minute", "second"} & options.keys():
        return ""
    hour = ("h" if _hour12(locale, options) else "H") if "hour" in options else ""
    skeleton = hour + ("m" if "minute" in options else "") + ("s" if "second" in options else "")
    pattern = _matched(locale, skeleton)
    if "fractionalSecondDigits" in options:
        pattern = pattern.replace("ss", "ss." + "S" * int(options["fractionalSecondDigits"]))
    return pattern + (" z" if "timeZoneName" in options else "")


def _hour12(locale: Locale, options: dict[str, Any]) -> bool:
    if "hour12" in options:
        return bool(options["hour12"])
    if "hourCycle" in options:
        return options["hourCycle"] in ("h11", "h12")
    return "a" in str(dates.get_time_format("short", locale))


def _rendered(
    moment: datetime, locale: Locale, pattern: str, options: dict[str, Any]
) -> Iterator[Part]:
    fields = dates.DateTimeFormat(moment, locale)
    tokens: list[tuple[str, Any]] = dates.tokenize_pattern(pattern)
    for kind, value in tokens:
        if kind == "chars":
            yield "literal", str(value)
        else:
            letter, width = value
            name = TYPES.get(letter, "literal")
            yield name, str(fields[letter * _width(name, letter, width, options)])


def _width(name: str, letter: str, width: int, options: dict[str, Any]) -> int:
    wanted = options.get(name)
    if wanted is None or name in ("minute", "second"):
        return width
    if wanted == "2-digit":
        return max(2, width)
    if wanted == "numeric":
        return 1 if width <= 2 and name != "hour" else width
    return WIDTHS[wanted] if letter in "MLEc" else width
