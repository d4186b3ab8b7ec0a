"""Where the compiler is: in the wheel, or in the user's cache, by the hash of its sources."""

from __future__ import annotations

import functools
import hashlib
import os
import shutil
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
BINARY = "patina-rust-compiler"
BUILT = PACKAGE / "built" / BINARY
SOURCES = PACKAGE / "compiler"
HINT = "install Rust from https://rustup.rs (cargo and rustc, 1.95 or newer), then restart"


class NotBuiltError(FileNotFoundError):
    """The compiler is not there: what to do."""


def cache() -> Path:
    """Return the folder of the user's cache that is ours."""
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return root / "patina-lab" / "rust"


def inputs() -> list[Path]:
    """Return the files the compiler is made from."""
    return sorted([*(SOURCES / "src").glob("*.rs"), *SOURCES.glob("Cargo.*")])


def place() -> Path:
    """Return where the built compiler is in the cache, or will be."""
    return cache() / version() / BINARY


@functools.cache
def version() -> str:
    """Return the hash of what the compiler is made from."""
    hashed = hashlib.sha256()
    for file in inputs():
        hashed.update(b"\0".join((file.name.encode(), file.read_bytes(), b"")))
    return hashed.hexdigest()[:24]


def find() -> Path:
    """Return the compiler. Raises NotBuiltError."""
    if shutil.which("cargo") is None:
        raise NotBuiltError(f"cargo was not found, and cells of Rust need it: {HINT}")
    for path in (BUILT, place()):
        if path.exists():
            return path
    raise NotBuiltError(
        "the compiler of the Rust kernel is not built: run `python -m patina_rust.build` "
        "(7 to 20 minutes, once), then restart the kernel"
    )
