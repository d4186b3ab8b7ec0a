"""The compiler process: one a family of kernels, started anew when it ends, gone with them."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from pathlib import Path

import pytest
from conformance.live import Live, forked, start, started
from conformance.missing import needs_rust
from patina_kernel.runtime import directory
from patina_rust.tests import processes

pytestmark = needs_rust
# Ten seconds, the promise of the product, where there is time for all. Looks are counted, and no
# seconds: while others take the processors, neither we nor the compiler come to anything.
LOOK_SECONDS, END_LOOKS = 0.05, 200
SAID = "The compiler ended; it was started anew"


async def _compiler(kernel: Live) -> int:
    (pid,) = processes.of((await kernel.pids())["executor"])
    return pid


async def test_a_compiler_that_was_killed_is_started_anew_with_all_that_cells_have_made() -> None:
    async with started("patina-rust") as kernel:
        await kernel.run("#[derive(Debug)] struct P { x: i32 }\nfn double(x: i32) -> i32 { 2 * x }")
        await kernel.run("use std::collections::HashMap as Map; let mut v = vec![1];")
        await kernel.run('let p = P { x: 5 }; let m: Map<i32, &str> = Map::from([(1, "a")]);')
        os.kill(await _compiler(kernel), signal.SIGKILL)
        ran = await kernel.run("v.push(double(p.x)); (v.clone(), m.len())")
        assert SAID in ran.text
        assert ran.text.endswith("([1, 10], 1)")
        # What it says it says once, and a copy goes on with the new one.
        async with forked(kernel) as fork:
            assert (await fork.run("double(v[1])")).text == "20"
        assert (await kernel.run("let q: P = p; q.x")).text == "5"


async def test_a_compiler_that_is_killed_while_it_compiles_costs_nothing() -> None:
    async with started("patina-rust") as kernel:
        await kernel.run("let v = vec![7];")
        compiler = await _compiler(kernel)
        # Stopped, it is still at the cell when it is killed.
        os.kill(compiler, signal.SIGSTOP)
        request = kernel.send("v[0] + 1")
        await kernel.running(request)
        os.kill(compiler, signal.SIGKILL)
        ran = await kernel.outcome(request)
        assert ran.text.endswith("8")


async def test_a_compilation_can_be_interrupted_and_nothing_is_lost() -> None:
    async with started("patina-rust") as kernel:
        await kernel.run("let v = vec![7];")
        compiler = await _compiler(kernel)
        os.kill(compiler, signal.SIGSTOP)
        request = kernel.send("v[0] + 1")
        await kernel.running(request)
        await kernel.manager.interrupt_kernel()
        assert (await kernel.outcome(request)).status == "error"
        os.kill(compiler, signal.SIGCONT)
        assert (await kernel.run("v[0]")).text == "7"


async def test_a_family_shares_one_compiler_and_another_notebook_has_its_own() -> None:
    async with started("patina-rust") as kernel:
        await kernel.run("let v = vec![7];")
        async with forked(kernel) as fork, started("patina-rust") as other:
            await fork.run("v[0]")
            assert await _compiler(fork) == await _compiler(kernel)
            assert await _compiler(other) != await _compiler(kernel)


@pytest.mark.parametrize("way", ["shutdown", "kill", "delete"])
async def test_compilers_end_with_the_last_kernel_and_template(
    way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATINA_TARGET_DIR", str(tmp_path / "builds"))
    monkeypatch.setenv(directory.VARIABLE, str(tmp_path / "run"))
    monkeypatch.setenv("PATINA_NURSERY", "off")  # no template: the kernel is the last
    kernel = await start("patina-rust")
    try:
        assert (await kernel.run("1 + 1")).text == "2"
        assert processes.compilers()
        if way == "kill":
            os.kill((await kernel.pids())["relay"], signal.SIGKILL)
        if way == "delete":  # the locks go with the folder
            shutil.rmtree(tmp_path / "builds")
    finally:
        await kernel.shut_down()
    looks = 0
    while left := processes.compilers():
        # Kernels end first, and their copies: that is theirs to do (conformance/test_processes.py).
        looks += processes.nobody_holds(tmp_path / "builds" / "users")
        doing = {pid: processes.doing(pid) for pid in left}
        assert looks < END_LOOKS, f"still running: {doing}"
        await asyncio.sleep(LOOK_SECONDS)


@pytest.mark.parametrize("builds", ["of all", "of one's own"])
async def test_the_compiler_of_a_notebook_that_is_closed_is_there_for_the_next(
    builds: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if builds == "of one's own":
        monkeypatch.setenv("PATINA_TARGET_DIR", str(tmp_path))
    async with started("patina-rust") as first:  # and a template, if there was none
        await first.run("let x = 1;")
        compiler = await _compiler(first)
    async with started("patina-rust") as second:
        # What the other notebook had is not there.
        assert (await second.run("x")).status == "error"
        assert await _compiler(second) == compiler
