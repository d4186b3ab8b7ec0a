"""Compiling what is in C: at the wheel's build, or once into a cache outside the checkout."""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

SOURCES = Path(__file__).parent / "native"
NAME = "forkall.so"
FLAGS = ("-std=gnu11", "-O2", "-fPIC", "-shared", "-fvisibility=hidden")
STRICT = ("-Wall", "-Wextra", "-Werror")
LINK = ("-Wl,-z,now", "-Wl,-z,relro", "-ldl")
THAW = "thaw"
# Without libc, and where nothing else is: see native/image.h.
THAW_FLAGS = ("-std=gnu11", "-O2", "-ffreestanding", "-fno-stack-protector", "-fPIE")
THAW_LINK = (
    "-nostdlib", "-static", "-no-pie", "-Wl,-Ttext-segment=0x200000000000", "-Wl,-z,noexecstack"
)  # fmt: skip
COMPILE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Product:
    """What the C files of a folder are compiled to."""

    name: str
    folder: Path
    flags: tuple[str, ...]
    link: tuple[str, ...]


def library() -> Product:
    """Return the library that copies processes with their threads, and writes images of them."""
    return Product(NAME, SOURCES, FLAGS, LINK)


def thaw() -> Product:
    """Return the program that brings a process back from its image."""
    return Product(THAW, SOURCES / "thaw", THAW_FLAGS, THAW_LINK)


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


def cache_path(product: Product | None = None) -> Path:
    """Return where a product (the library) for these sources and this libc is kept."""
    product = product or library()
    inputs = hashlib.sha256("\0".join((*product.flags, *product.link, _libc())).encode())
    for source in sorted(SOURCES.rglob("*.[ch]")):
        inputs.update(source.name.encode() + b"\0" + source.read_bytes())
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return root / "patina-lab" / "forkall" / inputs.hexdigest()[:24] / product.name


def compile_into(target: Path, product: Product | None = None) -> None:
    """Compile a product (the library) and put it in place at once. Raises BuildError."""
    product = product or library()
    reason, cc = reason_not_here(), compiler()
    if reason or cc is None:
        raise BuildError(reason or "there is no C compiler (cc, gcc or clang)")
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=target.parent, suffix=".so")
    os.close(handle)
    try:
        sources = map(str, sorted(product.folder.glob("*.c")))
        _run((cc, *product.flags, *STRICT, "-o", name, *sources, *product.link))
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


def ensure(product: Product | None = None) -> Path:
    """Return a product (the library): the wheel's, else the cached one, compiled now if need be.

    Raises BuildError.
    """
    product = product or library()
    packaged = product.folder / product.name
    if packaged.exists():
        return packaged
    cached = cache_path(product)
    if not cached.exists():
        compile_into(cached, product)
    if cached.stat().st_uid != os.getuid():
        raise BuildError(f"{cached} belongs to another user, so it is not loaded")
    return cached
