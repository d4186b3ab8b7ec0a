"""Compiling the C library: at the wheel's build, or once into a cache outside the checkout."""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCES = Path(__file__).parent / "native"
NAME = "forkall.so"
FLAGS = ("-std=gnu11", "-O2", "-fPIC", "-shared", "-fvisibility=hidden")
STRICT = ("-Wall", "-Wextra", "-Werror")
LINK = ("-Wl,-z,now", "-Wl,-z,relro", "-ldl")
COMPILE_SECONDS = 60


class BuildError(Exception):
    """The library was not built: why. Without it forks are plain, healed or refused."""


def reason_not_here() -> str | None:
    """Return why this machine cannot carry threads over, or None where it can."""
    if not sys.platform.startswith("linux"):
        return f"threads can be carried over on Linux only, this is {sys.platform}"
    if platform.machine() != "x86_64":
        return f"threads can be carried over on x86-64 only, this is {platform.machine()}"
    if "glibc" not in _libc():
        return "threads can be carried over with glibc only"
    return None


def _libc() -> str:
    try:
        return os.confstr("CS_GNU_LIBC_VERSION") or ""
    except (OSError, ValueError):
        return ""


def compiler() -> str | None:
    """Return the C compiler's path: $CC, else cc, gcc or clang; None when there is none."""
    names = (os.environ.get("CC") or "cc", "cc", "gcc", "clang")
    return next(filter(None, map(shutil.which, names)), None)


def cache_path() -> Path:
    """Return where the library for these sources and this libc is kept."""
    inputs = hashlib.sha256("\0".join((*FLAGS, *LINK, _libc())).encode())
    for source in sorted(SOURCES.glob("*.[ch]")):
        inputs.update(source.name.encode() + b"\0" + source.read_bytes())
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return root / "patina-lab" / "forkall" / inputs.hexdigest()[:24] / NAME


def compile_into(target: Path) -> None:
    """Compile the library and put it in place at once. Raises BuildError."""
    reason, cc = reason_not_here(), compiler()
    if reason or cc is None:
        raise BuildError(reason or "there is no C compiler (cc, gcc or clang)")
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=target.parent, suffix=".so")
    os.close(handle)
    try:
        _run((cc, *FLAGS, *STRICT, "-o", name, *map(str, sorted(SOURCES.glob("*.c"))), *LINK))
        Path(name).chmod(0o755)
        Path(name).replace(target)
    finally:
        with contextlib.suppress(FileNotFoundError):
            Path(name).unlink()


def _run(command: tuple[str, ...]) -> None:
    try:
        done = subprocess.run(  # noqa: S603 - the machine's compiler on our own sources
            command, capture_output=True, text=True, timeout=COMPILE_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BuildError(f"{command[0]} could not be run: {error}") from error
    if done.returncode:
        raise BuildError(f"{command[0]} failed: {done.stderr.strip()[-2000:]}")


def ensure() -> Path:
    """Return the library: the wheel's, else the cached one, compiled now if need be. BuildError."""
    packaged = SOURCES / NAME
    if packaged.exists():
        return packaged
    cached = cache_path()
    if not cached.exists():
        compile_into(cached)
    if cached.stat().st_uid != os.getuid():
        raise BuildError(f"{cached} belongs to another user, so it is not loaded")
    return cached


if __name__ == "__main__":
    try:
        print(f"Running kernels can be forked with their threads: {ensure()}")
    except BuildError as error:
        print(f"Forks will not carry threads over: {error}")
