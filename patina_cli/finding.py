"""Running servers: by the files that Jupyter keeps of them, or by the address that was given.

Jupyter's own `list_running_servers` says the same, but importing it takes longer than asking does.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit, urlunsplit

from jupyter_core.paths import jupyter_runtime_dir

from patina_cli.problem import Exit, Problem


@dataclass(frozen=True, slots=True)
class Server:
    """Where a server answers. `root` is its folder of notebooks, where that is known here."""

    url: str
    token: str = ""
    root: Path | None = None
    pid: int | None = None

    def holds(self, path: Path) -> bool:
        """Whether a path of this machine is below the server's root."""
        return self.root is not None and path.is_relative_to(self.root)


def running() -> list[Server]:
    """Return the servers of this user on this machine, the latest first."""
    folder = Path(jupyter_runtime_dir())
    files = sorted(folder.glob("jpserver-*.json"), key=_changed, reverse=True)
    return [server for file in files if (server := _read(file)) is not None]


def _changed(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0


def _read(file: Path) -> Server | None:
    """Return the server that a file tells of; None when it is gone."""
    try:
        told: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        pid = int(told["pid"])
        root = Path(told["root_dir"]).resolve()
        server = Server(str(told["url"]), str(told.get("token") or ""), root, pid)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return server if _is_alive(pid) else None


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def server_at(url: str, token: str | None) -> Server:
    """Return the server at an address. A token in the address counts; else this machine's file."""
    parts = urlsplit(url)
    if not parts.scheme.startswith("http") or not parts.netloc:
        reason = "It should be like http://localhost:8888/"
        raise Problem(f"{url[:200]!r} is no address of a server", reason, status=Exit.USAGE)
    token = token or next(iter(parse_qs(parts.query).get("token", [])), None)
    path = parts.path.removesuffix("/lab").removesuffix("/tree").rstrip("/") + "/"
    plain = urlunsplit((parts.scheme, parts.netloc, path, "", ""))
    known = next((one for one in running() if _same_place(one.url, plain)), Server(plain))
    return replace(known, url=plain, token=known.token if token is None else token)


def _same_place(one: str, other: str) -> bool:
    """Whether two addresses are of one server: a machine has several names for itself."""
    ours, theirs = urlsplit(one), urlsplit(other)
    loopback = {"localhost", "127.0.0.1", "::1"}
    same_host = ours.hostname == theirs.hostname or {ours.hostname, theirs.hostname} <= loopback
    return same_host and (ours.port, ours.path) == (theirs.port, theirs.path)


def server_near(place: Path, token: str | None) -> Server:
    """Return the running server whose folder holds a place; else the only one there is."""
    servers = running()
    of_terminal = os.environ.get("JUPYTER_SERVER_URL")
    if of_terminal:
        # In a terminal of JupyterLab: the server that it belongs to.
        servers.sort(key=lambda one: not _same_place(one.url, of_terminal))
    near = [server for server in servers if server.holds(place)]
    near.sort(key=lambda server: len((server.root or place).parts), reverse=True)
    if not near and len(servers) > 1:
        listed = ", ".join(f"{server.url} ({server.root})" for server in servers)
        raise Problem(
            "Several servers run, and none has this folder",
            listed,
            "Name one: --server URL, or PATINA_SERVER.",
            Exit.UNREACHED,
        )
    if not servers:
        raise Problem(
            "No Jupyter server of yours runs on this machine",
            f"There is no file of one in {jupyter_runtime_dir()}",
            "Start one with `patina lab`, or name one: --server URL, or PATINA_SERVER.",
            Exit.UNREACHED,
        )
    found = (near or servers)[0]
    return found if token is None else replace(found, token=token)
