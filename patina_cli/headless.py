"""A server of one's own for the time of a command, where none runs."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from patina_cli.client import Client
from patina_cli.finding import Server
from patina_cli.problem import Exit, Problem

START_SECONDS = 60.0
END_SECONDS = 30.0
_LOG_LINES = 12


@contextmanager
def own_server(root: Path) -> Iterator[Server]:
    """Start a server on a folder, and end it.

    It answers at a socket's file in a directory that only this user may enter: there is no port
    that another program could take first, or ask. Nobody else finds it.
    """
    with tempfile.TemporaryDirectory(prefix="patina-", ignore_cleanup_errors=True) as place:
        folder, log = Path(place), Path(place, "log")
        sock, token = folder / "s", secrets.token_urlsafe()
        process = _started(folder, log)
        try:
            assert process.stdin is not None
            settings = {"sock": str(sock), "root": str(root), "token": token}
            process.stdin.write(json.dumps(settings).encode() + b"\n")
            process.stdin.flush()
            server = Server(f"http+unix://{quote(str(sock), safe='')}/", token, root, process.pid)
            _wait_for(server, process, log)
            yield server
        finally:
            _end(process)


def _started(folder: Path, log: Path) -> subprocess.Popen[bytes]:
    # Kernels get the environment of their server, and no token of another one.
    environment = {name: value for name, value in os.environ.items() if name != "PATINA_TOKEN"}
    with log.open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "patina_cli.ownserver"],
            env=environment | {"JUPYTER_RUNTIME_DIR": str(folder / "runtime")},
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            # Ctrl-C is for the command: it interrupts the cell, and then ends the server.
            start_new_session=True,
        )


def _wait_for(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        client = Client(server)
        try:
            client.ask("GET", "")
        except Problem as problem:
            if problem.status != Exit.UNREACHED:
                raise
            time.sleep(0.05)
        else:
            return
        finally:
            client.close()
    lines = log.read_text(errors="replace").replace(server.token, "…").splitlines()
    raise Problem(
        "A server of its own did not start",
        "\n".join(lines[-_LOG_LINES:]) or f"It said nothing within {START_SECONDS:.0f} s",
        "`patina doctor` says what is missing.",
        Exit.UNREACHED,
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None
    with suppress(OSError):  # It is gone already.
        process.stdin.close()
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
