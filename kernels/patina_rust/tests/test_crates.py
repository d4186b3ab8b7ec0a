"""Crates of a notebook: the versions that its lock names, whatever there is by now."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from conformance.live import started
from conformance.missing import needs_rust
from patina_rust import locks
from patina_rust.tests.registry import Registry

pytestmark = needs_rust
USE = ':dep mini = "1"\nmini::version()'


async def test_a_second_kernel_takes_the_versions_that_the_first_has_locked(
    tmp_path: Path,
) -> None:
    registry = Registry(tmp_path)
    registry.publish("1.0.0")
    env = {**os.environ, "PATINA_CARGO_HOME": str(registry.home)}
    async with started("patina-rust", env=env) as kernel:
        request = kernel.send(USE)
        lock = (await kernel.said("patina_lock", request))["lock"]
        await kernel.shell_reply(request)
        quiet = await kernel.run("1 + 1")
        assert not quiet.of("patina_lock")
    assert 'name = "mini"' in lock[locks.KEY]

    registry.publish("1.1.0")
    # A folder where nothing was built, as on another machine.
    env["PATINA_TARGET_DIR"] = str(tmp_path / "builds")
    async with started("patina-rust", env=env) as other:
        assert (await other.ask("lock", lock=lock))["status"] == "ok"
        assert (await other.run(USE)).text == '"1.0.0"'
        # Without it, what is newest.
        await other.run(":clear")
        refused = await other.ask("lock", lock={locks.KEY: 7})
        assert (refused["status"], refused["ename"]) == ("error", "ValueError")
        assert "delete it" in refused["evalue"]


async def test_crates_that_a_notebook_needs_are_there_before_its_first_cell(
    tmp_path: Path,
) -> None:
    registry = Registry(tmp_path)
    registry.publish("1.0.0")
    env = {**os.environ, "PATINA_CARGO_HOME": str(registry.home)}
    async with started("patina-rust", env=env) as kernel:
        wrong = {"lock": {}, "dependencies": {locks.KEY: "mini"}}
        assert (await kernel.ask("lock", **wrong))["status"] == "ok"
        told = await kernel.run("1 + 1")
        assert "[dependencies] cargo of the notebook is no list of crates" in told.text
        needs = {"lock": {}, "dependencies": {locks.KEY: ['mini = "1"']}}
        assert (await kernel.ask("lock", **needs))["status"] == "ok"
        assert (await kernel.run("mini::version()")).text == '"1.0.0"'
        assert "mini" in (await kernel.run(":show_deps")).text


async def test_a_crate_that_another_notebook_has_built_is_not_compiled_again(
    tmp_path: Path,
) -> None:
    registry = Registry(tmp_path)
    registry.publish("1.0.0")
    env = {**os.environ, "PATINA_CARGO_HOME": str(registry.home)}
    env["PATINA_TARGET_DIR"] = str(tmp_path / "builds")
    async with started("patina-rust", env=env) as kernel:
        assert (await kernel.run(USE)).text == '"1.0.0"'
        async with started("patina-rust", env=env) as other:
            assert (await other.run(USE)).text == '"1.0.0"'
            assert (await other.run("mini::version().len()")).text == "5"
    built = list((tmp_path / "builds").glob("[01]/target/*/debug/deps/libmini-*.rlib"))
    assert len(built) == 2
    assert built[0].samefile(built[1]), "they are one file"


@pytest.mark.long
async def test_without_a_lock_a_kernel_takes_the_newest_version(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    registry.publish("1.0.0")
    registry.publish("1.1.0")
    env = {**os.environ, "PATINA_CARGO_HOME": str(registry.home)}
    env["PATINA_TARGET_DIR"] = str(tmp_path / "builds")
    async with started("patina-rust", env=env) as kernel:
        assert (await kernel.run(USE)).text == '"1.1.0"'
