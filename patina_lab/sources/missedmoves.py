"""A notebook whose file got another name while no server looked.

Histories of edits go by the id that Jupyter has given to a path. That stays with the old path then:
under the new one a history would begin anew, and edits that were in no file yet would be lost. The
notebook's own id, which is in its file and in the text that its history keeps, tells whose it is.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from patina_lab.sources.historydatabase import texts_in
from patina_lab.sources.reconciling import nearest

_HEAD_BYTES = 4096
_TABLE = re.compile(r"^[ \t]*\[", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Left:
    """A history, by the id of the file that it is of, and where that file was last."""

    file_id: str
    path: Path
    database: Path

    def texts_of(self, notebook: str, file: Path) -> tuple[str, ...]:
        """Return the texts that its file may have had, if it is that notebook's.

        None if the notebook is still where it was, and `file` a copy of it. Blocks.
        """
        if notebook_in(self.path) == notebook and not _is_renamed(self.path, file):
            return ()
        texts = tuple(texts_in(self.database).values())
        return texts if any(_notebook_of(text) == notebook for text in texts) else ()

    def written(self) -> float:
        """Return when it was written last, in seconds since 1970. Blocks."""
        times = [0.0]
        for part in ("", "-wal"):
            with suppress(OSError):
                found = Path(f"{self.database}{part}").stat()
                # A journal that is empty is made by who only reads.
                times += [found.st_mtime] if found.st_size else []
        return max(times)


def moved_from(known: Iterable[Left], file: Path) -> Left | None:
    """Return the history that the notebook in a file has left behind. Blocks.

    Of several, the one of what the file says, or comes nearest to it; and then the latest.
    """
    notebook = notebook_in(file)
    if notebook is None:
        return None
    found = {left: texts for left in known if (texts := left.texts_of(notebook, file))}
    said = nearest([text for texts in found.values() for text in texts], _text_of(file))
    nearby = [left for left, texts in found.items() if said in texts]
    return max(nearby, key=Left.written, default=None)


def is_of_other(database: Path, file: Path) -> bool:
    """Whether a history is known to be of another notebook than the one in a file. Blocks."""
    notebook = notebook_in(file)
    others = {_notebook_of(text) for text in texts_in(database).values()}
    return notebook is not None and bool(others) and others.isdisjoint({None, notebook})


def notebook_in(file: Path) -> str | None:
    """Return the id of the notebook in a file; None where none can be read. Blocks."""
    try:
        if not file.is_file():  # Of a pipe, opening waits for ever.
            return None
        with file.open("rb") as opened:
            return _notebook_of(opened.read(_HEAD_BYTES).decode(errors="replace"))
    except OSError:
        return None


def _notebook_of(text: str) -> str | None:
    """Return what the first lines of a text say, before all its tables."""
    try:
        found = tomllib.loads(_TABLE.split(text, maxsplit=1)[0]).get("id")
    except (tomllib.TOMLDecodeError, RecursionError):
        return None
    return found if isinstance(found, str) else None


def _is_renamed(old: Path, new: Path) -> bool:
    """Whether an old name leads to the file with a new one: a link was left there, for instance."""
    try:
        return old.samefile(new) and not new.is_symlink()
    except OSError:
        return False


def _text_of(file: Path) -> str:
    try:
        return file.read_bytes().decode(errors="replace")
    except OSError:
        return ""
