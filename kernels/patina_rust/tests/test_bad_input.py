"""What is wrong with a machine or a crate costs the cell, and nothing else: what and what to do."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from conformance.live import Live, started
from conformance.missing import needs_rust
from patina_rust.advice import KEPT
from patina_rust.tests.registry import Registry

from tests.promises.mounts import fill, may_mount, small_disk

pytestmark = needs_rust


async def _refused(kernel: Live, code: str) -> str:
    ran = await kernel.run(code)
    assert ran.status == "error", ran.text
    return str(ran.reply["evalue"])


def _broken(folder: Path) -> str:
    (folder / "src").mkdir(parents=True)
    (folder / "Cargo.toml").write_text('[package]\nname = "broken"\nversion = "0.1.0"\n')
    (folder / "src" / "lib.rs").write_text('pub fn f() -> i32 { "no number" }\n')
    return f':dep broken = {{ path = "{folder}" }}'


async def test_crates_that_cannot_be_had_cost_the_cell_and_nothing_else(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    async with started(
        "patina-rust", env={**os.environ, "PATINA_CARGO_HOME": str(registry.home)}
    ) as kernel:
        await kernel.run("let kept = 7; struct Quiet;")
        said = await _refused(kernel, ':dep nowhere = "1"')
        assert "no matching package named `nowhere`" in said
        assert said.endswith(KEPT)
        assert "There is no such crate" in said
        said = await _refused(kernel, _broken(tmp_path / "broken"))
        assert "mismatched types" in said
        registry.cut_off()
        assert "The network cannot be reached" in await _refused(kernel, ':dep itoa = "1"')
        assert "Quiet cannot be shown" in await _refused(kernel, "Quiet")
        assert (await kernel.run("kept")).text == "7"


async def test_a_function_that_is_nowhere_costs_the_cell_and_nothing_else() -> None:
    async with started("patina-rust") as kernel:
        await kernel.run("let kept = 7;")
        said = await _refused(kernel, 'unsafe extern "C" { fn gone(); }\nunsafe { gone() }')
        assert "undefined symbol: gone" in said
        assert (await kernel.run("kept")).text == "7"


async def test_threads_of_a_cell_go_on_in_a_fork_or_are_named() -> None:
    work = "std::thread::sleep(std::time::Duration::from_secs(600))"
    thread = f'std::thread::Builder::new().name("worker".into()).spawn(|| {work})'
    async with started("patina-rust") as kernel:
        await kernel.run(f"let kept = 7; let thread = {thread}.unwrap();")
        reply = await kernel.ask("fork", when="idle")
        assert reply["how"] == "with threads" or "worker" in str(reply["report"])
        assert (await kernel.run("kept")).text == "7"


@pytest.mark.parametrize(
    ("tools", "told"),
    [
        ({}, "cargo was not found"),
        ({"cargo": "", "rustc": "echo release: 1.70.0"}, "rustc 1.70.0 is too old"),
    ],
)
async def test_a_machine_without_rust_or_with_an_old_one_is_told_what_to_install(
    tools: dict[str, str], told: str, tmp_path: Path
) -> None:
    for name, script in tools.items():
        path = tmp_path / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
    env = {**os.environ, "PATH": f"{tmp_path}:/usr/bin:/bin", "PATINA_NURSERY": "off"}
    env["PATINA_TARGET_DIR"] = str(tmp_path / "builds")
    async with started("patina-rust", env=env) as kernel:
        said = await _refused(kernel, "1 + 1")
        assert told in said
        assert "rustup" in said


async def test_a_full_disk_is_told_and_the_cell_runs_when_there_is_room(tmp_path: Path) -> None:
    if not may_mount(tmp_path):
        pytest.skip("not run: this user may not mount a file system")
    env = {**os.environ, "PATINA_TARGET_DIR": str(tmp_path / "builds")}
    with small_disk(tmp_path, "256m"):
        async with started("patina-rust", env=env) as kernel:
            await kernel.run("let kept = 7;")
            filler = fill(tmp_path)
            assert "The disk is full" in await _refused(kernel, "kept + 1")
            filler.unlink()
            assert (await kernel.run("kept + 1")).text == "8"
