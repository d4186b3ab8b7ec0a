"""The product as people get it: built from its sdist, installed into an empty environment."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
SECONDS = 600
_PINNED = re.compile(r"^([A-Za-z0-9_.-]+==[^ ]+(?: ;[^\\]+)?) \\$", re.MULTILINE)


@dataclass(frozen=True)
class Built:
    """What a release consists of."""

    sdist: Path
    wheel: Path


@dataclass(frozen=True)
class Installed:
    """An environment with the product in it, and a home in which nothing else is."""

    folder: Path
    home: Path

    def environment(self, **more: str) -> dict[str, str]:
        """Return an environment in which this is all that there is of Python."""
        kept = {name: os.environ[name] for name in ("LANG", "TMPDIR") if name in os.environ}
        path = os.pathsep.join((str(self.folder / "bin"), "/usr/local/bin", "/usr/bin", "/bin"))
        own = {"HOME": str(self.home), "PATH": path, "XDG_CACHE_HOME": str(self.home / "cache")}
        return {**kept, **own, "PATINA_RUNTIME_DIR": str(self.home / "run"), **more}

    def command(self, *arguments: str) -> list[str]:
        return [str(self.folder / "bin" / "patina"), *arguments]

    def patina(self, *arguments: str, **more: str) -> tuple[int, Any]:
        """Run `patina` with `--json`; return its exit status and its answer."""
        ended = subprocess.run(
            self.command(*arguments, "--json"), cwd=self.home, env=self.environment(**more),
            capture_output=True, text=True, check=False, timeout=SECONDS,
        )  # fmt: skip
        assert ended.stdout, ended.stderr
        return ended.returncode, json.loads(ended.stdout)


@dataclass(frozen=True)
class Lab:
    """JupyterLab of that environment, at work. With the user's Rust, where there is one."""

    installed: Installed
    url: str
    token: str
    variables: dict[str, str]

    def patina(self, *arguments: str) -> tuple[int, Any]:
        return self.installed.patina(*arguments, **self.variables)

    def get(self, path: str) -> bytes:
        headers = {"Authorization": f"token {self.token}"}
        with urlopen(Request(self.url + path.lstrip("/"), headers=headers), timeout=60) as reply:
            data: bytes = reply.read()
        return data


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rel")


@pytest.fixture(scope="session")
def built(place: Path) -> Built:
    """Build the sdist, and the wheel of what is in it: what it lacks is missed here.

    The page is the one that the set-up has built; `make dist` builds it for production.
    """
    environment = {**os.environ, "SKIP_JUPYTER_BUILDER": "1"}
    _run(BIN / "python", "-m", "hatchling", "build", "-t", "sdist", "-d", place, env=environment)
    (sdist,) = place.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(place, filter="data")
    source = place / sdist.name.removesuffix(".tar.gz")
    build = (BIN / "python", "-m", "hatchling", "build", "-t", "wheel", "-d", place)
    _run(*build, env=environment, at=source)
    (wheel,) = place.glob("*.whl")
    return Built(sdist, wheel)


@pytest.fixture(scope="session")
def installed(place: Path, built: Built) -> Installed:
    """Install the wheel with what it needs, and nothing else."""
    pinned = "\n".join(_PINNED.findall((ROOT / "requirements" / "lock.txt").read_text()))
    (place / "constraints.txt").write_text(pinned + "\n")
    folder, home = place / "env", place / "home"
    home.mkdir()
    _run(BIN / "uv", "venv", "-q", "--python", sys.executable, folder)
    where = ("--python", folder / "bin" / "python", "-c", place / "constraints.txt")
    _run(BIN / "uv", "pip", "install", "-q", *where, built.wheel)
    return Installed(folder, home)


@pytest.fixture(scope="session")
def lab(installed: Installed) -> Iterator[Lab]:
    """Start `patina lab`."""
    log = installed.home / "lab.log"
    variables = _with_rust(installed)
    options = ("--no-browser", "--port=0", "--ServerApp.port_retries=50")
    with log.open("wb") as output:
        process = subprocess.Popen(
            installed.command("lab", ".", *options), cwd=installed.home,
            env=installed.environment(**variables), stdout=output, stderr=output,
        )  # fmt: skip
    try:
        url, file = _address(installed, log)
        yield Lab(installed, url, json.loads(file.read_text())["token"], variables)
    finally:
        process.terminate()
        process.wait(60)


@pytest.fixture(scope="session")
def kernels(lab: Lab) -> dict[str, Any]:
    """What the doctor says there of each kernel, by its name."""
    _, findings = lab.patina("doctor")
    return {one["name"]: one for one in findings}


def _with_rust(installed: Installed) -> dict[str, str]:
    """Return where this user has Rust, and the compiler that the set-up has built."""
    names = ("XDG_CACHE_HOME", "CARGO_HOME", "RUSTUP_HOME")
    places = {name: os.environ[name] for name in names}
    cargo = shutil.which("cargo")
    folders = [installed.environment()["PATH"], *([str(Path(cargo).parent)] if cargo else [])]
    return {**places, "PATH": os.pathsep.join(folders)}


def _address(installed: Installed, log: Path) -> tuple[str, Path]:
    """Wait until it answers; return where, and the file that says so."""
    deadline = time.monotonic() + SECONDS / 4
    runtime = installed.home / ".local/share/jupyter/runtime"
    while True:
        # What asks too early takes from the server the time to start.
        if not (files := list(runtime.glob("jpserver-*.json"))):
            assert time.monotonic() < deadline, log.read_text()[-2000:]
            time.sleep(0.1)
            continue
        ended = subprocess.run(
            installed.command("status", "--json"), cwd=installed.home,
            env=installed.environment(), capture_output=True, text=True, check=False,
        )  # fmt: skip
        if ended.returncode == 0:
            return str(json.loads(ended.stdout)["url"]), files[0]
        assert time.monotonic() < deadline, log.read_text()[-2000:]
        time.sleep(0.2)


def _run(*command: str | Path, env: dict[str, str] | None = None, at: Path = ROOT) -> None:
    ended = subprocess.run(
        list(map(str, command)), cwd=at, env=env, capture_output=True, text=True, check=False,
        timeout=SECONDS,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout + ended.stderr
