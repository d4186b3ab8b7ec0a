"""What was built for another notebook is built for this one: crates are compiled once a machine.

Each notebook has a folder to build in (`places.py`), and one may be at work in each at a time.
Cargo names what it makes of a crate by a hash of all that matters to it, and looks at the times of
files, which are kept here. Libraries are linked, for rustc puts another file in their place when it
makes them again; what is written to in place is copied.
"""

from __future__ import annotations

import re
import shutil
from contextlib import suppress
from pathlib import Path

from patina_rust import places

# The last is what cargo believes: by then the rest is there.
PARTS = ("deps", "build", ".fingerprint")
LINKED = (".rlib", ".rmeta", ".so")
# A crate and its hash, whole. That of the cells themselves is each folder's own, and so is what the
# crates are linked together in: it is left in parts (see compiler/src/together.rs).
_CRATE = re.compile(
    r"(?!ctx-|(lib)?patina_crates-)[\w-]+-[0-9a-f]{16}(\.(rlib|rmeta|so|d))?"
).fullmatch
PARTIAL = ".partial"


def share(folder: Path) -> None:
    """Have in a folder what the others have built; what cannot be had will be compiled."""
    for other in places.existing():
        if other == folder:
            continue
        for built in (*other.glob("target/debug"), *other.glob("target/*/debug")):
            # After an error nothing more: cargo would believe what is not there.
            with suppress(OSError):
                for part in PARTS:
                    _add(built / part, folder / built.relative_to(other) / part)


def _add(there: Path, here: Path) -> None:
    if not there.is_dir():
        return
    here.mkdir(parents=True, exist_ok=True)
    known = {path.name for path in here.iterdir()}
    for path in there.iterdir():
        if path.name not in known and _CRATE(path.name):
            _take(path, here / path.name)


def _take(path: Path, place: Path) -> None:
    """Have a file or a folder whole, or not at all: a disk may be full."""
    if path.suffix in LINKED:
        place.hardlink_to(path)
        return
    partial = place.with_name(place.name + PARTIAL)
    if path.is_dir():
        shutil.rmtree(partial, ignore_errors=True)
        shutil.copytree(path, partial, ignore_dangling_symlinks=True)
    else:
        shutil.copy2(path, partial)
    partial.rename(place)
