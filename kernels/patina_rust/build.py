"""Builds the compiler, with cargo, from locked sources; once a machine and version."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

from patina_rust import artifacts, building

BUILD_SECONDS = 1800


class BuildError(Exception):
    """The compiler was not built: why."""


def ensure() -> Path:
    """Return the compiler, built now if need be. Raises BuildError.

    Another build is waited for: it may be the same.
    """
    held = building.lock()
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        return _ensured()
    finally:
        os.close(held)


def _ensured() -> Path:
    try:
        return artifacts.find()
    except artifacts.NotBuiltError as error:
        if shutil.which("cargo") is None:
            raise BuildError(str(error)) from error
    target = artifacts.place()
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partly = target.with_suffix(f".{os.getpid()}")
    shutil.copy2(_compile(), partly)
    partly.replace(target)
    return target


def _compile() -> Path:
    # Shared by all versions, so that a change of ours does not compile evcxr again.
    folder = artifacts.cache() / "target"
    command = ["cargo", "rustc", "--release", "--locked", "--target-dir", str(folder)]
    # cargo looks at the times of files, and those of an installed package may be old ones.
    command += ["--", "--cfg", f'patina_version="{artifacts.version()}"']
    # It is started twice for each cell: at fixed addresses there is nothing to be put right first.
    command += ["-C", "relocation-model=static"]
    try:
        done = subprocess.run(  # noqa: S603 - cargo on our own sources
            command, cwd=artifacts.SOURCES, timeout=BUILD_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BuildError(f"cargo could not be run: {error}") from error
    if done.returncode:
        raise BuildError("cargo failed; what it said is above")
    return folder / "release" / artifacts.BINARY


def main(arguments: list[str]) -> int:
    """Build, and say what was built. `--lock`: who starts this has taken the lock for it."""
    make = _ensured if arguments else ensure
    try:
        print(f"{artifacts.BINARY}: {make()}")
    except BuildError as error:
        print(f"The Rust kernel was not built: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
