"""Texts that people read: in English, with what it takes to say them in another language.

What the server says goes to people of several languages, and into logs that are kept for years:
it is translated where it is shown. A `Text` is its English, and carries what translators know it
by, as zope.i18nmessageid's Message does. `from patina_lab.text import gettext as _`, as
jupyterlab-translate and Babel look for it, and say `_("%1 is not saved", name)`.

Standard library only: the model and the wire have texts, too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_PLACE = re.compile(r"%(%|\d+)")
Value = str | int
"""What stands in a place; a Text is said in the reader's language, too."""


class Text(str):
    """A text in English. `msgid` with `values` in its places, `%1` and so on, made it.

    `plural`: it has a number, the first of its values, and this is its form for many. No `msgid`:
    it is not ours, but what a system or a kernel said.
    """

    __slots__ = ("msgid", "plural", "values")
    msgid: str
    plural: str | None
    values: tuple[Value, ...]

    def __new__(
        cls, text: str, msgid: str = "", values: Sequence[Value] = (), plural: str | None = None
    ) -> Text:
        """Make a text that is said already; `gettext` and `ngettext` say one."""
        made = super().__new__(cls, text)
        made.msgid, made.values, made.plural = msgid, tuple(values), plural
        return made

    @property
    def has_wording(self) -> bool:
        """Whether translators know it otherwise than by itself."""
        return self.msgid not in ("", self)


def gettext(msgid: str, *values: object) -> Text:
    """Return a text of ours: `msgid` is a literal, in which `%1` is the place of the first value.

    A per cent sign is written `%%`, as the page's translator has it.
    """
    return worded(msgid, None, values)


def ngettext(one: str, many: str, number: int, *values: object) -> Text:
    """Return a text of ours with a number, `%1`, in the form that goes with it."""
    return worded(one, many, (number, *values))


def worded(msgid: str, plural: str | None, values: Sequence[object]) -> Text:
    """Return a text that was made elsewhere, in a document or by a kernel."""
    kept = tuple(map(_value, values))
    form = plural if plural is not None and kept[:1] != (1,) else msgid
    return Text(filled(form, kept), msgid, kept, plural)


def verbatim(said: object) -> Text:
    """Return what is not ours to translate: the words of a system, a library or a kernel."""
    return Text(str(said))


def said_by(error: OSError) -> Text:
    """Return what an OSError says: the words of the system, or a text of ours and of which file."""
    if not isinstance(error.strerror, Text):
        return verbatim(error)
    return gettext("%1: %2", error.strerror, error.filename) if error.filename else error.strerror


def filled(text: str, values: Sequence[object]) -> str:
    """Return a text with values in its places; where there is no value, the place stays."""

    def value(place: re.Match[str]) -> str:
        if place[1] == "%":
            return "%"
        index = int(place[1]) - 1
        return str(values[index]) if 0 <= index < len(values) else place[0]

    return _PLACE.sub(value, text)


def _value(value: object) -> Value:
    return value if isinstance(value, Text | int) else str(value)
