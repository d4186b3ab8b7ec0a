"""Saving and loading the variables of a Python session."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from patina_kernel.language import ReportLine
from patina_kernel.text import gettext as _

from patina_python.inspector.describe import describe
from patina_python.inspector.visible import is_users
from patina_python.snapshots.manifest import (
    Manifest,
    Variable,
    machine,
    python_version,
    version_of,
)
from patina_python.snapshots.pickler import VariablePickler
from patina_python.snapshots.reasons import not_loaded, not_saved
from patina_python.snapshots.store import Reader, Writer, written
from patina_python.snapshots.unpickler import VariableUnpickler

# Pickling goes this deep at most, whatever limit the user has set: beyond lies a stack overflow.
DEEPEST = 5_000
_NOTHING = object()


class Shell(Protocol):
    """What is asked of a shell: IPython's has it. `user_ns_hidden`: what it put there itself."""

    user_ns: dict[str, Any]
    user_ns_hidden: dict[str, Any]


class PythonSnapshots:
    """State on disk; implements `patina_kernel.language.Snapshots`.

    What the shell itself put into the namespace is saved only once it stands for another value.
    """

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def save(self, path: Path) -> tuple[int, tuple[ReportLine, ...]]:
        """Write a snapshot; return its bytes and what was not saved, or not exactly.

        Raises SnapshotError when the file cannot be written; then nothing at `path` has changed.
        """
        pickler = VariablePickler(self._shell.user_ns)
        with written(path) as writer, _bounded_recursion():
            variables, report = self._save_all(writer, pickler)
            size = writer.finish(_manifest(variables, report, pickler.libraries))
        return size, tuple(report)

    def load(self, path: Path) -> tuple[ReportLine, ...]:
        """Read a snapshot into the namespace; return what did not come back, or not exactly.

        Raises SnapshotError when the file is damaged, foreign or of another version; then the
        namespace has not changed.
        """
        reader = Reader(path)
        values, report = self._load_all(reader)
        self._shell.user_ns.update(values)
        return (*reader.manifest.report, *report, *_differences(reader.manifest))

    @staticmethod
    def verify(path: Path) -> None:
        """Check all of a snapshot, also the large data that `load` maps. Raises SnapshotError."""
        Reader(path).verify()

    def _save_all(
        self, writer: Writer, pickler: VariablePickler
    ) -> tuple[list[Variable], list[ReportLine]]:
        variables, report = [], []
        for name, value in self._users():
            try:
                segment = pickler.pickled(value)
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # noqa: BLE001 - also a SystemExit in a `__reduce__`
                report.append(not_saved(name, value, error))
                continue
            kind = describe(name, value).type
            variables.append(writer.add(name, kind, segment))
            report += [ReportLine(kind, name, note, "") for note in segment.notes]
        starts = pickler.starts()
        placed = [replace(v, memo=start) for v, start in zip(variables, starts, strict=True)]
        return placed, report

    def _users(self) -> list[tuple[str, Any]]:
        """Return the user's variables; a list, for what is pickled may change the namespace."""
        pairs = list(dict.items(self._shell.user_ns))
        return [
            (name, value) for name, value in pairs if is_users(name) and self._is_own(name, value)
        ]

    def _is_own(self, name: str, value: object) -> bool:
        return self._shell.user_ns_hidden.get(name, _NOTHING) is not value

    def _load_all(self, reader: Reader) -> tuple[dict[str, Any], list[ReportLine]]:
        values: dict[str, Any] = {}
        report: list[ReportLine] = []
        unpickler = VariableUnpickler(self._shell.user_ns)
        for variable in reader.manifest.variables:
            pickled, buffers = reader.pickled(variable), reader.buffers(variable)
            try:
                values[variable.name] = unpickler.loaded(variable, pickled, buffers)
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # noqa: BLE001 - also a SystemExit in a `__setstate__`
                report.append(not_loaded(variable.name, variable.type, error))
        return values, report


def _manifest(
    variables: list[Variable], report: list[ReportLine], libraries: frozenset[str]
) -> Manifest:
    versions = {name: version_of(name) for name in sorted(libraries | {"cloudpickle"})}
    return Manifest(
        python=python_version(),
        implementation=sys.implementation.name,
        platform=machine(),
        libraries={name: version for name, version in versions.items() if version},
        variables=tuple(variables),
        report=tuple(report),
    )


def _differences(manifest: Manifest) -> Iterator[ReportLine]:
    """Yield what differs between where a snapshot was saved and here."""
    if manifest.platform != machine():
        what = _("saved on %1, loaded on %2", manifest.platform, machine())
        yield ReportLine("platform", manifest.platform, what, _("Check paths and native objects."))
    for name, version in manifest.libraries.items():
        here = version_of(name)
        if here is not None and here != version:
            what = _("saved with version %1, loaded with %2", version, here)
            yield ReportLine(
                "library", name, what, _("Install %1 %2 if values look wrong.", name, version)
            )


@contextmanager
def _bounded_recursion() -> Iterator[None]:
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(min(limit, DEEPEST))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
