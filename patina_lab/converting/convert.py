"""The one function that converts a file, and what is said where it cannot be."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from patina_lab import wire
from patina_lab.blobs.store import BlobDamagedError, BlobMissingError, BlobStore
from patina_lab.confined import Roots
from patina_lab.conversion.content import Content, Keep, PastRun, Read
from patina_lab.conversion.errors import ConversionError
from patina_lab.conversion.exporting import Beside, Page, exported, left_out
from patina_lab.conversion.forms import OURS, target_format
from patina_lab.conversion.kernelchoice import Choice, choose
from patina_lab.conversion.texts import suffix_of
from patina_lab.converting.reading import Live, SourceFile
from patina_lab.converting.writing import copy_notebook, write_for, write_notebook
from patina_lab.document.ancestors import NAMES, Program
from patina_lab.document.errors import TsnbError
from patina_lab.document.format import TsnbDocument, read
from patina_lab.kernel.process import install_hint
from patina_lab.model.outputs import Blob
from patina_lab.problem import (
    PatinaProblem,
    bad_request,
    conflict,
    forbidden,
    not_found,
    of_disk,
)
from patina_lab.runlog.newfiles import NewFiles
from patina_lab.text import Text, verbatim
from patina_lab.text import gettext as _


@dataclass(frozen=True, slots=True)
class Conversion:
    """What is wanted, by whom, and which kernelspecs there are: name to language."""

    wanted: wire.Convert
    installed: Mapping[str, str]
    by: str = "import"


def convert_file(
    root: Path, conversion: Conversion, *, roots: Roots | None = None, live: Live | None = None
) -> wire.Converted:
    """Convert `wanted.source` to `wanted.to`, both below `root`; see `wire.Convert`.

    `roots`: where files may really be, when not only below `root`. Raises PatinaProblem; then
    nothing was written: 400 for what cannot be read, or written in that format, 403, 404, 409 for
    what is there already. Blocks.
    """
    wanted = conversion.wanted
    with _explained(wanted):
        where = roots or Roots(root)
        source, target = where.locate(root / wanted.source), where.locate(root / wanted.to)
        if source.path == target.path:
            raise ConversionError(
                _("A file cannot be converted to itself"), hint=_("Name another.")
            )
        form = target_format(wanted.to, wanted.format)
        is_notebook = target.path.suffix == ".tsnb"
        with NewFiles(target) as files:
            if not wanted.force:
                files.refuse_taken(with_runs=is_notebook)
            converted = _Job(conversion, SourceFile(source, live), form, files).done()
            if wanted.force:
                files.replace(with_runs=is_notebook)
            else:
                files.put()
    return converted


@dataclass(frozen=True, slots=True)
class _Job:
    """Reads one file, and writes what is to take the target's place."""

    conversion: Conversion
    source: SourceFile
    form: str
    files: NewFiles

    def done(self) -> wire.Converted:
        """Write the new files, and say what they are."""
        if self.form != OURS:
            return self._exported()
        return self._copied() if self.source.is_ours else self._imported()

    def _imported(self) -> wire.Converted:
        blobs = BlobStore(self.files.runs.blobs)

        def keep(blob: Blob) -> None:
            if self.conversion.wanted.runs:
                self.files.runs.path.mkdir(exist_ok=True)
                blobs.put(blob)

        content = self._content(keep)
        if not self.conversion.wanted.runs:
            content = replace(content, runs=())
        size = write_notebook(self.files, content, blobs)
        return self._said(content.document, size, len(content.runs), content.notes)

    def _copied(self) -> wire.Converted:
        document = self._on_kernel(read(self.source.data.decode()))
        size, runs = copy_notebook(
            self.files, document, self.source.folder, with_runs=self.conversion.wanted.runs
        )
        return self._said(document, size, runs, ())

    def _exported(self) -> wire.Converted:
        memory: dict[str, bytes] = {}

        def keep(blob: Blob) -> None:
            memory[blob.hash] = blob.data

        content = self._content(keep)
        blobs: Read = self.source.read_blob if self.source.is_ours else memory.__getitem__
        if self.form in NAMES:
            content = content if self.conversion.wanted.runs else replace(content, runs=())
            size = write_for(self.files, content, cast("Program", self.form), blobs)
            return self._said(content.document, size, len(content.runs), content.notes)
        return self._page(content, blobs)

    def _page(self, content: Content, blobs: Read) -> wire.Converted:
        run, path = self._run(content), Path(self.conversion.wanted.to)
        page = Page(self.form, path.stem, suffix_of(path.name))
        data = exported(content, run, page, Beside(blobs, self.source.picture))
        self.files.write(data)
        notes = (*content.notes, *left_out(content, run, self.form))
        return self._said(content.document, len(data), 1 if run else 0, notes)

    def _run(self, content: Content) -> PastRun | None:
        """Return the run that is named; of a file that is no notebook of ours its only one."""
        name = self.conversion.wanted.run
        if name is None:
            return content.runs[0] if content.runs and not self.source.is_ours else None
        run = next((run for run in content.runs if run.id == name), None)
        if run is None:
            hint = _("GET api/patina/notebooks/{id}/runs lists them.")
            raise ConversionError(_("The notebook has no run %1", repr(name[:80])), hint=hint)
        return run

    def _content(self, keep: Keep) -> Content:
        content = self.source.content(self._choose, self.conversion.by, keep)
        return replace(content, document=self._on_kernel(content.document))

    def _choose(self, spec: str, language: str) -> Choice:
        wanted = self.conversion.wanted.kernel
        return choose(wanted or spec, language, self.conversion.installed, install_hint)

    def _on_kernel(self, document: TsnbDocument) -> TsnbDocument:
        kernel = self.conversion.wanted.kernel
        if kernel is None:
            return document
        language = self.conversion.installed.get(kernel, document.language)
        return replace(document, kernel=kernel, language=language.lower())

    def _said(
        self, document: TsnbDocument, size: int, runs: int, notes: tuple[Text, ...]
    ) -> wire.Converted:
        return wire.Converted(
            path=self.conversion.wanted.to,
            format=cast("wire.Format", self.form),
            bytes=size,
            cells=len(document.cells),
            runs=runs,
            kernel=document.kernel,
            language=document.language,
            notes=list(notes),
        )


