"""How a text crosses the network: in English, and as translators know it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated, Any, ClassVar, cast

from msgspec import Meta, Struct, ValidationError, convert, to_builtins
from msgspec.structs import force_setattr

from patina_lab.text import Text, Value, worded


class Wire(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Base of every shape: immutable, named fields, defaults left out."""


class Wording(Wire, frozen=True):
    """How translators know a text: `msgid`, and what stands in its places, `%1` and so on.

    `plural`: it has a number, the first of the values, and this is its form for many. A value that
    has a wording is said in the reader's language, too.
    """

    msgid: str
    plural: str | None = None
    values: list[str | int | Wording] = []

    @classmethod
    def of(cls, text: Text) -> Wording:
        """Return that of a text."""
        return cls(msgid=text.msgid, plural=text.plural, values=[*map(_sent, text.values)])

    def text(self) -> Text:
        """Return the text itself."""
        values = [one.text() if isinstance(one, Wording) else one for one in self.values]
        return worded(self.msgid, self.plural, values)


_ANY_WORDING = {"additionalProperties": {"$ref": "#/components/schemas/Wording"}}


Wordings = Annotated[dict[str, Any], Meta(extra_json_schema=_ANY_WORDING)]
"""Wordings by the names of fields. One that is none harms nothing else: `Worded` drops it."""


def _sent(value: Value) -> str | int | Wording:
    if not isinstance(value, Text):
        return value
    return Wording.of(value) if value.msgid else str(value)


def telling(texts: Mapping[str, Text]) -> dict[str, Any]:
    """Return texts as JSON objects have them: as strings, with their `wording`."""
    wording = {name: Wording.of(text) for name, text in texts.items() if text.has_wording}
    said: dict[str, Any] = {name: str(text) for name, text in texts.items()}
    return {**said, "wording": to_builtins(wording)} if wording else said


_UNFIT = (LookupError, TypeError, ValidationError, RecursionError)


def told(said: Mapping[str, Any], name: str) -> Text:
    """Return a text of a JSON object of a kernel's or a document's, as `telling` made it."""
    with suppress(*_UNFIT):
        return convert(said["wording"][name], Wording).text()
    text = str(said.get(name) or "")
    return Text(text, "" if "%" in text else text)


def _taken(name: str, value: Text | list[Any]) -> tuple[Any, dict[str, Wording]]:
    """Return a field as it crosses the network, and its wordings; in a list, of `name.0` on."""
    if isinstance(value, Text):
        return str(value), {name: Wording.of(value)} if value.has_wording else {}
    texts = [(f"{name}.{index}", one) for index, one in enumerate(value) if isinstance(one, Text)]
    said = [str(one) if isinstance(one, Text) else one for one in value]
    return said, {each: Wording.of(text) for each, text in texts if text.has_wording}


class Worded:
    """A shape with texts that people read, of which `wording` says how translators know them.

    One that has no values needs none: a page looks up the text itself.
    """

    __slots__ = ()
    __struct_fields__: ClassVar[tuple[str, ...]]

    def __post_init__(self) -> None:
        """Take the wordings from the texts, which cross the network as plain strings.

        Those that came with them stay where they still say the same.
        """
        made = cast("Struct", self)
        came: dict[str, Any] | None = getattr(self, "wording", None)
        wording: dict[str, Wording] = {}
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if isinstance(value, Text | list):
                said, found = _taken(name, value)
                force_setattr(made, name, said)
                wording |= found
        if came:
            wording = self._fitting(came) | wording
        if came or wording:
            force_setattr(made, "wording", wording or None)

    def _fitting(self, wording: dict[str, Any]) -> dict[str, Wording]:
        """Return those wordings from elsewhere that are some, and of what is said here."""
        fitting: dict[str, Wording] = {}
        for name, one in wording.items():
            with suppress(ValueError, *_UNFIT):
                known = convert(one, Wording)
                field_name, _dot, place = name.partition(".")
                said = getattr(self, field_name, None)
                if known.text() == (said[int(place)] if place and said else said):
                    fitting[name] = known
        return fitting

    def text(self, name: str) -> Text:
        """Return the text of a field, as it was given."""
        return told(to_builtins(self), name)


def plainly(value: object) -> str:
    """Return a text as a string where it stands in a shape without wording. A hook of msgspec's."""
    if isinstance(value, Text):
        return str(value)
    raise NotImplementedError(f"{type(value)} has no shape on the wire")
