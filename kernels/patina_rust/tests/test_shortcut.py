"""Cells that need nothing of cargo: they are compiled without it (see compiler/src/shortcut.rs)."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

from conformance.live import started
from conformance.missing import needs_rust
from patina_rust.tests.registry import Registry


def _counted(folder: Path) -> Path:
    """Make a rustup that names a cargo which counts its builds; return the file it counts in."""
    folder.mkdir()
    count = folder / "count"
    count.touch()
    scripts = {
        "cargo": f'case "$1" in build) echo >>{count};; esac\nexec {shutil.which("cargo")} "$@"',
        "rustup": f'[ "$*" = "which cargo" ] && exec echo {folder}/cargo\n'
        f'exec {shutil.which("rustup")} "$@"',
    }
    for name, script in scripts.items():
        path = folder / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return count


@needs_rust
async def test_cargo_is_asked_when_crates_change_or_are_lost_and_for_no_other_cell(
    tmp_path: Path,
) -> None:
    count, registry = _counted(tmp_path / "counted"), Registry(tmp_path)
    registry.publish("1.0.0")
    env = {
        **os.environ,
        "PATH": f"{count.parent}:{os.environ['PATH']}",
        "PATINA_CARGO_HOME": str(registry.home),
        "PATINA_TARGET_DIR": str(tmp_path / "builds"),
        "PATINA_NURSERY": "off",
    }
    async with started("patina-rust", env=env) as kernel:

        async def builds(code: str, shown: str) -> int:
            before = count.stat().st_size
            ran = await kernel.run(code)
            assert ran.text.endswith(shown), ran.text
            return count.stat().st_size - before

        await kernel.run("let v = 1;")  # the compiler has started
        assert await builds("v + 1", "2") == 0
        said = (tmp_path / "builds" / "0" / "rustc.json").read_text()
        assert "jobserver" not in said  # cargo's, which is gone
        assert await builds("v.nothing", "") == 0
        assert await builds(':dep mini = "1"\nmini::version()', '"1.0.0"') == 1
        await kernel.run("let w = mini::version();")  # once more: the lock is another one now
        assert await builds("(v, w, mini::version())", '(1, "1.0.0", "1.0.0")') == 0
        for library in (tmp_path / "builds").rglob("libmini-*"):
            library.unlink()
        assert await builds("mini::version()", '"1.0.0"') == 1
