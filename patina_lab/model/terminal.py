r"""What a stream's text looks like on a terminal: `\r`, `\b` and cursor moves applied.

Only the last lines can still be changed by the program that prints them; everything above is
*settled*, for good. The state is therefore small whatever the length of the stream, and feeding
text costs time in proportion to the new text alone. Colours (SGR sequences) are kept as text.

Sequences: ECMA-48 (CSI A, B, C, D, G, K, J, m); any other is dropped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter

WINDOW_LINES = 100
"""How many lines back a cursor can still reach."""
WINDOW_CHARS = 1_000
"""How many characters stay changeable while the cursor is at the end."""
_KEPT_CHARS = 800

_SGR = r"\x1b\[[0-9;:]*m"
# Anything that is not plain appending. A lone \r before \n only ends a line.
_MOVES = re.compile(r"[\x08\x0b\x0c]|\r(?!\n)|\x1b(?!\[[0-9;:]*m)")
_TOKEN = re.compile(
    rf"(?P<sgr>{_SGR})|\x1b\[(?P<params>[0-9;:?<=>]*)[ -/]*(?P<csi>[@-~])"
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[()][0-9A-Za-z]|\x1b[@-Z\\-_a-z0-9=><]"
    r"|(?P<text>[^\x1b\n\r\x08\x0b\x0c]+)|(?P<char>[^\x1b])|\x1b"
)
_UNFINISHED = re.compile(r"\x1b(?:\[[0-9;:?<=>]*[ -/]*|\][^\x07\x1b]*\x1b?|[()])?\Z")
_LONGEST_UNFINISHED = 256

Cell = tuple[str, str]
"""A character, and the SGR sequences in force where it stands."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """The text that can still change, and where the cursor is in it."""

    window: str = ""
    row: int = 0
    """The cursor's line in the window; has a meaning only with a column."""
    column: int | None = None
    """Counts characters from 0; None is the end of the window."""
    style: str = ""
    pending: str = ""
    """An escape sequence of which the end has not come yet."""


def feed(terminal: Terminal, text: str) -> tuple[Terminal, str]:
    """Return the terminal after `text`, and the text that has become settled by it."""
    text = terminal.pending + text
    cut = _UNFINISHED.search(text, max(0, len(text) - _LONGEST_UNFINISHED))
    text, pending = (text[: cut.start()], cut.group()) if cut else (text, "")
    terminal = replace(terminal, pending=pending)
    if terminal.column is None and not _MOVES.search(text):
        return _append(terminal, text.replace("\r\n", "\n"))
    screen = _Screen(terminal)
    for token in _TOKEN.finditer(text):
        screen.apply(token)
    return screen.result(terminal)


def _append(terminal: Terminal, text: str) -> tuple[Terminal, str]:
    """Add plain text at the end: the common case, and the fast one."""
    style = terminal.style
    for sequence in re.findall(_SGR, text[-4096:]) if "\x1b" in text else ():
        style = _styled(style, sequence)
    return _settle(replace(terminal, style=style, window=terminal.window + text))


def _settle(terminal: Terminal) -> tuple[Terminal, str]:
    """Keep the end of the window changeable; what is before it is settled."""
    text = terminal.window
    if len(text) <= WINDOW_CHARS:
        return terminal, ""
    newline = text.find("\n", len(text) - _KEPT_CHARS)
    start = _within_line(text) if newline < 0 else newline + 1
    return replace(terminal, window=text[start:]), text[:start]


def _within_line(text: str) -> int:
    """Cut one long line, never inside of an escape sequence."""
    start = len(text) - _KEPT_CHARS
    for sequence in re.finditer(_SGR, text[max(0, start - 64) : start + 64]):
        left = max(0, start - 64) + sequence.start()
        if left < start < left + len(sequence.group()):
            return left
    return start


def _styled(style: str, sequence: str) -> str:
    """Return the style after one more SGR sequence; a reset forgets what was before."""
    if sequence in ("\x1b[m", "\x1b[0m"):
        return ""
    if sequence.startswith(("\x1b[0;", "\x1b[;")):
        return sequence
    return sequence if len(style) > 200 or sequence == style else style + sequence


