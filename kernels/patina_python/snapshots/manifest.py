"""What a snapshot says of itself, as JSON: who wrote it, with what, and where each variable is."""

from __future__ import annotations

import json
import platform
import sys
from dataclasses import asdict, dataclass
from typing import Any

from patina_kernel.language import ReportLine, SnapshotError
from patina_kernel.text import gettext as _
from patina_kernel.text import kept

FORMAT = 1
AGAIN = _("Run the notebook's cells again, and save anew.")


@dataclass(frozen=True, slots=True)
class Buffer:
    """Bytes kept beside the pickle; `checksum` is their CRC-32."""

    offset: int
    length: int
    checksum: int


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable: its pickle with its SHA-256; `memo` counts the memo entries before it."""

    name: str
    type: str
    offset: int
    length: int
    sha256: str
    memo: int
    buffers: tuple[Buffer, ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """All that is needed to decide whether, and how, a snapshot can be read."""

    python: str
    implementation: str
    platform: str
    libraries: dict[str, str]
    variables: tuple[Variable, ...]
    report: tuple[ReportLine, ...]
    format: int = FORMAT

    def to_json(self) -> bytes:
        """Return it as JSON."""
        report = [line.told() for line in self.report]
        return json.dumps({**asdict(self), "report": report}).encode()


def python_version() -> str:
    """Return the major and minor version: pickled code is only good for this one."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def machine() -> str:
    """Return the operating system and processor."""
    return f"{sys.platform}-{platform.machine()}"


def version_of(library: str) -> str | None:
    """Return the version that an imported library says it has."""
    version = getattr(sys.modules.get(library), "__version__", None)
    return version if type(version) is str else None


def manifest_from(text: bytes, name: str) -> Manifest:
    """Return the manifest of a snapshot for this interpreter. Raises SnapshotError for others."""
    try:
        raw = json.loads(text)
        _check_versions(raw, name)
        return _parsed(raw)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        what = _("%1 is damaged: its manifest cannot be read.", name)
        raise SnapshotError(what, AGAIN) from error


def _check_versions(raw: dict[str, Any], name: str) -> None:
    made_by = raw["format"]
    if type(made_by) is not int or made_by > FORMAT:
        what = _(
            "%1 has format %2, made by a newer Patina; this reads %3.",
            name,
            str(made_by)[:20],
            FORMAT,
        )
        raise SnapshotError(what, _("Update Patina Lab and load again."))
    language = f"{raw['implementation']} {raw['python']}"[:40]
    ours = f"{sys.implementation.name} {python_version()}"
    if language != ours:
        what = _(
            "%1 was saved by %2 and cannot be loaded into %3: functions and classes are kept as"
            " code of one version.",
            name,
            language,
            ours,
        )
        hint = _("Start a kernel with %1, or run the notebook's cells again.", language)
        raise SnapshotError(what, hint)


def _parsed(raw: dict[str, Any]) -> Manifest:
    return Manifest(
        python=_text(raw["python"]),
        implementation=_text(raw["implementation"]),
        platform=_text(raw["platform"]),
        libraries={_text(name): _text(version) for name, version in raw["libraries"].items()},
        variables=tuple(_variable(each) for each in raw["variables"]),
        report=tuple(_line(line) for line in raw["report"]),
        format=raw["format"],
    )


def _line(raw: dict[str, Any]) -> ReportLine:
    for name in ("kind", "name", "what", "advice"):
        _text(raw[name])
    return ReportLine(raw["kind"], raw["name"], kept(raw, "what"), kept(raw, "advice"))


def _variable(raw: dict[str, Any]) -> Variable:
    return Variable(
        name=_text(raw["name"]),
        type=_text(raw["type"]),
        offset=_count(raw["offset"]),
        length=_count(raw["length"]),
        sha256=_text(raw["sha256"]),
        memo=_count(raw["memo"]),
        buffers=tuple(
            Buffer(_count(b["offset"]), _count(b["length"]), _count(b["checksum"]))
            for b in raw["buffers"]
        ),
    )


def _text(value: object) -> str:
    if type(value) is not str:
        raise TypeError(value)
    return value


def _count(value: object) -> int:
    if type(value) is not int or not 0 <= value < 1 << 62:
        raise TypeError(value)
    return value
