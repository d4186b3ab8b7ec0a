"""Libraries of crates that were linked together do not fill the disk."""

from __future__ import annotations

import os
import time
from pathlib import Path

from patina_rust import joint


def test_what_was_not_used_for_long_is_deleted_and_what_is_half_made(tmp_path: Path) -> None:
    deps = tmp_path / "target" / "x86_64-unknown-linux-gnu" / "debug" / "deps"
    (deps / "patina_crates-3.new").mkdir(parents=True)
    for name in ("patina_crates-{}.list", "libpatina_crates-{}.so"):
        for number in (1, 2):
            (deps / name.format(number)).touch()
    (deps / "libmini-1.rlib").touch()
    long_ago = time.time() - 31 * 86_400
    for name in ("patina_crates-1.list", "libpatina_crates-2.so", "libmini-1.rlib"):
        os.utime(deps / name, (long_ago, long_ago))
    joint.drop_unused(tmp_path)
    left = sorted(path.name for path in deps.iterdir())
    assert left == ["libmini-1.rlib", "libpatina_crates-2.so", "patina_crates-2.list"]
