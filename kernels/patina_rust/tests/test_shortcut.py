"""Cells that need nothing of cargo: they are compiled without it (see compiler/src/shortcut.rs)."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import stat
from pathlib import Path

import pytest
from conformance.live import started
from conformance.missing import needs_rust
from patina_rust.tests import processes
from patina_rust.tests.registry import Registry

MOST_LOOKS = 1000
NOWHERE = '#[link(name = "nowhere")] unsafe extern "C" { fn nothing(); }'


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


def _linking(folder: Path) -> Path:
    """Make a C compiler that counts the links it is asked for; return the file it counts in."""
    folder.mkdir()
    count, program = folder / "count", folder / "cc"
    count.touch()
    asks = '[ "$1" = "-###" ]'
    program.write_text(f'#!/bin/sh\n{asks} || echo >>{count}\nexec {shutil.which("cc")} "$@"\n')
    program.chmod(0o755)
    return count


def _readers(compiler: int) -> list[int]:
    """Return what the compiler has started that reads its words from its stdin."""
    lists = (path.read_text() for path in Path(f"/proc/{compiler}/task").glob("*/children"))
    return [int(child) for child in " ".join(lists).split() if _reads(child)]


def _reads(process: str) -> bool:
    try:
        return b"@/dev/stdin" in Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:  # it has ended since
        return False


async def _waiting(compiler: int) -> int:
    """Return the rustc that the compiler has wait, once it does."""
    for _ in range(MOST_LOOKS):
        if found := _readers(compiler):
            return found[0]
        await asyncio.sleep(0.02)
    pytest.fail("no rustc waits")


@needs_rust
async def test_a_cell_has_a_rustc_wait_and_lld_link_where_they_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = _linking(tmp_path / "linking")
    monkeypatch.setenv("PATH", f"{count.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("PATINA_TARGET_DIR", str(tmp_path / "builds"))
    monkeypatch.setenv("PATINA_NURSERY", "off")
    async with started("patina-rust") as kernel:
        for _ in range(2):  # the first is cargo's
            assert (await kernel.run("1 + 1")).text == "2"
        (compiler,) = processes.of((await kernel.pids())["executor"])

        links, first = count.stat().st_size, await _waiting(compiler)
        assert (await kernel.run("2 + 2")).text == "4"
        os.kill(await _waiting(compiler), signal.SIGKILL)
        assert (await kernel.run("3 + 3")).text == "6"
        assert first != await _waiting(compiler)
        assert count.stat().st_size == links
        ran = await kernel.run(f"{NOWHERE}\nunsafe {{ nothing() }}")
        assert "-lnowhere" in str(ran.of("error"))
        assert count.stat().st_size > links
