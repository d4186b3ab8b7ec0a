"""The archive of `patina diagnostics`: what is needed to understand a problem, and no secret.

Only what is listed here goes in: fields by name, never whole objects, so that what is added to them
one day does not go along. No token, no cookie, no value of the environment, no code, no output, no
title, and no name of a notebook.
"""

from __future__ import annotations

import dataclasses
import json
import platform
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from jupyter_core.paths import jupyter_config_path, jupyter_path

from patina_cli.health.checks import Finding

Json = dict[str, Any]
_RUN = (
    "status", "kernel_name", "language", "last_seq", "session", "memory_bytes", "capabilities",
    "checkpoints", "globals_total",
)  # fmt: skip
README = """This archive was made by `patina diagnostics`. It holds

findings.json   what `patina doctor` says
versions.json   Python, the operating system, and the versions of packages
server.json     open notebooks as numbers, and of their runs status, kernel and counts
logs.json       of run logs in the folder: how many records of which kind, and bytes
kernels.json    kernelspecs: their names, programs, and the names of variables they set
config.json     which settings Jupyter's configuration files have, without their values

It holds no token, cookie, value of the environment, code, output, title or name of a notebook.
Look into it before you send it: it is a zip of text files.
"""


def write_archive(
    file: Path, findings: Sequence[Finding], notebooks: Sequence[Json] | None, folder: Path
) -> None:
    """Write the archive. FileExistsError where there is such a file."""
    parts: dict[str, Any] = {
        "findings.json": [_without_home(dataclasses.asdict(one)) for one in findings],
        "versions.json": versions(),
        "server.json": None if notebooks is None else list(_notebooks(notebooks)),
        "logs.json": list(_logs(folder)),
        "kernels.json": list(_kernelspecs()),
        "config.json": list(_config()),
    }
    with zipfile.ZipFile(file, "x", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", README)
        for name, value in parts.items():
            archive.writestr(name, json.dumps(value, indent=1) + "\n")


def _without_home(value: Any) -> Any:
    """Return texts without the name of who made them."""
    text = json.dumps(value).replace(json.dumps(str(Path.home()))[1:-1], "~")
    return json.loads(text)


def versions() -> Json:
    """Return what runs here."""
    packages = {one.metadata["Name"]: one.version for one in metadata.distributions()}
    return {
        "python": sys.version,
        "platform": platform.platform(),
        "machine": platform.machine(),
        "libc": platform.libc_ver(),
        "packages": dict(sorted(packages.items())),
    }


def _notebooks(notebooks: Sequence[Json]) -> Iterator[Json]:
    for number, notebook in enumerate(notebooks, 1):
        yield {
            "notebook": number,
            "kernel": notebook.get("kernel"),
            "runs": [
                {
                    **{name: run[name] for name in _RUN if name in run},
                    "queue": len(run.get("queue", ())),
                    "is_fork": "parent" in run,
                    "has_error": "error" in run,
                    "crashed": "crash" in run,
                }
                for run in notebook.get("runs", ())
            ],
        }


def _logs(folder: Path) -> Iterator[Json]:
    """Yield what the run logs below a folder consist of."""
    for number, file in enumerate(sorted(folder.glob("*.tsnb.runs/*.jsonl")), 1):
        kinds: Counter[str] = Counter()
        try:
            with file.open("rb") as lines:
                kinds.update(map(_kind, lines))
            yield {"log": number, "bytes": file.stat().st_size, "records": dict(kinds)}
        except OSError as error:
            yield {"log": number, "error": error.strerror}


def _kind(line: bytes) -> str:
    try:
        kind = json.loads(line)["record"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return "(unreadable)" if line.endswith(b"\n") else "(torn)"
    return kind if isinstance(kind, str) and kind.isalpha() and len(kind) < 20 else "(unknown)"


def _kernelspecs() -> Iterator[Json]:
    for folder in jupyter_path("kernels"):
        for file in sorted(Path(folder).glob("*/kernel.json")):
            try:
                spec = json.loads(file.read_text(encoding="utf-8"))
                yield {
                    "name": file.parent.name,
                    "program": Path(spec["argv"][0]).name,
                    "language": spec.get("language"),
                    "sets": sorted(spec.get("env", {})),
                    "provisioner": spec.get("metadata", {})
                    .get("kernel_provisioner", {})
                    .get("provisioner_name"),
                }
            except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError):
                yield {"name": file.parent.name, "error": "cannot be read"}


def _config() -> Iterator[Json]:
    for folder in jupyter_config_path():
        for file in sorted(Path(folder).glob("jupyter*_config*")):
            if file.suffix == ".json":
                yield {"file": file.name, "settings": _settings(file)}
            elif file.is_file():
                yield {"file": file.name, "settings": None}


def _settings(file: Path) -> list[str] | None:
    try:
        config = json.loads(file.read_text(encoding="utf-8"))
        return sorted(f"{part}.{name}" for part, names in config.items() for name in names)
    except (OSError, ValueError, AttributeError, TypeError):
        return None
