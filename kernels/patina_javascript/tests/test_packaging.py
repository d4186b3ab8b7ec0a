"""What is published: a wheel can be built from the sdist alone, and its kernel works by itself."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
ENGINE = ("patina_javascript/built/patina.wasm", "patina_javascript/built/prelude.js")


def build(kind: str, folder: Path, made: Path) -> Path:
    """Build an sdist or a wheel as a front end does; the page's half as it is there."""
    command = (sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(made))
    quiet = {**os.environ, "SKIP_JUPYTER_BUILDER": "1", "PYTHONPATH": ""}
    done = subprocess.run(
        command, cwd=folder, env=quiet, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    (archive,) = made.glob("*.tar.gz" if kind == "sdist" else "*.whl")
    return archive


@pytest.mark.timeout(240)
def test_a_wheel_of_an_unpacked_sdist_has_a_kernel_that_works(tmp_path: Path) -> None:
    sdist = build("sdist", ROOT, tmp_path / "made")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path / "sdist", filter="data")
    (folder,) = (tmp_path / "sdist").iterdir()
    assert not (folder / "node_modules").exists()
    wheel = build("wheel", folder, tmp_path / "wheel")
    installed = tmp_path / "installed"
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        assert [name for name in ENGINE if names.count(name) != 1] == []
        archive.extractall(installed)
    code = "import patina_javascript as p; import runpy; print(p.__file__); import sys; "
    code += "sys.argv[1:] = ['-e', '[6 * 7, new URL(`http://a/b`).host]']; "
    code += "runpy.run_module('patina_javascript.run', run_name='__main__')"
    alone = {**os.environ, "PYTHONPATH": str(installed), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    ran = subprocess.run(
        (sys.executable, "-c", code),
        cwd=tmp_path,
        env=alone,
        capture_output=True,
        text=True,
        check=False,
    )
    assert str(installed) in ran.stdout, ran.stderr
    assert "[ 42, 'a' ]" in ran.stdout
