"""How soon `patina status` answers, against the question one asks of Jupyter instead."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench.figures import AtMost, Figure, RatioAtMost
from patina_lab.tests.server import ServerProcess

ROUNDS = 15


def _seconds(command: Sequence[str], environment: dict[str, str], place: Path) -> float:
    began = time.perf_counter()
    subprocess.run(command, env=environment, cwd=place, capture_output=True, check=True)
    return time.perf_counter() - began


async def measure() -> list[Figure]:
    """Ask a server that has nothing else to do, in turn with theirs."""
    with tempfile.TemporaryDirectory(prefix="pb-") as name:
        folder = Path(name)
        names = {kind: str(folder / kind) for kind in ("data", "runtime", "config")}
        places = {f"JUPYTER_{kind.upper()}_DIR": place for kind, place in names.items()}
        server = ServerProcess(folder)
        await server.start()
        try:
            environment = {**os.environ, **places}
            rounds = await asyncio.to_thread(_rounds, environment, server.root)
        finally:
            server.terminate()
    ours, theirs, bare = zip(*rounds, strict=True)
    return [
        Figure(
            "patina status", "ms", ours, theirs, "jupyter server list",
            (AtMost(300), RatioAtMost(1.0)),
        ),
        Figure("… beyond an interpreter that does nothing", "ms", ours, bare, "python -c pass"),
    ]  # fmt: skip


def _rounds(environment: dict[str, str], place: Path) -> list[tuple[float, float, float]]:
    python = sys.executable
    commands = (
        (python, "-m", "patina_cli", "status"),
        (python, "-m", "jupyter_server.serverapp", "list"),
        (python, "-c", "pass"),
    )
    for command in commands:
        _seconds(command, environment, place)  # What was compiled is kept from then on.
    return [
        tuple(1000 * _seconds(command, environment, place) for command in commands)  # type: ignore[misc]
        for _ in range(ROUNDS)
    ]
