"""Saved states: the cells that made one, and their libraries. Loading runs them again.

This is for where the image of the process, which stands before it in the file, cannot be used. From
the libraries nothing is compiled, when the toolchain is the same; else from the sources. Which it
is, and why, is told when a state is saved and when it is loaded.
"""

from __future__ import annotations

import json
import secrets
import zipfile
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from patina_kernel import images
from patina_kernel.language import ReportLine, SnapshotError
from patina_kernel.text import Text, said
from patina_kernel.text import gettext as _

from patina_rust import library
from patina_rust.compiler import CellError
from patina_rust.launching import CompilerError
from patina_rust.library import RuntimeUnavailableError
from patina_rust.session import Past, Session, State

FORMAT, VERSION = "patina-rust", 2
FORMER = ("patina-rust-sources", 1)
MANIFEST = "state.json"
# Cells with large crates in them have large libraries; then the sources must do.
MOST_BYTES = 64_000_000
# What becomes of the cells of a state, and why.
WITH_LIBRARIES = _("are kept with their libraries: loading runs them again, and compiles nothing")
GONE = _("are kept as sources, for their libraries are gone: loading compiles and runs them again")
LARGE = _(
    "are kept as sources, for their libraries are larger than %1 MB: "
    "loading compiles and runs them again",
    MOST_BYTES // 1_000_000,
)
RAN = _("were run again from their libraries; nothing was compiled")
OTHER_TOOLCHAIN = _("were compiled and run again: their libraries are another rustc's")
OTHER_CRATES = _(
    "were compiled and run again: the crates with which their libraries were linked are gone"
)
NO_LIBRARIES = _("were compiled and run again: their libraries were not kept with them")
HINT = _("load a state that this version of the kernel has saved")
AGAIN = _("What they do outside of the notebook is done twice; it takes their time again.")


@dataclass(frozen=True, slots=True)
class Saved:
    """A state from a file. `libraries`: the names of its members, one a cell, or none."""

    cells: tuple[Past, ...]
    state: State | None = None
    toolchain: str = ""
    libraries: tuple[str, ...] = ()


