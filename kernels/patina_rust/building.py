"""The build of the compiler itself, started by the first cell where there is none."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from patina_rust import artifacts, phases
from patina_rust.phases import Tell

LOOK_SECONDS = 0.2
MOST_SAID = 2000


class BuildFailedError(Exception):
    """The compiler is not there, and could not be built: why, and what to do."""


def ensured(tell: Tell) -> Path:
    """Return the compiler's binary; when there is none, build it and wait. Raises BuildFailedError.

    An interrupt ends the waiting only: the build goes on, for the next cell.
    """
    began, started = time.monotonic(), False
    while True:
        try:
            return artifacts.find()
        except artifacts.NotBuiltError as error:
            if shutil.which("cargo") is None:
                raise BuildFailedError(str(error)) from error
        if not _is_running():
            if started:
                raise BuildFailedError(_why())
            started = True
            _start()
        tell(phases.building(*_progress(), time.monotonic() - began))
        time.sleep(LOOK_SECONDS)


def log() -> Path:
    """Return where the build writes what cargo says."""
    return artifacts.cache() / "build.log"


def lock() -> int:
    """Return a descriptor of the file that a build holds locked."""
    artifacts.cache().mkdir(parents=True, exist_ok=True, mode=0o700)
    return os.open(artifacts.cache() / "build.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _is_running() -> bool:
    held = lock()
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(held)
    return False


def _start() -> None:
    """Start it, and wait until it holds the lock."""
    held = lock()
    fcntl.flock(held, fcntl.LOCK_EX)
    with log().open("wb") as said:
        subprocess.Popen(  # noqa: S603 - ourselves
            [sys.executable, "-m", "patina_rust.build", f"--lock={held}"],
            stdin=subprocess.DEVNULL, stdout=said, stderr=said, pass_fds=(held,),
            start_new_session=True,
        )  # fmt: skip
    os.close(held)


def _progress() -> tuple[int, int]:
    total = (artifacts.SOURCES / "Cargo.lock").read_text().count("\nname = ")
    try:
        return log().read_text("utf-8", "replace").count(" Compiling "), total
    except OSError:
        return 0, total


def _why() -> str:
    said = log().read_text("utf-8", "replace").strip() if log().exists() else ""
    return (
        f"the compiler of the Rust kernel could not be built: {said[-MOST_SAID:]}\n"
        f"What it needs: {artifacts.HINT}. What it said in full is in {log()}"
    )
