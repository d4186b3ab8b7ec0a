"""Requests to a server. The standard library's client: others take longer to import than to ask."""

from __future__ import annotations

import http.client
import json
import socket
from typing import Any
from urllib.parse import quote, unquote, urlencode, urlsplit

from patina_cli.finding import Server
from patina_cli.problem import Exit, Problem

SECONDS = 60.0
PREFIX = "api/patina"


class Client:
    """One connection, kept open."""

    def __init__(self, server: Server, seconds: float = SECONDS) -> None:
        self.server, self._seconds = server, seconds
        parts = urlsplit(server.url)
        self._base = "/" + parts.path.strip("/") + "/" if parts.path.strip("/") else "/"
        self._connection = _connection(server.url, seconds)

    def ask(self, method: str, path: str, body: Any = None, /, **query: Any) -> Any:
        """Ask Patina Lab; return the JSON of the reply, None where there is none.

        `path` is below `api/patina`. Raises Problem with what the server says, or that none did.
        """
        data = self.fetch(method, f"{PREFIX}/{path}".rstrip("/"), body, **query)
        try:
            return json.loads(data) if data else None
        except ValueError as error:
            what = f"What answers at {self.server.url} is no server with Patina Lab"
            reason, hint = "Its answer is not JSON", "Look at the address, and at its path."
            raise Problem(what, reason, hint, Exit.UNREACHED) from error

    def fetch(self, method: str, path: str, body: Any = None, /, **query: Any) -> bytes:
        """Ask any route of the server; return the bytes of the reply."""
        wanted = {name: value for name, value in query.items() if value is not None}
        target = self._base + quote(path, safe="/:@") + (f"?{urlencode(wanted)}" if wanted else "")
        headers = {"Accept": "application/json", "Authorization": f"token {self.server.token}"}
        data = None if body is None and method == "GET" else json.dumps(body or {})
        try:
            reply, content = self._exchange(method, target, data, headers)
        except (OSError, http.client.HTTPException) as error:
            raise self._unreached(error) from error
        if reply.status >= 300:
            raise _refused(reply, content)
        return content

    def _exchange(
        self, method: str, target: str, data: str | None, headers: dict[str, str]
    ) -> tuple[http.client.HTTPResponse, bytes]:
        fresh = self._connection.sock is None
        try:
            return self._sent(method, target, data, headers)
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            self._connection.close()
            # The server has closed what was idle. Only what changes nothing is asked twice.
            if fresh or method != "GET":
                raise
            return self._sent(method, target, data, headers)

    def _sent(
        self, method: str, target: str, data: str | None, headers: dict[str, str]
    ) -> tuple[http.client.HTTPResponse, bytes]:
        body = None if data is None else data.encode()
        self._connection.request(method, target, body, headers)
        reply = self._connection.getresponse()
        return reply, reply.read()

    def _unreached(self, error: Exception) -> Problem:
        self._connection.close()
        return Problem(
            f"No server answers at {self.server.url}",
            f"{type(error).__name__}: {error}" if str(error) else type(error).__name__,
            "See which servers run with `jupyter server list`, or start one with `patina lab`.",
            Exit.UNREACHED,
        )

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def _connection(url: str, seconds: float) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    if parts.scheme == "http+unix":
        return _OverSocketFile(unquote(parts.netloc), seconds)
    if parts.scheme == "https":
        return http.client.HTTPSConnection(parts.netloc, timeout=seconds)
    return http.client.HTTPConnection(parts.netloc, timeout=seconds)


class _OverSocketFile(http.client.HTTPConnection):
    """A connection to a server that answers at a socket's file (`ServerApp.sock`)."""

    def __init__(self, file: str, seconds: float) -> None:
        super().__init__("localhost", timeout=seconds)
        self._file, self._patience = file, seconds

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self._patience)
        self.sock.connect(self._file)


def _refused(reply: http.client.HTTPResponse, content: bytes) -> Problem:
    try:
        told = json.loads(content)
        message, reason = str(told["message"]), str(told.get("reason") or "")
        hint = str(told.get("hint") or "")
    except (ValueError, KeyError, TypeError, AttributeError):
        message, reason = f"The server answered {reply.status} {reply.reason}", ""
        hint = (
            "Is it a server with Patina Lab? `patina doctor` looks." if reply.status == 404 else ""
        )
    if reply.status in (302, 401, 403) and not hint:
        hint = "If a token is needed: PATINA_TOKEN, or --token."
    return Problem(message, reason, hint)
