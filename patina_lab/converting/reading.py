"""Reads a notebook of any format, with what lies beside it."""

from __future__ import annotations

import mimetypes
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path, PurePosixPath

from patina_lab.blobs.store import BlobStore
from patina_lab.clock import now
from patina_lab.confined import Located, through_no_link
from patina_lab.conversion.content import Content, Keep, PastRun, Read, Stamp
from patina_lab.conversion.errors import ConversionError
from patina_lab.conversion.forms import source_suffix
from patina_lab.conversion.fromipynb import Choose
from patina_lab.conversion.importing import from_ancestor, from_ipynb, from_text
from patina_lab.document.ancestors import ancestor_version
from patina_lab.document.format import read
from patina_lab.document.refusals import refuse_gigantic
from patina_lab.runlog.pastruns import read_runs
from patina_lab.runlog.runfolder import RunFolder
from patina_lab.text import Text
from patina_lab.text import gettext as _

MAX_PICTURE_BYTES = 32 * 2**20
_LEFT_OUT = _("The run is left out.")
MAX_RUN_BYTES = 64 * 2**20
_MOST_READ = 2**30
"""Of nothing larger more is read; each format has its own bound."""


@dataclass(frozen=True, slots=True)
class Live:
    """What a server knows of an open notebook, later than its files do.

    `notes`: what is to be told of runs that are not among these.
    """

    text: str
    runs: tuple[PastRun, ...]
    notes: tuple[Text, ...] = ()


@dataclass(frozen=True)
class SourceFile:
    """A file that is to be converted; `live` where it is open."""

    file: Located
    live: Live | None = None

    @cached_property
    def suffix(self) -> str:
        """The extension of its name. Raises ConversionError for what is no notebook."""
        return source_suffix(self.file.path.name)

    @cached_property
    def data(self) -> bytes:
        """Its bytes. Raises OSError, TsnbError."""
        if self.live is not None:
            return self.live.text.encode()
        with self.file.read() as file:
            data = file.read(_MOST_READ)
        if self.suffix == ".tsnb":
            refuse_gigantic(len(data))
        return data

    @property
    def is_ours(self) -> bool:
        """Whether it is a `.tsnb`, and not one of Twinsong or Patina."""
        return self.suffix == ".tsnb" and not self._is_ancestor

    @property
    def _is_ancestor(self) -> bool:
        return ancestor_version(self.data[:8192].decode(errors="replace")) is not None

    @property
    def folder(self) -> RunFolder:
        """Where its runs are, if it has any."""
        return RunFolder(self.file.path)

    @property
    def read_blob(self) -> Read:
        """What reads the bytes of its runs' outputs."""
        return BlobStore(self.folder.blobs).get

    def content(self, choose: Choose, by: str, keep: Keep) -> Content:
        """Return what is in it. Raises ConversionError, TsnbError, OSError."""
        if self.is_ours:
            return self._ours()
        stamp = Stamp(str(uuid.uuid4()), str(uuid.uuid4()), now(), by)
        if self.suffix == ".ipynb":
            return from_ipynb(self.data, stamp, choose, keep)
        if self._is_ancestor and self.suffix == ".tsnb":
            return from_ancestor(_text(self.data), self._run_texts(), stamp, choose, keep)
        return from_text(self.data, self.suffix, stamp, choose, keep)

    def _ours(self) -> Content:
        document = read(_text(self.data))
        if self.live is not None:
            return Content(document, self.live.runs, self.live.notes)
        runs, notes = read_runs(self.folder)
        return Content(document, tuple(runs), tuple(notes))

    def _run_texts(self) -> Iterator[tuple[str, Callable[[], str]]]:
        for path in sorted(self.folder.path.glob("*.run")):
            yield path.name, partial(_run_text, path)

    def picture(self, path: str) -> bytes | None:
        """Return a picture that lies in its folder or below, and through no link."""
        parts = PurePosixPath(path).parts
        if not parts or any(part in ("..", "/") or part.startswith(".") for part in parts):
            return None
        whole = self.file.path.parent.joinpath(*parts)
        if not (mimetypes.guess_type(whole)[0] or "").startswith("image/"):
            return None
        try:
            with open(whole, "rb", opener=through_no_link(len(parts))) as file:
                data = file.read(MAX_PICTURE_BYTES + 1)
        except (OSError, ValueError):
            return None
        return data if len(data) <= MAX_PICTURE_BYTES else None


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        what = _("The file is binary (0x%1 is no UTF-8)", f"{data[error.start]:02x}")
        raise ConversionError(
            what, place=_("Line %1", line), hint=_("It is no notebook.")
        ) from error


def _run_text(path: Path) -> str:
    with open(path, "rb", opener=through_no_link()) as file:
        data = file.read(MAX_RUN_BYTES + 1)
    if len(data) > MAX_RUN_BYTES:
        raise ConversionError(_("it is larger than %1 MiB", MAX_RUN_BYTES >> 20), hint=_LEFT_OUT)
    return data.decode()
