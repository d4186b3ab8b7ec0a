"""Which toolchain is meant here: known without asking rustc, by what rustup looks at.

See "Overrides" in the rustup book: the environment, the nearest `rust-toolchain.toml`, what is set
for folders and by default; and what `rustup update` has installed last.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

NAMED = "PATINA_TOOLCHAIN"
FILES = ("rust-toolchain.toml", "rust-toolchain")


def environment() -> dict[str, str]:
    """Return the environment in which rustc is that of the cells."""
    named = os.environ.get(NAMED)
    return {**os.environ, **({"RUSTUP_TOOLCHAIN": named} if named else {})}


def chosen() -> str:
    """Return a text that is another one where another rustc would be taken."""
    told = environment().get("RUSTUP_TOOLCHAIN", "")
    return repr((told, _file(), list(_rustup()), _program()))


def _program() -> tuple[str, int] | None:
    path = shutil.which("rustc")
    return (path, Path(path).stat().st_mtime_ns) if path else None


def _file() -> str:
    """Return the nearest file that names a toolchain, with what it says."""
    with suppress(OSError):
        here = Path.cwd()
        for folder in (here, *here.parents):
            for path in (folder / name for name in FILES):
                if path.is_file():
                    return f"{path}\n{path.read_text('utf-8', 'replace')}"
    return ""


def _rustup() -> Iterator[str]:
    home = Path(os.environ.get("RUSTUP_HOME") or Path.home() / ".rustup")
    with suppress(OSError):
        yield (home / "settings.toml").read_text("utf-8", "replace")
    with suppress(OSError):
        for path in sorted((home / "update-hashes").iterdir()):
            yield f"{path.name} {path.read_text('utf-8', 'replace')}"
