"""File systems of their own for a test: a small one, and one that can only be read."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def _mount(*arguments: str) -> None:
    done = subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"not run: this user may not mount a file system ({done.stderr.strip()})")


def may_mount(folder: Path) -> bool:
    """Whether this user may mount file systems."""
    command = ["mount", "-t", "tmpfs", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        return False
    subprocess.run(["umount", str(folder)], check=True)
    return True


@contextmanager
def small_disk(folder: Path, size: str = "8m") -> Iterator[None]:
    """Have a folder on a disk of its own, of that size."""
    _mount("-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder))
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Have nobody write to a folder, not even root."""
    _mount("--bind", str(folder), str(folder))
    try:
        _mount("-o", "remount,bind,ro", str(folder))
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Fill the disk that a folder is on to the last byte; return the file that does."""
    filler = folder / "filler"
    with filler.open("ab", buffering=0) as file:
        for size in (2**16, 4096, 1):
            try:
                while file.write(b"x" * size):
                    pass
            except OSError:
                continue
    return filler
