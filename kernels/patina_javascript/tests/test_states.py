"""Saved states: what is loaded is what was saved, by the boot image or without it."""

from __future__ import annotations

import ctypes
from pathlib import Path

import pytest
from patina_javascript.engine import changes, memory
from patina_javascript.engine.machine import Machine
from patina_javascript.engine.memory import StateError
from patina_javascript.run import Bench


@pytest.fixture
def machine(js: Bench) -> Machine:
    Bench().close()  # the first one of a build boots; from then on there is an image
    again = Bench()
    assert again.session.machine._image is not None
    again.run("let kept = new Map([[1, 'one']]); const far = new Float64Array(1e5).fill(1)")
    return again.session.machine


def content(machine: Machine) -> bytes:
    return ctypes.string_at(machine.base, machine.size)


@pytest.mark.parametrize("has_image", [True, False])
def test_what_is_loaded_is_what_was_saved(
    machine: Machine, tmp_path: Path, has_image: bool
) -> None:
    machine.save(tmp_path / "state")
    saved = content(machine)
    ctypes.memset(machine.base + 65536, 255, machine.size - 65536)
    if not has_image:
        machine._image = None
    machine.load(tmp_path / "state")
    assert content(machine) == saved


def test_a_page_that_the_image_has_and_the_state_has_not_is_empty(
    machine: Machine, tmp_path: Path
) -> None:
    image = machine._image
    assert image is not None
    header = machine._header()
    assert header.image == image.name
    with image.path.open("rb") as file:
        file.seek(memory.PAGE)
        boot = file.read(image.length)
    empty = bytes(changes.FINE)
    (page, *_) = (
        at for at in range(65536, image.length, changes.FINE) if boot[at : at + len(empty)] != empty
    )
    ctypes.memset(machine.base + page, 0, changes.FINE)
    saved = content(machine)
    memory.write(tmp_path / "state", machine._header(), machine.base)
    ctypes.memset(machine.base + page, 1, changes.FINE)
    machine.load(tmp_path / "state")
    assert content(machine) == saved


def test_a_state_whose_boot_image_is_another_one_now_is_read_whole(
    machine: Machine, tmp_path: Path
) -> None:
    machine.save(tmp_path / "state")
    saved = content(machine)
    assert machine._image is not None
    machine._image = changes.Image(tmp_path / "gone", machine._image.name, machine._image.length)
    machine.load(tmp_path / "state")
    assert content(machine) == saved


def test_little_is_read_of_a_small_session(machine: Machine) -> None:
    ranges = machine._header().changed
    assert 0 < sum(end - start for start, end in ranges) < machine.size / 4


def test_a_state_that_was_cut_is_refused(machine: Machine, tmp_path: Path) -> None:
    machine.save(tmp_path / "state")
    with (tmp_path / "state").open("r+b") as file:
        file.truncate(machine.size // 2)
    with pytest.raises(StateError, match="truncated"):
        machine.load(tmp_path / "state")
