"""Where the built engine is: in the wheel, or in the user's cache, by the hash of its inputs."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from patina_javascript.engine.edits import EDITS
from patina_javascript.engine.recipe import FLAGS, UNITS

PACKAGE = Path(__file__).resolve().parent.parent
BUILT = PACKAGE / "built"
WASM, PRELUDE = "patina.wasm", "prelude.js"


class NotBuiltError(FileNotFoundError):
    """The engine is not there: what to do."""


def cache() -> Path:
    """Return the folder of the user's cache that is ours."""
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return root / "patina-lab" / "javascript"


def key(parts: Iterable[bytes]) -> str:
    """Return the name of a build with these inputs."""
    hashed = hashlib.sha256()
    for part in parts:
        hashed.update(hashlib.sha256(part).digest())
    return hashed.hexdigest()[:24]


def native_inputs() -> list[bytes]:
    """Return what the WebAssembly is made from."""
    here = PACKAGE / "engine"
    files = sorted([*(here / "native").glob("*.[ch]"), *here.glob("*.txt")])
    changes = [(edit.old, edit.new, edit.times) for edit in EDITS]
    named = [b"\0".join((file.name.encode(), file.read_bytes())) for file in files]
    return [*named, repr((changes, FLAGS, UNITS)).encode()]


def prelude_inputs() -> list[bytes]:
    """Return what the prelude is made from; the versions of its packages are in the lock file."""
    files = sorted((PACKAGE / "prelude").rglob("*.js"))
    engine = PACKAGE / "engine"
    locks = [PACKAGE.parent.parent / "yarn.lock", engine / "bundling.py", engine / "signatures.mjs"]
    return [b"\0".join((file.name.encode(), file.read_bytes())) for file in (*files, *locks)]


def place(name: str) -> Path:
    """Return where a built file is in the cache, or will be."""
    made_from = native_inputs() if name == WASM else prelude_inputs()
    return cache() / key(made_from) / name


def find(name: str) -> Path:
    """Return a built file. Raises NotBuiltError."""
    packaged = BUILT / name
    if packaged.exists():
        return packaged
    cached = place(name)
    if not cached.exists():
        raise NotBuiltError(
            f"the JavaScript engine is not built ({name}): run `make setup`, or install the wheel"
        )
    return cached
