"""Somebody who uses the server, knowing only docs/reference/api.md."""

from __future__ import annotations

import asyncio
import hashlib
import json
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from tornado.httpclient import HTTPClientError

from patina_lab.document.ytsnb import YTsnb
from patina_lab.rooms.registry import Rooms
from patina_lab.tests.editors import Connect, Editor
from patina_lab.tests.followers import Follower

PATIENCE = 60.0
FINAL = ("succeeded", "failed", "interrupted", "not run")


class Refused(Exception):  # noqa: N818 (reads as what happened)
    """An error reply."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        super().__init__(f"{status}: {problem}")
        self.status, self.problem = status, problem


class User:
    """Requests, and what they lead to in the runs document."""

    def __init__(self, serverapp: Any, fetch: Any, connect: Connect) -> None:
        self.serverapp = serverapp
        self.fetch, self.connect = fetch, connect
        self._followers: list[Follower] = []
        self._editors: list[Editor] = []

    async def ask(self, method: str, path: str, body: Any = None, **query: str) -> Any:
        """Send a request; return the JSON of the reply, or raise Refused."""
        payload = {"body": json.dumps(body or {})} if method in ("POST", "PATCH") else {}
        path, _, search = path.partition("?")
        query |= dict(parse_qsl(search))
        parts = [part for part in path.split("/") if part]
        try:
            reply = await self.fetch(
                "api", "patina", *parts, method=method, params=query, **payload
            )
        except HTTPClientError as error:
            body = error.response.body if error.response else b"{}"
            raise Refused(error.code, json.loads(body)) from None
        return json.loads(reply.body) if reply.body else None

    def folder(self, path: str = "analysis.tsnb") -> Path:
        """Return where the runs of a notebook are kept."""
        return Path(self.serverapp.root_dir) / f"{path}.runs"

    async def create(self, path: str = "analysis.tsnb", kernel: str = "python3") -> dict[str, Any]:
        """Create a notebook."""
        created: dict[str, Any] = await self.ask(
            "POST", "notebooks", {"path": path, "kernel": kernel}
        )
        return created

    async def open(self, path: str, text: str | bytes | None = None) -> dict[str, Any]:
        """Open a notebook, written to disk first where a text is given."""
        if text is not None:
            self.file(path).write_bytes(text if isinstance(text, bytes) else text.encode())
        opened: dict[str, Any] = await self.ask("GET", f"notebooks?path={quote(path)}")
        return opened

    def file(self, path: str = "analysis.tsnb") -> Path:
        """Return where a file of the server lies on disk."""
        return Path(self.serverapp.root_dir, path)

    def texts(self, pattern: str) -> list[str]:
        """Return what the files beside the notebook have, whose names fit a pattern."""
        return [path.read_text() for path in Path(self.serverapp.root_dir).glob(pattern)]

    async def source(self, path: str = "analysis.tsnb") -> YTsnb:
        """Return the live source document, as another tab would edit it."""
        apps = self.serverapp.extension_manager.extension_apps["jupyter_server_ydoc"]
        document: YTsnb = await next(iter(apps)).get_document(
            path=path, content_type="tsnb", file_format="text", copy=False
        )
        return document

    async def write(self, *sources: str, path: str = "analysis.tsnb") -> list[str]:
        """Make the notebook's code cells these; return their ids."""
        document = await self.source(path)
        header = document.get().split("[[cells]]")[0].rstrip()
        ids = [f"cell-{number}" for number in range(1, len(sources) + 1)]
        cells = "".join(
            f'\n\n[[cells]]\nid = "{name}"\ntype = "code"\nsource = {json.dumps(source)}'
            for name, source in zip(ids, sources, strict=True)
        )
        document.set(f"{header}{cells}\n")
        return ids

    async def start(self, notebook: str, **wanted: str) -> str:
        """Start a run; return its id."""
        run = await self.ask("POST", f"notebooks/{notebook}/runs", wanted)
        return str(run["id"])

    async def execute(
        self, run: str, *cells: str, request: str = "", hashes: dict[str, str] | None = None
    ) -> list[dict[str, Any]]:
        """Ask for cells to run."""
        references = [
            {"id": cell, **({"source_hash": hashes[cell]} if hashes else {})} for cell in cells
        ]
        body = {"cells": references, "request_id": request or str(uuid.uuid4())}
        asked: list[dict[str, Any]] = await self.ask("POST", f"runs/{run}/execute", body)
        return asked

    async def timeline(self, run: str) -> list[dict[str, Any]]:
        """Return the whole timeline."""
        cells: list[dict[str, Any]] = await self.ask("GET", f"runs/{run}/timeline")
        return cells

    async def finished(self, run: str, count: int) -> list[dict[str, Any]]:
        """Wait until all output cells up to that seq are final; return the timeline."""

        def all_final(timeline: list[dict[str, Any]]) -> bool:
            last = timeline[-1]["seq"] if timeline else 0
            return last >= count and all(cell["status"] in FINAL for cell in timeline)

        timeline: list[dict[str, Any]] = await self.until(lambda: self.timeline(run), all_final)
        return timeline

    async def ran(self, run: str, *cells: str) -> list[dict[str, Any]]:
        """Run cells to their end; return the timeline."""
        asked = await self.execute(run, *cells)
        return await self.finished(run, asked[-1]["seq"])

    async def status(self, notebook: str, run: str) -> dict[str, Any]:
        """Return the run's own fields."""
        runs = await self.ask("GET", f"notebooks/{notebook}/runs")
        return next(one for one in runs if one["id"] == run)

    async def until_status(self, notebook: str, run: str, status: str) -> dict[str, Any]:
        """Wait for a status of a run."""
        found: dict[str, Any] = await self.until(
            lambda: self.status(notebook, run), lambda found: found["status"] == status
        )
        return found

    async def until(self, ask: Callable[[], Any], done: Callable[[Any], bool]) -> Any:
        """Ask again and again until the answer will do."""
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while not done(answer := await ask()):
            assert asyncio.get_running_loop().time() < deadline, f"waited in vain: {answer}"
            await asyncio.sleep(0.05)
        return answer

    async def follow(self, notebook: str, **query: str) -> Follower:
        """Follow the runs document, as a page does."""
        socket = await self.connect(
            f"api/patina/notebooks/{notebook}/runs-document?{urlencode(query)}"
        )
        follower = Follower(socket)
        self._followers.append(follower)
        await follower.synchronised()
        return follower

    @property
    def rooms(self) -> Rooms:
        """The open notebooks, to make happen to them what cannot be asked for."""
        (app,) = self.serverapp.extension_manager.extension_apps["patina_lab"]
        rooms: Rooms = app._rooms
        return rooms

    async def edit(self, path: str = "analysis.tsnb") -> Editor:
        """Edit the notebook as a page does, over the socket of its room."""
        editor = Editor(self.fetch, self.connect, path)
        self._editors.append(editor)
        await editor.go_online()
        return editor

    async def get(self, *parts: str, **options: Any) -> Any:
        """Send any request to the server; return the reply, also when it is an error."""
        return await self.fetch(*parts, raise_error=False, **options)

    async def leave(self) -> None:
        """Close what is open."""
        for editor in self._editors:
            await editor.go_offline()
        for follower in self._followers:
            await follower.close()


def soon(look: Callable[[], Any]) -> Callable[[], Awaitable[Any]]:
    """Make something that is looked at of something that is asked for."""

    async def ask() -> Any:
        return look()

    return ask


def text_of(cell: dict[str, Any]) -> str:
    """Return what an output cell printed, and the text of its results."""
    parts: list[str] = []
    for output in cell["outputs"]:
        parts.append(output.get("tail", ""))
        parts.append((output.get("data", {}).get("text/plain", {})).get("inline", ""))
        parts += output.get("traceback", [])
    return "".join(parts)


def display_of(cell: dict[str, Any], mime: str) -> list[Any]:
    """Return the inline values of a type that an output cell shows."""
    bundles = [output.get("data", {}) for output in cell["outputs"]]
    return [bundle[mime].get("inline") for bundle in bundles if mime in bundle]


def hash_of(source: str) -> str:
    """Return the hash of a source."""
    return hashlib.sha256(source.encode()).hexdigest()
