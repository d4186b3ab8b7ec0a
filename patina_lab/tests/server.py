"""A server as a process of its own: it can be killed, and started again in the same place."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest
from tornado.httputil import url_concat
from tornado.websocket import websocket_connect

from patina_lab.tests.editors import Connect
from patina_lab.tests.user import Refused, User

TOKEN = "for-a-test"
_PATIENCE = 60.0
_START_SECONDS = 180.0
"""On a machine that is busy with other things, starting takes minutes."""


class ServerProcess:
    """`jupyter server` with its root, data and runtime below one folder.

    `on_server_stop`: whether kernels of runs end with it, or go on (`keep`). `environment`: what it
    has besides that of the tests.
    """

    def __init__(
        self,
        folder: Path,
        on_server_stop: str = "stop",
        environment: Mapping[str, str] | None = None,
        options: Sequence[str] = (),
    ) -> None:
        self._on_server_stop, self._environment = on_server_stop, environment or {}
        self._options = options
        self.folder, self.root = folder, folder / "root"
        self.root.mkdir(exist_ok=True)
        self.root_dir = str(self.root)
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0
        self._log = folder / "server.log"

    async def start(self) -> User:
        """Start; return somebody who uses it once it answers."""
        self._launch()
        user = User(self, *client_of(self.port))
        await self._answers(user)
        return user

    def _launch(self) -> None:
        self.port = _free_port()
        options = {"port": self.port, "root_dir": self.root_dir, "ip": "::1"}
        arguments = [f"--ServerApp.{name}={value}" for name, value in options.items()]
        arguments.append(f"--PatinaLab.on_server_stop={self._on_server_stop}")
        arguments += self._options
        arguments += ["--no-browser", "--allow-root", f"--IdentityProvider.token={TOKEN}"]
        extensions = dict.fromkeys(
            ("jupyter_server_fileid", "jupyter_server_ydoc", "patina_lab"), 1
        )
        arguments.append(f"--ServerApp.jpserver_extensions={extensions}")
        places = {name: str(self.folder / name) for name in ("data", "runtime", "config")}
        environment = {f"JUPYTER_{name.upper()}_DIR": place for name, place in places.items()}
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "jupyter_server", *arguments],
                env={**os.environ, **environment, **self._environment},
                cwd=self.folder,
                stdout=log,
                stderr=log,
            )

    async def _answers(self, user: User) -> None:
        deadline = asyncio.get_running_loop().time() + _START_SECONDS
        while True:
            try:
                await user.ask("GET", "")
            except (OSError, Refused):
                assert asyncio.get_running_loop().time() < deadline, self._log.read_text()[-2_000:]
                await asyncio.sleep(0.1)
            else:
                return

    @property
    def memory_bytes(self) -> int:
        """How much memory it has, as the system counts it (RSS)."""
        assert self._process is not None
        pages = Path(f"/proc/{self._process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    @property
    def own_memory_bytes(self) -> int:
        """How much of that is its own: without what the system has read of files for it."""
        assert self._process is not None
        _, resident, shared, *_ = Path(f"/proc/{self._process.pid}/statm").read_text().split()
        return (int(resident) - int(shared)) * os.sysconf("SC_PAGE_SIZE")

    @property
    def pid(self) -> int:
        """The id of its process."""
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        """End it as a crash does."""
        self._end(signal.SIGKILL)

    def terminate(self) -> None:
        """End it as a system that shuts down does."""
        self._end(signal.SIGTERM)

    def _end(self, signum: signal.Signals) -> None:
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signum)
        self._process.wait(_PATIENCE)


def client_of(port: int) -> tuple[Any, Connect]:
    """Return how a server of these is asked, and how its sockets are opened."""
    token = {"Authorization": f"token {TOKEN}"}

    async def fetch(*parts: str, params: Any = None, **options: Any) -> Any:
        url = url_concat(f"http://[::1]:{port}/{'/'.join(parts)}", params or {})
        raise_error = options.pop("raise_error", True)
        headers = {**token, **options.pop("headers", {})}
        request = HTTPRequest(url, headers=headers, request_timeout=_PATIENCE, **options)
        try:
            return await AsyncHTTPClient().fetch(request)
        except HTTPClientError as error:
            if raise_error or error.response is None:
                raise
            return error.response

    def connect(path: str) -> Any:
        return websocket_connect(HTTPRequest(f"ws://[::1]:{port}/{path}", headers=token))

    return fetch, connect


def _free_port() -> int:
    with socket.socket(socket.AF_INET6) as free:
        free.bind(("::1", 0))
        return int(free.getsockname()[1])
