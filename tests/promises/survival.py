"""A server whose kernels outlive it, and what a test has to know of them."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import pytest

from patina_lab.document.format import Cell, TsnbDocument, write
from patina_lab.kernel.survivors import Survivors
from patina_lab.tests.server import ServerProcess
from patina_lab.tests.user import User

NOTEBOOK = "n1"
PATIENCE = 60.0


class Surviving(ServerProcess):
    """A server with one notebook; kernels of its runs go on when it ends."""

    def __init__(self, folder: Path, *sources: str, kernel: str = "patina-python") -> None:
        super().__init__(folder, on_server_stop="keep")
        self.cells = [f"cell-{number}" for number in range(1, len(sources) + 1)]
        cells = tuple(
            Cell(name, "code", text) for name, text in zip(self.cells, sources, strict=True)
        )
        text = write(TsnbDocument(NOTEBOOK, kernel, kernel.removeprefix("patina-"), cells))
        (self.root / "analysis.tsnb").write_text(text)

    @property
    def kernels(self) -> list[psutil.Process]:
        """The kernels that run, by the records of this workspace."""
        pids = [json.loads(path.read_text())["pid"] for path in self.record_files]
        return [psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)]

    @property
    def record_files(self) -> list[Path]:
        """Where the kernels of this workspace have recorded themselves."""
        return sorted(Path(os.environ["PATINA_RUNTIME_DIR"]).glob("*.kernel"))

    def say_enough(self) -> None:
        """Let cells end that wait for this."""
        (self.root / "enough").touch()

    async def run(self, user: User) -> str:
        """Open the notebook, and start a run."""
        await user.open("analysis.tsnb")
        return await user.start(NOTEBOOK)


@contextmanager
def surviving(patch: pytest.MonkeyPatch) -> Iterator[None]:
    """A runtime directory of its own, whose kernels end with the block, whatever happened."""
    with tempfile.TemporaryDirectory(prefix="pt-", ignore_cleanup_errors=True) as place:
        patch.setenv("PATINA_RUNTIME_DIR", f"{place}/run")
        try:
            yield
        finally:
            for one in Survivors("").all():
                end_kernel(one.connection_file, Path(place, "run"))


def end_kernel(connection_file: str, place: Path) -> None:
    """End a kernel that was left."""
    for path in place.glob("*.kernel"):
        with suppress(OSError, ValueError):
            record = json.loads(path.read_text())
            if record["connection_file"] == connection_file:
                os.kill(record["pid"], signal.SIGKILL)


async def left(user: User) -> subprocess.Popen[bytes]:
    """Leave the notebook with one run as a server does that ends; return the kernel's process."""
    (room,) = user.rooms
    (runner,) = room.roster.runners
    provisioner: Any = runner.connection.process.manager.provisioner
    process: subprocess.Popen[bytes] = provisioner.process
    user.rooms._rooms.pop(room.id)
    await room.leave("for a test")
    return process


async def ended(process: psutil.Process) -> None:
    """Wait for the end of a process."""
    end = time.monotonic() + PATIENCE
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < end, f"{process} still runs"
        await asyncio.sleep(0.05)


async def whole_text(user: User, cell: dict[str, object]) -> str:
    """Return all that a cell printed, also what is kept as blobs."""
    parts: list[str] = []
    outputs: object = cell["outputs"]
    assert isinstance(outputs, list)
    for output in outputs:
        for chunk in output.get("sealed", ()):
            reply = await user.get("api", "patina", "notebooks", NOTEBOOK, "blobs", chunk["blob"])
            parts.append(reply.body.decode())
        parts.append(output.get("tail", ""))
    return "".join(parts)
