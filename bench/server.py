"""A real Jupyter server in a process of its own, with an empty home, spoken to from outside."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
import tempfile
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

TOKEN = "bench"
PATIENCE = 10.0
"""Seconds a server gets to end by itself."""
_HOMES = ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR")


def free_port() -> int:
    """Return a port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def tsnb(sources: Sequence[str], *, notebook: str | None = None) -> str:
    """Return a `.tsnb` with code cells named c0, c1, ..."""
    head = (
        f'format = "patina-lab 1"\nid = "{notebook or uuid.uuid4()}"\n'
        'kernel = "patina-python"\nlanguage = "python"\n'
    )
    cells = (
        f"\n[[cells]]\nid = \"c{index}\"\ntype = \"code\"\nsource = '''\n{source}'''\n"
        for index, source in enumerate(sources)
    )
    return head + "".join(cells)


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: its address, its workspace, and a client that carries the token."""

    url: str
    root: Path
    pid: int
    client: httpx.AsyncClient

    async def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Send one request below `api/patina`; return the decoded reply."""
        reply = await self.client.request(method, f"/api/patina/{path}", json=body)
        if reply.is_error:
            raise RuntimeError(f"{method} {path}: {reply.status_code} {reply.text}")
        return json.loads(reply.content) if reply.content else None

    def resident_mb(self) -> float:
        """Return the memory the server's process has now, in MB (RSS; kernels not included)."""
        return self._status("VmRSS") / 1000

    def peak_mb(self) -> float:
        """Return the most memory the server's process ever had, in MB."""
        return self._status("VmHWM") / 1000

    def _status(self, name: str) -> float:
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        value = next(line for line in status.splitlines() if line.startswith(f"{name}:"))
        return int(value.split()[1]) * 1.024

    def cpu_seconds(self) -> float:
        """Return the CPU time the server's process has used so far, all threads."""
        stat = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii")
        fields = stat.rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def log_bytes(self, name: str) -> int:
        """Return the bytes of a notebook's run logs."""
        logs = (self.root / f"{name}.runs").glob("*.jsonl")
        return sum(path.stat().st_size for path in logs)

    async def open(self, name: str, sources: Sequence[str]) -> dict[str, Any]:
        """Write a notebook and open it on the server."""
        (self.root / name).write_text(tsnb(sources), encoding="utf-8")
        return dict(await self.call("GET", f"notebooks?path={name}"))

    async def idle(self, run: str, notebook: str) -> dict[str, Any]:
        """Wait until a run is idle; return it."""
        while True:
            runs = await self.call("GET", f"notebooks/{notebook}/runs")
            found = next(item for item in runs if item["id"] == run)
            if found["status"] == "idle":
                return dict(found)
            await asyncio.sleep(0.05)

    async def execute(self, run: str, cell: str) -> int:
        """Ask for one cell; return the seq of its output cell."""
        body = {"cells": [{"id": cell}], "request_id": uuid.uuid4().hex}
        cells = await self.call("POST", f"runs/{run}/execute", body)
        return int(cells[0]["seq"])


def _environment(home: Path) -> dict[str, str]:
    own = {f"JUPYTER_{name}": str(home / name.lower()) for name in _HOMES}
    lab = {
        f"JUPYTERLAB_{name}_DIR": str(home / name.lower()) for name in ("SETTINGS", "WORKSPACES")
    }
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    return {**os.environ, **own, **lab, "HOME": str(home), "PATH": path}


@asynccontextmanager
async def running() -> AsyncIterator[Server]:
    """Start a server on a free port of loopback; end it afterwards."""
    with tempfile.TemporaryDirectory(prefix="patina-bench-", ignore_cleanup_errors=True) as folder:
        home, root, port = Path(folder), Path(folder) / "work", free_port()
        root.mkdir()
        arguments = ("--no-browser", "--allow-root", "--ip=127.0.0.1", f"--ServerApp.port={port}")
        own = (
            f"--IdentityProvider.token={TOKEN}",
            f"--ServerApp.root_dir={root}",
            "--PatinaLab.on_server_stop=stop",
        )
        with (home / "server.log").open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "jupyterlab", *arguments, *own,
                env=_environment(home), stdout=log, stderr=log,
            )  # fmt: skip
        url = f"http://127.0.0.1:{port}"
        headers = {"Authorization": f"token {TOKEN}"}
        try:
            async with httpx.AsyncClient(base_url=url, headers=headers, timeout=120) as client:
                await _answering(client)
                yield Server(url, root, process.pid, client)
        finally:
            await _ended(process)


async def _ended(process: asyncio.subprocess.Process) -> None:
    """End the server: politely at first, and after ten seconds not."""
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), PATIENCE)
        except TimeoutError:
            process.kill()
            await process.wait()


async def _answering(client: httpx.AsyncClient) -> None:
    for _ in range(400):
        try:
            if (await client.get("/api/patina")).is_success:
                return
        except httpx.TransportError:
            pass
        await asyncio.sleep(0.15)
    raise TimeoutError("The Jupyter server did not answer within 60 s")
