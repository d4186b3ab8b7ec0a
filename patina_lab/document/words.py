"""What people read in files that the server makes, in their language."""

from __future__ import annotations

import re
from typing import Protocol

from patina_lab import wire
from patina_lab.model.comparing import Difference
from patina_lab.text import Text, filled

_LANGUAGE = re.compile(r"^Language: *([A-Za-z]+(?:[-_][A-Za-z]+)*)", re.MULTILINE)


class Translator(Protocol):
    """JupyterLab's, which knows what language the page is in, or any of gettext's."""

    def gettext(self, msgid: str, /) -> str:
        """Return a text in that language, or as it is."""

    def ngettext(self, one: str, many: str, n: int, /) -> str:
        """Return the form of it that goes with a number."""


class Words:
    """Texts with places for values: `%1` and so on, as in the page, whose catalogue they share."""

    def __init__(self, translator: Translator) -> None:
        self._translator = translator

    @property
    def language(self) -> str:
        """The language of the texts, as HTML says it: English where there is no catalogue."""
        told = _LANGUAGE.search(self._translator.gettext(""))
        return told[1].replace("_", "-") if told else "en"

    def gettext(self, text: str, *values: object) -> str:
        """Return a text with its values."""
        return filled(self._translator.gettext(text), values)

    def ngettext(self, one: str, many: str, n: int) -> str:
        """Return a text with a number, `%1`, in the form that goes with it."""
        return filled(self._translator.ngettext(one, many, n), (n,))

    def said(self, text: Text) -> str:
        """Return a text that was said in English."""
        if not text.msgid:
            return text
        values = [self.said(one) if isinstance(one, Text) else one for one in text.values]
        match text.plural, text.values:
            case str(many), (int(number), *_others):
                return filled(self._translator.ngettext(text.msgid, many, number), values)
            case _:
                return filled(self._translator.gettext(text.msgid), values)

    def status(self, status: wire.CellStatus) -> str:
        """Return what the status of an output cell is called."""
        named: dict[wire.CellStatus, str] = {
            "queued": self.gettext("queued"),
            "running": self.gettext("running"),
            "succeeded": self.gettext("succeeded"),
            "failed": self.gettext("failed"),
            "interrupted": self.gettext("interrupted"),
            "not run": self.gettext("not run"),
        }
        return named[status]

    def difference(self, what: Difference, left: str, right: str) -> str:
        """Return what it is called in which executions of the runs `left` and `right` differ."""
        named: dict[Difference, str] = {
            "only left": self.gettext("only in %1", left),
            "only right": self.gettext("only in %1", right),
            "code": self.gettext("code"),
            "outputs": self.gettext("outputs"),
            "status": self.gettext("status"),
        }
        return named[what]
