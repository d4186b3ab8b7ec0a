"""Texts that people read: in English, with what it takes to say them in another language.

A kernel has one process and many clients, so whoever shows a text translates it (see "Wording" in
docs/reference/api.md). `from patina_kernel.text import gettext as _` is found by Babel, which makes
the catalogue; only texts with values cross the network with a wording.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

_PLACE = re.compile(r"%(%|\d+)")


class Text(str):
    """A text in English that `msgid` with `values` in its places, `%1` and so on, has made."""

    __slots__ = ("msgid", "values")
    msgid: str
    values: tuple[str | int, ...]


def gettext(msgid: str, *values: object) -> Text:
    """Return a text; `msgid` is a literal, in which `%1` is the place of the first value.

    A per cent sign is written `%%`, as the page's translator has it.
    """
    kept = tuple(value if isinstance(value, Text | int) else str(value) for value in values)
    made = Text(_filled(msgid, kept))
    made.msgid, made.values = msgid, kept
    return made


def _filled(text: str, values: Sequence[object]) -> str:
    """Return a text with values in its places; where there is no value, the place stays."""

    def value(place: re.Match[str]) -> str:
        if place[1] == "%":
            return "%"
        index = int(place[1]) - 1
        return str(values[index]) if 0 <= index < len(values) else place[0]

    return _PLACE.sub(value, text)


def told(**texts: str) -> dict[str, Any]:
    """Return texts as a message has them: as strings, and with a `wording` where one needs it."""
    wording = {
        name: _wording(text)
        for name, text in texts.items()
        if isinstance(text, Text) and text.msgid != text
    }
    said: dict[str, Any] = {name: str(text) for name, text in texts.items()}
    return {**said, "wording": wording} if wording else said


def said(error: BaseException) -> str:
    """Return what an error says, with what translators know it by if its maker gave that."""
    first = error.args[0] if len(error.args) == 1 else None
    return first if isinstance(first, Text) else str(error)


def kept(said: Mapping[str, Any], name: str) -> str:
    """Return a text that `told` has written. Raises LookupError, TypeError or AttributeError."""
    wording = said.get("wording", {}).get(name)
    text: str = said[name] if wording is None else _made(wording)
    return text


def _made(wording: Mapping[str, Any]) -> Text:
    values = wording.get("values", ())
    return gettext(
        wording["msgid"], *(_made(value) if isinstance(value, dict) else value for value in values)
    )


def _wording(text: Text) -> dict[str, Any]:
    values = [_wording(one) if isinstance(one, Text) else one for one in text.values]
    return {"msgid": text.msgid, "values": values} if values else {"msgid": text.msgid}
