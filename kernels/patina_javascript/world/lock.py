"""The lock of remote imports: what a URL gave the first time is what it must give from then on."""

from __future__ import annotations

import base64
import hashlib
import json
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from patina_javascript.host import HostError

NAME = "patina-imports.lock.json"
VERSION = 1


def integrity(data: bytes) -> str:
    """Return the Subresource Integrity value of bytes."""
    return "sha256-" + base64.b64encode(hashlib.sha256(data).digest()).decode()


@dataclass(slots=True)
class Lock:
    """What is known: where a URL leads, and what is there."""

    redirects: dict[str, str] = field(default_factory=dict)
    modules: dict[str, str] = field(default_factory=dict)


def read(directory: Path) -> Lock:
    """Return the lock of a notebook's directory. Raises HostError where it is damaged."""
    path = directory / NAME
    try:
        found = json.loads(path.read_text("utf-8"))
        return _of_version(found)
    except FileNotFoundError:
        return Lock()
    except (ValueError, KeyError, TypeError) as error:
        raise HostError(
            f"{path} cannot be read ({error!r}): mend it, or remove it to lock anew", "SyntaxError"
        ) from error


def _of_version(found: dict[str, Any]) -> Lock:
    if found["version"] != VERSION:
        raise ValueError(f"version {found['version']}, this kernel reads {VERSION}")
    return Lock(dict(found["redirects"]), dict(found["modules"]))


def write(directory: Path, lock: Lock) -> None:
    """Replace the lock, at once or not at all."""
    content = {
        "version": VERSION,
        "redirects": dict(sorted(lock.redirects.items())),
        "modules": dict(sorted(lock.modules.items())),
    }
    with tempfile.NamedTemporaryFile("w", dir=directory, prefix=".lock-", delete=False) as file:
        file.write(json.dumps(content, indent=2) + "\n")
    made = Path(file.name)
    made.chmod(0o644)
    made.replace(directory / NAME)


def check(lock: Lock, url: str, data: bytes) -> None:
    """Raise HostError when a URL gives something else than it did."""
    known, now = lock.modules.get(url), integrity(data)
    if known is not None and known != now:
        raise HostError(
            f"{url} is not what it was: {NAME} has {known}, now it is {now}. "
            "If that change is wanted, remove its line there",
            "IntegrityError",
            "ERR_INTEGRITY",
        )