class _Screen:
    """The changeable lines as characters; lives only while one text is applied."""

    def __init__(self, terminal: Terminal) -> None:
        self.rows, self.style = _cells(terminal.window), terminal.style
        self.row, self.column = len(self.rows) - 1, len(self.rows[-1])
        if terminal.column is not None:
            self.row, self.column = terminal.row, terminal.column
        self.settled: list[str] = []
        self.open_style = ""

    def apply(self, token: re.Match[str]) -> None:
        if sequence := token["sgr"]:
            self.style = _styled(self.style, sequence)
        elif final := token["csi"]:
            self.control(final, token["params"])
        elif text := token["text"]:
            self.write(text)
        elif char := token["char"]:
            self.put(char)

    def put(self, char: str) -> None:
        match char:
            case "\n":
                self.down(1)
                self.column = 0
            case "\r":
                self.column = 0
            case "\b":
                self.column = max(0, self.column - 1)
            case _:
                self.down(1)

    def write(self, text: str) -> None:
        line, style = self.rows[self.row], self.style
        line.extend((" ", "") for _ in range(self.column - len(line)))
        line[self.column : self.column + len(text)] = [(char, style) for char in text]
        self.column += len(text)

    def down(self, count: int) -> None:
        self.row += count
        while self.row >= len(self.rows):
            self.rows.append([])
        self.settle(len(self.rows) - WINDOW_LINES)

    def settle(self, count: int) -> None:
        """Let go of the topmost lines: nothing can change them any more."""
        for _ in range(count):
            text, self.open_style = _rendered(self.rows.pop(0), self.open_style)
            self.settled.append(text + "\n")
            self.row -= 1

    def control(self, final: str, params: str) -> None:
        first = params.split(";", maxsplit=1)[0]
        count = int(first) if first.isdigit() else None
        step = min(count or 1, WINDOW_LINES * 100)
        match final:
            case "A":
                self.row = max(0, self.row - step)
            case "B":
                self.row = min(len(self.rows) - 1, self.row + step)
            case "C":
                self.column = min(self.column + step, WINDOW_CHARS)
            case "D":
                self.column = max(0, self.column - step)
            case "G":
                self.column = min(step - 1, WINDOW_CHARS)
            case "K":
                self.erase_line(count or 0)
            case "J":
                self.erase_below(count or 0)
            case _:
                pass

    def erase_line(self, how: int) -> None:
        line = self.rows[self.row]
        if how == 0:
            del line[self.column :]
        elif how == 1:
            line[: self.column + 1] = [(" ", "")] * min(self.column + 1, len(line))
        elif how == 2:
            line.clear()

    def erase_below(self, how: int) -> None:
        if how == 0:
            self.erase_line(0)
            del self.rows[self.row + 1 :]
        elif how in (2, 3):
            self.rows, self.row, self.column = [[]], 0, 0

    def result(self, terminal: Terminal) -> tuple[Terminal, str]:
        at_end = self.row == len(self.rows) - 1 and self.column == len(self.rows[-1])
        if not at_end and sum(map(len, self.rows)) > 4 * WINDOW_CHARS:
            self.settle(self.row)
        text, style = "", self.open_style
        lines = []
        for cells in self.rows:
            text, style = _rendered(cells, style)
            lines.append(text)
        if at_end and style != self.style:
            lines[-1] += _change(style, self.style)
        window, settled = "\n".join(lines), "".join(self.settled)
        if at_end:
            after, more = _settle(replace(terminal, window=window, column=None, style=self.style))
            return after, settled + more
        after = replace(terminal, window=window, row=self.row, column=self.column, style=self.style)
        return after, settled


def _cells(window: str) -> list[list[Cell]]:
    """Read rendered lines back into characters with their styles."""
    style, rows = "", []
    for line in window.split("\n"):
        cells: list[Cell] = []
        for token in _TOKEN.finditer(line):
            if sequence := token["sgr"]:
                style = _styled(style, sequence)
            elif text := token["text"] or token["char"]:
                cells.extend((char, style) for char in text)
        rows.append(cells)
    return rows


def _rendered(cells: list[Cell], style: str) -> tuple[str, str]:
    """Return a line's text given the style in force before it, and the style after it."""
    parts = []
    for wanted, run in groupby(cells, key=itemgetter(1)):
        if wanted != style:
            parts.append(_change(style, wanted))
            style = wanted
        parts.append("".join(char for char, _ in run))
    return "".join(parts), style


def _change(style: str, wanted: str) -> str:
    """Return the sequences that lead from one style to another."""
    if style and wanted.startswith(style):
        return wanted[len(style) :]
    return ("\x1b[0m" if style else "") + wanted
