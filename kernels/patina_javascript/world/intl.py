"""`Intl`: Babel does it, which JupyterLab's server brings, in all locales of the CLDR."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from patina_javascript.host import Host, HostError, Op

if TYPE_CHECKING:
    from babel import Locale

DEFAULT = "en-US"


def _locale(tag: str) -> Locale:
    """Return the locale of a tag, or of the language alone. Raises HostError (RangeError)."""
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415 - only who uses Intl pays for it

    plain = tag.partition("-u-")[0]
    for candidate in (plain, plain.partition("-")[0]):
        try:
            return Locale.parse(candidate, sep="-")
        except (ValueError, UnknownLocaleError):
            continue
    return Locale.parse(DEFAULT, sep="-")


def default(_: Host, __: Any, ___: bytes) -> str:
    """Return the tag of the host's locale, from LC_ALL, LC_TIME or LANG."""
    for name in ("LC_ALL", "LC_TIME", "LANG"):
        tag = os.environ.get(name, "").partition(".")[0].replace("_", "-")
        if tag not in ("", "C", "POSIX"):
            return tag
    return DEFAULT


def resolve(_: Host, value: Any, __: bytes) -> dict[str, Any]:
    """Return {locale, supported} of a tag."""
    tag = value["locale"]
    found = str(_locale(tag)).replace("_", "-")
    return {"locale": found, "supported": found.partition("-")[0] == tag.partition("-")[0].lower()}


def number(_: Host, value: Any, __: bytes) -> str:
    """Return {value: decimal text} in a {locale} with {options}."""
    from patina_javascript.world import intl_numbers  # noqa: PLC0415 - as above

    try:
        return intl_numbers.text(_locale(value["locale"]), value["value"], value["options"])
    except (KeyError, ValueError) as error:
        raise HostError(f"numbers cannot be shown so: {error}", "RangeError") from error


def date(_: Host, value: Any, __: bytes) -> list[tuple[str, str]]:
    """Return {ms} since 1970 in a {locale} and {zone} as parts: type and text."""
    from patina_javascript.world import intl_dates  # noqa: PLC0415 - as above

    try:
        locale = _locale(value["locale"])
        return intl_dates.parts(locale, value["ms"], value["zone"], value["options"])
    except (KeyError, ValueError, OverflowError) as error:
        raise HostError(f"dates cannot be shown so: {error}", "RangeError") from error


def plural(_: Host, value: Any, __: bytes) -> str:
    """Return the plural category of {value} in a {locale}; {ordinal} for 1st, 2nd."""
    locale = _locale(value["locale"])
    rule = locale.ordinal_form if value["ordinal"] else locale.plural_form
    return str(rule(value["value"]))


def joined(_: Host, value: Any, __: bytes) -> str:
    """Return {items} as a list in a {locale}; {style} as babel.lists has it."""
    from babel.lists import format_list  # noqa: PLC0415 - as above

    return format_list(value["items"], style=value["style"], locale=_locale(value["locale"]))


SECONDS = {
    "second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800, "month": 2592000,
    "year": 31536000,
}  # fmt: skip


def relative(_: Host, value: Any, __: bytes) -> str:
    """Return {value} {unit}s from now in a {locale}, as "in 3 days"."""
    from babel.dates import format_timedelta  # noqa: PLC0415 - as above

    unit = value["unit"].removesuffix("s")
    if unit not in SECONDS:
        raise HostError(f"no unit of time {value['unit']!r}", "RangeError")
    return format_timedelta(
        timedelta(seconds=value["value"] * SECONDS[unit]),
        granularity=unit,
        threshold=1e12,
        add_direction=True,
        format="short" if value["style"] != "long" else "long",
        locale=_locale(value["locale"]),
    )


def name(_: Host, value: Any, __: bytes) -> str | None:
    """Return what a {locale} calls a {code} of {kind}: region, language, script or currency."""
    locale = _locale(value["locale"])
    tables = {
        "region": locale.territories,
        "language": locale.languages,
        "script": locale.scripts,
        "currency": locale.currencies,
    }
    if value["kind"] not in tables:
        raise HostError(f"no names of {value['kind']!r}", "RangeError")
    found = tables[value["kind"]].get(value["code"])
    return None if found is None else str(found)


OPS: dict[str, Op] = {
    "intl.date": date,
    "intl.default": default,
    "intl.list": joined,
    "intl.locale": resolve,
    "intl.name": name,
    "intl.number": number,
    "intl.plural": plural,
    "intl.relative": relative,
}