class RustSnapshots:
    """Implements `patina_kernel.language.Snapshots`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def save(self, path: Path) -> tuple[int, tuple[ReportLine, ...]]:
        """Write the cells, and their libraries when these are not large; say which."""
        try:
            # Behind an image of the process, if there is one: archives are read from their end.
            mode: Literal["a", "w"] = "a" if path.exists() and images.begins(path) else "w"
            with zipfile.ZipFile(path, mode, zipfile.ZIP_DEFLATED, compresslevel=1) as file:
                what = self._write(file)
            return path.stat().st_size, _lines("saved", len(self._session.past), what)
        except OSError as error:
            hint = _("choose a folder that can be written, on a disk with room")
            what = _("%1 cannot be written: %2", path, error.strerror)
            raise SnapshotError(what, hint) from error

    def _write(self, file: zipfile.ZipFile) -> Text:
        past, names = self._session.past, []
        paths = [Path(cell.library) if cell.library else None for cell in past]
        what = _kind_of([path for path in paths if path is not None])
        if what == WITH_LIBRARIES:
            for number, path in enumerate(paths):
                names.append(f"{number}.so" if path else "")
                if path:
                    file.write(path, names[-1])
        state = {
            "format": FORMAT,
            "version": VERSION,
            "toolchain": library.toolchain(),
            "cells": [asdict(cell) for cell in past],
            "state": asdict(self._session.state),
            "libraries": names,
        }
        file.writestr(MANIFEST, json.dumps(state))
        return what

    def load(self, path: Path) -> tuple[ReportLine, ...]:
        """Run the cells of a saved state in place of this one."""
        try:
            saved = _read(path)
            if not saved.libraries:
                return self._compile_again(saved, NO_LIBRARIES)
            if saved.toolchain != library.toolchain():
                return self._compile_again(saved, OTHER_TOOLCHAIN)
            return self._run_again(path, saved)
        except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
            what = _("%1 was not loaded: %2", path.name, said(error))
            raise SnapshotError(what, HINT) from error
        except (CellError, CompilerError, RuntimeUnavailableError) as error:
            what = _("%1 was not loaded: %2", path.name, error)
            raise SnapshotError(what, str(error)) from error

    def find_libraries(self, path: Path) -> None:
        """In a process out of the image in that file: have the libraries that are gone from it."""
        past = self._session.past
        gone = [bool(cell.library) and not Path(cell.library).exists() for cell in past]
        if any(gone):
            with suppress(OSError, ValueError, KeyError, zipfile.BadZipFile):
                names = _read(path).libraries or ("",) * len(past)
                self._session.past = tuple(
                    replace(cell, library=_unpacked(path, name)) if name and lost else cell
                    for cell, name, lost in zip(past, names, gone, strict=True)
                )

    def _run_again(self, path: Path, saved: Saved) -> tuple[ReportLine, ...]:
        cells = [
            (_unpacked(path, name) if name else "", cell.function)
            for name, cell in zip(saved.libraries, saved.cells, strict=True)
        ]
        kept = [
            Past(cell.code, cell.notes, here, cell.function)
            for (here, _function), cell in zip(cells, saved.cells, strict=True)
        ]
        self._session.program.load()  # what cells and it are both linked with is there then
        if not library.has_all(here for here, _function in cells if here):
            return self._compile_again(saved, OTHER_CRATES)
        assert saved.state is not None
        self._session.rerun(tuple(kept), saved.state)
        return _lines("loaded", len(kept), RAN)

    def _compile_again(self, saved: Saved, why: Text) -> tuple[ReportLine, ...]:
        self._session.replay(saved.cells)
        return _lines("loaded", len(saved.cells), why)


def _kind_of(libraries: list[Path]) -> Text:
    """Say how cells with these libraries are kept."""
    if not all(path.exists() for path in libraries):
        return GONE
    size = sum(path.stat().st_size for path in libraries)
    return WITH_LIBRARIES if size <= MOST_BYTES else LARGE


def _lines(kind: str, count: int, what: Text) -> tuple[ReportLine, ...]:
    cells = "1 cell" if count == 1 else f"{count} cells"
    return (ReportLine(kind, cells, what, AGAIN),) if count else ()


def _unpacked(path: Path, name: str) -> str:
    """Write a library where it can be loaded; its name is one that never was and never will be."""
    place = library.unpacked() / f"cell-{secrets.token_hex(12)}.so"
    with zipfile.ZipFile(path) as file:
        place.write_bytes(file.read(name))
    return str(place)


def _read(path: Path) -> Saved:
    with path.open("rb") as start:
        is_former = start.read(1) == b"{"
    if is_former:
        former = json.loads(path.read_text("utf-8"))
        if (former["format"], former["version"]) != FORMER:
            raise ValueError(_("it is no state of Rust cells"))
        return Saved(tuple(Past(str(code)) for code in former["cells"]))
    with zipfile.ZipFile(path) as file:
        told = json.loads(file.read(MANIFEST))
    if (told["format"], told["version"]) != (FORMAT, VERSION):
        raise ValueError(_("it is no state of Rust cells that this version knows"))
    return Saved(
        tuple(map(_past, told["cells"])),
        _state(told["state"]),
        str(told["toolchain"]),
        tuple(map(str, told["libraries"])),
    )


def _past(told: dict[str, Any]) -> Past:
    notes = tuple(tuple(map(str, one)) for one in told["notes"])
    return Past(str(told["code"]), notes, str(told["library"]), str(told["function"]))


def _state(told: dict[str, Any]) -> State:
    variables = tuple((str(name), str(kind)) for name, kind in told["variables"])
    items = tuple(map(str, told["items"]))
    return State(None, variables, items, str(told["outline"]), str(told["lock"]))
