"""Completion and help: rust-analyzer's, in the compiler; and what is known without asking it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from patina_rust.compiler import Place
from patina_rust.launching import CompilerError
from patina_rust.session import Session

_WORDS = (
    "as async await break const continue crate else enum extern false fn for if impl in let loop "
    "match mod move mut pub ref return self static struct super trait true type unsafe use where "
    "while String Vec Option Some None Result Ok Err Box println! print! eprintln! format! vec! "
    "panic! assert! assert_eq! dbg! HashMap patina_html patina_svg"
)
KEYWORDS = frozenset(_WORDS.split())
_COMMANDS = (
    ":clear :dep :doc :efmt :env :fmt :help :offline :opt :sccache :show_deps :toolchain :type "
    ":vars :version"
)
COMMANDS = frozenset(_COMMANDS.split())
MACROS = {
    "println": 'macro of std: writes a line to stdout; println!("{x} {:?}", value)',
    "print": "macro of std: writes to stdout",
    "eprintln": "macro of std: writes a line to stderr",
    "format": 'macro of std: returns a String; format!("{x}")',
    "vec": "macro of std: returns a Vec; vec![1, 2, 3]",
    "dbg": "macro of std: writes an expression and its value to stderr, and returns the value",
    "panic": "macro of std: ends the cell; variables it did not move are kept",
}
NOTHING = "No documentation found"
_WORD_BEFORE, _WORD_AFTER = re.compile(r"\w*!?\Z"), re.compile(r"\w*")
_COMMAND = re.compile(r"^[ \t]*:\w*\Z", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Found:
    """Texts for what is from `start` to `end` (characters), and the kinds of what they name."""

    matches: tuple[str, ...]
    start: int
    end: int
    types: tuple[dict[str, object], ...] = ()


class Names:
    """The names that a session knows."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def complete(self, code: str, at: int) -> Found:
        """Complete the name before a place."""
        if command := _COMMAND.search(code[:at]):
            return _plain(COMMANDS, command[0].strip(), at)
        state = self._session.state
        position = len(code[:at].encode())
        try:
            found = self._session.compiler.complete(Place(state.outline, code, position))
        except CompilerError:
            return self._known(code, at)
        if not found.matches:
            return self._known(code, at)
        start, end = _character(code, found.start), _character(code, found.end)
        types = tuple(
            {"text": text, "type": kind, "start": start, "end": end} for text, kind in found.matches
        )
        return Found(tuple(text for text, _ in found.matches), start, end, types)

    def _known(self, code: str, at: int) -> Found:
        word = _word_before(code, at)
        if code[: at - len(word)].endswith("."):
            return Found((), at, at)  # of a value: nothing is known here
        state = self._session.state
        return _plain({*(name for name, _ in state.variables), *state.items, *KEYWORDS}, word, at)

    def inspect(self, code: str, at: int) -> str:
        """Explain the name at a place; empty when nothing is known."""
        name = _word_before(code, at) + (_WORD_AFTER.match(code[at:]) or [""])[0]
        state = self._session.state
        kind = dict(state.variables).get(name) or MACROS.get(name)
        if kind is not None:
            return f"{name}: {kind}"
        if not name:
            return ""
        # To the end of the name: what follows is not looked at.
        whole = code[: at + len((_WORD_AFTER.match(code[at:]) or [""])[0])]
        try:
            place = Place(state.outline, whole, len(whole.encode()))
            text = self._session.compiler.inspect(place)
        except CompilerError:
            return ""
        return "" if text == NOTHING else text


def _word_before(code: str, at: int) -> str:
    found = _WORD_BEFORE.search(code[:at])
    return found[0] if found else ""


def _plain(names: Iterable[str], word: str, at: int) -> Found:
    return Found(tuple(sorted(name for name in names if name.startswith(word))), at - len(word), at)


def _character(code: str, byte: int) -> int:
    return len(code.encode()[:byte].decode("utf-8", "ignore"))
