"""The boot image: the engine with its prelude, booted once a user, then mapped from a file."""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
from pathlib import Path

from patina_javascript.engine import artifacts, build
from patina_javascript.engine.machine import Machine, Outside
from patina_javascript.engine.memory import StateError


def start(outside: Outside) -> Machine:
    """Return a booted session. Raises artifacts.NotBuiltError."""
    prelude = _prelude().read_bytes()
    name = hashlib.sha256(prelude).hexdigest()
    machine = Machine(outside, name)
    place = artifacts.cache() / "boots" / f"{machine.build[:16]}-{name[:16]}.image"
    if place.exists():
        with contextlib.suppress(StateError, OSError):
            machine.load(place, shared=True)
            return machine
    machine.boot(prelude)
    with contextlib.suppress(OSError):  # without a cache each session boots
        _keep(machine, place)
    return machine


def _prelude() -> Path:
    try:
        return artifacts.find(artifacts.PRELUDE)
    except artifacts.NotBuiltError as error:
        # In a checkout it is bundled again when it was edited; that takes a moment only.
        with contextlib.suppress(build.BuildError):
            return build.ensure_one(artifacts.PRELUDE)
        raise error from None


def _keep(machine: Machine, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=place.parent) as folder:
        made = Path(folder) / place.name
        machine.save_image(made)
        made.replace(place)
