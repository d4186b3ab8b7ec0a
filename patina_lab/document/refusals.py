"""Files that are no notebook of ours, told apart before they are parsed. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from patina_lab.document.errors import TsnbError
from patina_lab.text import gettext as _

MAX_BYTES = 64 * 2**20
_CONFLICT = re.compile(r"^(<<<<<<<|>>>>>>>) ", re.MULTILINE)
_ANCESTOR = re.compile(r'^version\s*=\s*"(twinsong|patina) [^"]*"', re.MULTILINE)
_KEY = r"""(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')"""
MOST_KEY_PARTS = 200
# Python's reader takes the square of their number, and what it reads is nested as deep. Possessive
# throughout: looked for in time proportional to the text.
_DEEP_KEY = re.compile(
    rf"""(?<![\w\-"'.])(?:{_KEY}[ \t]*+\.[ \t]*+){{{MOST_KEY_PARTS},}}+{_KEY}[ \t]*+[=\]]"""
)
_NAMES = {"twinsong": "Twinsong", "patina": "Patina"}


def refuse_what_is_no_notebook(text: str) -> None:
    """Raise TsnbError for what is gigantic, binary, in conflict, or another program's."""
    refuse_gigantic(len(text))
    if (at := text.find("\x00")) >= 0:
        raise TsnbError(_("The file is binary"), line=_line(text, at), hint=_("It is no notebook."))
    if not text.strip():
        raise TsnbError(
            _("The file is empty"), line=1, hint=_("Delete it and create a new notebook.")
        )
    if deep := _DEEP_KEY.search(text):
        raise TsnbError(
            _("Keys are nested too deeply"),
            line=_line(text, deep.start()),
            hint=_("Mend it by hand."),
        )
    if not _ours(text) and (ancestor := _ANCESTOR.search(text[:4096])):
        name = _NAMES[ancestor[1]]
        raise TsnbError(
            _("This is a notebook of %1", name),
            line=_line(text, ancestor.start()),
            hint=_("It is left as it is. Convert it, or open it with %1.", name),
        )


def refuse_gigantic(size: int) -> None:
    """Raise TsnbError for a file that is too large to be opened."""
    if size > MAX_BYTES:
        raise TsnbError(
            _(
                "The file is %1 MiB; at most %2 MiB can be opened",
                f"{size / 2**20:.0f}",
                MAX_BYTES >> 20,
            ),
            hint=_("Outputs are kept beside the notebook: is it a notebook at all?"),
        )


def _ours(text: str) -> bool:
    return 'format = "patina-lab' in text[:4096]


def refuse_conflict(text: str) -> None:
    """Name a merge that was not finished, in a text that is no TOML: its marks are none.

    In a source marks are text as any other: `patina git` writes them there, for a person to
    resolve in the cell.
    """
    if mark := _CONFLICT.search(text):
        raise _left(_line(text, mark.start()))


def refuse_torn_conflict(sources: Iterable[str]) -> None:
    """Refuse a conflict that begins in one source and ends in another: cells are mixed in it."""
    open_marks = [_balance(source) for source in sources]
    if any(balance > 0 for balance in open_marks) and any(balance < 0 for balance in open_marks):
        raise _left(None)


def _balance(source: str) -> int:
    marks = _CONFLICT.findall(source)
    return marks.count("<<<<<<<") - marks.count(">>>>>>>")


def _left(line: int | None) -> TsnbError:
    return TsnbError(
        _("A merge conflict was left in the file"),
        line=line,
        hint=_("Finish the merge: choose between the two versions in a text editor."),
    )


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1
