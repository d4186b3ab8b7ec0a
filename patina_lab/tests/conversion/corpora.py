"""What other projects publish, fetched once into the user's cache by pip."""

from __future__ import annotations

import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

CACHE = Path.home() / ".cache" / "patina-lab" / "tests"
NBFORMAT = "5.11.1"
TWINSONG = "0.3.0"


def _pip(*arguments: str) -> None:
    """Run pip, or skip the test where it gets nothing: no network is no failure of ours."""
    done = subprocess.run(
        [sys.executable, "-m", "pip", *arguments, "--quiet", "--no-deps"],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    if done.returncode:
        pytest.skip(f"not run: pip cannot fetch it: {done.stderr.strip()[-200:]}")


def nbformat_notebooks() -> Path:
    """Return the folder of nbformat's own test files, which are in its source distribution."""
    folder = CACHE / f"nbformat-{NBFORMAT}"
    if not (folder / "tests").is_dir():
        _pip("download", f"nbformat=={NBFORMAT}", "--no-binary", "nbformat", "-d", str(CACHE))
        with tarfile.open(CACHE / f"nbformat-{NBFORMAT}.tar.gz") as archive:
            archive.extractall(CACHE, filter="data")
    return folder / "tests"


def twinsong() -> Path:
    """Return a folder that Twinsong is installed in, beside nothing else."""
    folder = CACHE / f"twinsong-{TWINSONG}"
    if not (folder / "twinsong").is_dir():
        _pip("install", f"twinsong=={TWINSONG}", "--target", str(folder))
    return folder
