"""What the tests of the front doors need besides a server: our kernels, installed."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

# Read when the provisioner is imported. Each test has directories of its own, so that a warm
# template would never be used twice.
os.environ.setdefault("PATINA_NURSERY", "off")
SPECS = Path(__file__).parents[3] / "kernels" / "specs"


@pytest.fixture(scope="session", autouse=True)
def _runtime_directory() -> Iterator[None]:
    """Keep the sockets of kernels in one short place: a Unix socket's path must be short."""
    directory = tempfile.mkdtemp(prefix="pt-")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATINA_RUNTIME_DIR", f"{directory}/run")
        yield
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(autouse=True)
def _kernels(jp_data_dir: Path, jp_environ: Any) -> None:
    """Install our kernelspecs where the test's server looks for them."""
    shutil.copytree(SPECS, jp_data_dir / "kernels", dirs_exist_ok=True)
