"""The notebook to which the chaos happens, and what its cells print. Pure."""

from __future__ import annotations

import re

from patina_lab.document.format import Cell, TsnbDocument, write

ID, PATH = "n1", "analysis.tsnb"
LINES = 4
EDITED = ("edited 1", "edited 2", "edited 3")
DISK = "disk"
"""The cell that is changed in the file, by hand."""
_PRINTS = f"""\
import time, uuid
name = uuid.uuid4().hex
for line in range({LINES}):
    print(name, line, flush=True)
    time.sleep({{pause}})
"""
CODE = {
    "quick": _PRINTS.format(pause=0),
    "slow": _PRINTS.format(pause=0.3),
    "kills": "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
}
_FIRST = re.compile(r"[0-9a-f]{0,32}|[0-9a-f]{32} 0?")
"""What there is of a first line that was cut off: its parts are written one by one."""
_LINE = re.compile(r"([0-9a-f]{32}) (\d+)\n")


def text() -> str:
    """Return the file that it begins with."""
    edited = tuple(Cell(name, "markdown", "begin\n") for name in EDITED)
    code = tuple(Cell(name, "code", source) for name, source in CODE.items())
    disk = Cell(DISK, "markdown", "from disk:\n")
    return write(TsnbDocument(ID, "patina-python", "python", (*edited, *code, disk)))


def name_in(printed: str) -> str | None:
    """Return the word that only this execution printed, if it came to that."""
    found = _LINE.match(printed)
    return found[1] if found else None


def is_begin(printed: str) -> bool:
    """Whether that is the beginning of what a cell prints, in order and nothing twice."""
    if _FIRST.fullmatch(printed):
        return True
    name = name_in(printed)
    return "".join(f"{name} {line}\n" for line in range(LINES)).startswith(printed)


def is_whole(printed: str) -> bool:
    """Whether that is all that a cell prints."""
    return is_begin(printed) and printed.count("\n") == LINES
