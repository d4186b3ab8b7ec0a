"""A notebook whose file got another name while no server looked.

Histories of edits go by the id that Jupyter has given to a path. That stays with the old path then:
under the new one a history would begin anew, and edits that were in no file yet would be lost. The
notebook's own id, which is in its file and in the text that its history keeps, tells whose it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from patina_lab.sources.historydatabase import texts_in

_HEAD_BYTES = 4096
_ID = re.compile(r'^id = "([^"\n]+)"$', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Left:
    """A history, by the id of the file that it is of, and where that file was last."""

    file_id: str
    path: Path
    database: Path

    def is_of(self, notebook: str) -> bool:
        """Whether it is of that notebook, and the notebook is no longer where it was. Blocks."""
        texts = () if notebook_in(self.path) == notebook else texts_in(self.database).values()
        return any(_notebook_of(text) == notebook for text in texts)

    def written(self) -> float:
        """Return when it was written last, in seconds since 1970. Blocks."""
        times = [0.0]
        for part in ("", "-wal"):
            with suppress(OSError):
                found = Path(f"{self.database}{part}").stat()
                # A journal that is empty is made by who only reads.
                times += [found.st_mtime] if found.st_size else []
        return max(times)


def moved_from(known: Iterable[Left], notebook: str) -> Left | None:
    """Return the history that a notebook has left behind, the latest one of several. Blocks."""
    found = [left for left in known if left.is_of(notebook)]
    return max(found, key=Left.written, default=None)


def notebook_in(file: Path) -> str | None:
    """Return the id of the notebook in a file, as we write it; None where there is none. Blocks."""
    try:
        if not file.is_file():  # Of a pipe, opening waits for ever.
            return None
        with file.open("rb") as opened:
            return _notebook_of(opened.read(_HEAD_BYTES).decode(errors="replace"))
    except OSError:
        return None


def _notebook_of(text: str) -> str | None:
    found = _ID.search(text.partition("\n[[cells]]")[0])
    return found[1] if found else None
