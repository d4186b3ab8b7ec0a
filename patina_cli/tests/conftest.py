"""A real server as a process of its own, and `patina` as one of its own, too."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from patina_lab.tests.server import ServerProcess

SPECS = Path(__file__).parents[2] / "kernels" / "specs"
PATIENCE = 100.0


@dataclass(frozen=True)
class Ended:
    """What a command said, and how it ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Patina:
    """Runs `patina` in a folder."""

    def __init__(self, place: Path, environment: dict[str, str]) -> None:
        self.place, self.environment = place, environment

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        environment = self.environment | options.pop("env", {})
        return subprocess.Popen(
            [sys.executable, "-m", "patina_cli", *arguments],
            cwd=options.pop("cwd", self.place),
            env={**os.environ, **environment},
            stdin=options.pop("stdin", subprocess.PIPE),
            stdout=options.pop("stdout", subprocess.PIPE),
            stderr=options.pop("stderr", subprocess.PIPE),
            text=True,
            **options,
        )

    def __call__(self, *arguments: str, typed: str = "", **options: Any) -> Ended:
        process = self.start(*arguments, **options)
        out, err = process.communicate(typed, PATIENCE)
        return Ended(process.returncode, out, err)

    def ok(self, *arguments: str, **options: Any) -> Any:
        """Run a command that succeeds; return the JSON it answers with."""
        ended = self(*arguments, "--json", **options)
        assert ended.status == 0, ended
        return ended.json


@pytest.fixture(scope="session")
def _short_place() -> Iterator[Path]:
    """A place with a short path: those of sockets must be short."""
    place = Path(tempfile.mkdtemp(prefix="pc-"))
    yield place
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture(scope="session")
def environment(_short_place: Path) -> dict[str, str]:
    """Where Jupyter keeps its things: nothing of this user's."""
    places = {
        f"JUPYTER_{name.upper()}_DIR": str(_short_place / name)
        for name in ("data", "runtime", "config")
    }
    shutil.copytree(SPECS, _short_place / "data" / "kernels")
    unset = dict.fromkeys(("PATINA_SERVER", "PATINA_TOKEN", "JUPYTER_SERVER_URL", "NO_COLOR"), "")
    nursery = {"PATINA_NURSERY": "off", "PATINA_RUNTIME_DIR": str(_short_place / "run")}
    return {**places, **unset, **nursery}


@pytest.fixture(scope="session")
def server(_short_place: Path, environment: dict[str, str]) -> Iterator[ServerProcess]:
    """A server with Patina Lab."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        process = ServerProcess(_short_place)
        asyncio.run(process.start())
    yield process
    process.terminate()


@pytest.fixture
def patina(server: ServerProcess, environment: dict[str, str]) -> Patina:
    """`patina`, in the folder that the server has."""
    return Patina(server.root, environment)


@pytest.fixture
def alone(tmp_path: Path, environment: dict[str, str]) -> Patina:
    """`patina` where no server runs."""
    return Patina(tmp_path, environment | {"JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime")})
