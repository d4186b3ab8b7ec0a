"""Which kernel an imported notebook gets: by its kernelspec, else by its language. Pure.

The rules for people are in docs/guide/import-export.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from patina_lab.text import Text
from patina_lab.text import gettext as _

_GENERIC = {"python", "python2", "python3"}
"""What ipykernel calls the Python that it is installed in: they name a language, not a place."""
_PATINA = {"python": "patina-python", "javascript": "patina-javascript", "rust": "patina-rust"}
_ALIASES = {
    "": "python",
    "ipython": "python",
    "python3": "python",
    "js": "javascript",
    "node": "javascript",
    "typescript": "javascript",
    "ts": "javascript",
    "rs": "rust",
}

HintOf = Callable[[str], Text]
"""Returns how a kernel is installed."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The kernel and language of a notebook, and what a person should know about them."""

    kernel: str
    language: str
    notes: tuple[Text, ...] = ()


def choose(spec: str, language: str, installed: Mapping[str, str], hint_of: HintOf) -> Choice:
    """Return the kernel for a notebook that names a kernelspec and a language, or not ("").

    `installed`: the server's kernelspecs and their languages.
    """
    if spec in installed and spec not in _GENERIC:
        return Choice(spec, normal_language(installed[spec]))
    language = normal_language(language or (spec if spec in _GENERIC else installed.get(spec, "")))
    chosen = _by_language(spec, language, installed)
    if chosen in installed:
        missing = bool(spec) and spec not in installed and spec not in _GENERIC
        return Choice(chosen, language, _instead(spec, chosen, hint_of) if missing else ())
    note = _(
        "The kernel %1 is not installed, so no run can be started. %2", chosen, hint_of(chosen)
    )
    return Choice(chosen, language, (note,))


def normal_language(name: str) -> str:
    """Return a language as our kernels call it."""
    name = name.strip().lower()
    return _ALIASES.get(name, name)


def _by_language(spec: str, language: str, installed: Mapping[str, str]) -> str:
    ours = _PATINA.get(language)
    if ours in installed:
        return str(ours)
    speaking = sorted(
        name for name, spoken in installed.items() if normal_language(spoken) == language
    )
    # An exact name first: `python3` where Patina Python is missing.
    return spec if spec in speaking else next(iter(speaking), ours or spec or language)


def _instead(spec: str, chosen: str, hint_of: HintOf) -> tuple[Text, ...]:
    return (
        _(
            "The kernel %1 is not installed: %2 speaks the same language and is used. %3",
            spec,
            chosen,
            hint_of(spec),
        ),
    )