@contextmanager
def _explained(wanted: wire.Convert) -> Iterator[None]:
    """Turn what goes wrong into a problem that says what to do."""
    try:
        yield
    except (ConversionError, TsnbError) as error:
        raise _not_converted(wanted, error.text, error.hint) from error
    except (RecursionError, UnicodeError) as error:
        what = verbatim(error)
        if isinstance(error, RecursionError):
            what = _("Values are nested too deeply")
        raise _not_converted(wanted, what, _("Mend the file by hand.")) from error
    except (BlobMissingError, BlobDamagedError) as error:
        hint = _("Run the cell again, restore the file, or export without this run.")
        raise _not_converted(wanted, _("An output is gone: %1", error.text), hint) from error
    except FileExistsError as error:
        hint = _("Choose another name, or have it replaced: `force`, or `--force`.")
        raise conflict(
            _("%1 exists already", error.filename), _("Nothing was written"), hint
        ) from error
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        reason = _("%1: %2", error.strerror, error.filename)
        hint = _("Name files and folders that are there.")
        raise not_found(_("%1 cannot be converted", wanted.source), reason, hint) from error
    except OSError as error:
        if error.errno not in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise of_disk(error) from error
        reason = _("%1: %2", error.strerror, _meant(error, wanted))
        raise forbidden(
            _("%1 cannot be converted", wanted.source),
            reason,
            _("Choose a file that the server may read, and a folder that it may write."),
        ) from error


def _meant(error: OSError, wanted: wire.Convert) -> str:
    """Return which file an error is of: one that is not whole yet has another name."""
    is_source = Path(str(error.filename)).name == Path(wanted.source).name
    return wanted.source if is_source else wanted.to


def _not_converted(wanted: wire.Convert, reason: Text, hint: Text) -> PatinaProblem:
    return bad_request(
        _("%1 cannot be converted", wanted.source), reason, _("%1 Nothing was written.", hint)
    )
