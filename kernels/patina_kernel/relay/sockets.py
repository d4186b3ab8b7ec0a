"""The five sockets of a kernel, bound as its connection file says."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import zmq

NAMES = ("shell", "control", "stdin", "iopub", "hb")
LINGER_MS = 1000
# How many messages may wait for a slow subscriber before ZMQ drops some, silently.
IOPUB_MESSAGES = 10_000


class Sockets:
    """Binds them; ports the connection file leaves open are chosen, and written back to it."""

    def __init__(self, connection_file: str) -> None:
        self.connection_file = connection_file
        self.info: dict[str, Any] = {"transport": "tcp", "ip": "127.0.0.1", "key": ""}
        self.info["signature_scheme"] = "hmac-sha256"
        with suppress(FileNotFoundError):
            self.info.update(json.loads(Path(connection_file).read_text()))
        self._context = zmq.Context()
        before = self.ports()
        self.shell = self._bind("shell", zmq.ROUTER)
        self.control = self._bind("control", zmq.ROUTER)
        self.stdin = self._bind("stdin", zmq.ROUTER)
        self.iopub = self._bind("iopub", zmq.XPUB)
        self.hb = self._bind("hb", zmq.ROUTER)
        if self.ports() != before:
            self._write_back()

    def ports(self) -> dict[str, int]:
        """Return the ports by the names that the connection file gives them."""
        return {f"{name}_port": int(self.info.get(f"{name}_port") or 0) for name in NAMES}

    def close(self) -> None:
        """Close them once what was sent has left, or LINGER_MS are over."""
        for name in NAMES:
            getattr(self, name).close()
        self._context.term()

    def _bind(self, name: str, kind: int) -> zmq.Socket[bytes]:
        sock: zmq.Socket[bytes] = self._context.socket(kind)
        sock.linger = LINGER_MS
        if name == "iopub":
            sock.sndhwm = IOPUB_MESSAGES
        if name in {"shell", "control", "stdin"}:
            # A client that reconnects with its identity takes over from its lost connection.
            sock.router_handover = 1
        if name == "stdin":
            # That a client is not there is told, instead of what is for it dropped (questions.py).
            sock.router_mandatory = 1
        if self.info.get("curve_secretkey"):
            sock.curve_secretkey = self.info["curve_secretkey"].encode()
            sock.curve_publickey = self.info["curve_publickey"].encode()
            sock.curve_server = True
        self.info[f"{name}_port"] = self._bind_port(sock, int(self.info.get(f"{name}_port") or 0))
        return sock

    def _bind_port(self, sock: zmq.Socket[bytes], port: int) -> int:
        place = f"{self.info['transport']}://{self.info['ip']}"
        if self.info["transport"] == "ipc":
            port = port or self._free_ipc_port()
            sock.bind(f"{place}-{port}")
        elif port:
            sock.bind(f"{place}:{port}")
        else:
            port = sock.bind_to_random_port(place)
        return port

    def _free_ipc_port(self) -> int:
        port = 1
        while Path(f"{self.info['ip']}-{port}").exists():
            port += 1
        return port

    def _write_back(self) -> None:
        made = f"{self.connection_file}.new"
        with open(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:  # noqa: PTH123
            json.dump(self.info, file)
        Path(made).replace(self.connection_file)
