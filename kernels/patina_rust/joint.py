"""Libraries of crates that were linked together (see compiler/src/together.rs), of 100 MB each.

There is one for each set of versions that a notebook has had from its start. Beside it is a list of
its crates, and the time of that file is when a cell was linked with the library last.
"""

from __future__ import annotations

import shutil
import time
from contextlib import suppress
from pathlib import Path

DAYS = 30


def drop_unused(folder: Path) -> None:
    """Delete those that were not used lately, and what is half made: no compiler is there."""
    since = time.time() - DAYS * 86_400
    for place in folder.glob("target/*/debug/deps"):
        for listed in place.glob("patina_crates-*.list"):
            with suppress(OSError):
                if listed.stat().st_mtime < since:
                    listed.with_name(f"lib{listed.stem}.so").unlink(missing_ok=True)
                    listed.unlink()
        for half in place.glob("patina_crates-*.new"):
            shutil.rmtree(half, ignore_errors=True)
