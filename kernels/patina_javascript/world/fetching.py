"""HTTP for `fetch`: a response begins with its headers, and its body is read piece by piece."""

from __future__ import annotations

import asyncio
import contextlib
import os
import uuid
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from patina_javascript.host import Host, HostError, Reply

if TYPE_CHECKING:
    import httpx

MOST_REDIRECTS = 20
# Nothing is heard for so long (seconds): a cell's own AbortSignal.timeout is for less.
SILENCE = 300.0
LOOKUP_THREAD = "patina-lookup"


@dataclass(slots=True)
class _Open:
    """A response whose body has not been read to its end."""

    client: httpx.AsyncClient
    response: httpx.Response
    chunks: AsyncIterator[bytes]
    # A copy of the process must not read from its parent's connection.
    process: int = field(default_factory=os.getpid)

    async def close(self) -> None:
        with contextlib.suppress(Exception):
            await self.response.aclose()
            await self.client.aclose()


class _Lookups:
    """Names are looked up in threads, which end with the last request that may need one.

    A process is copied with the thread that asks for it, and with no other.
    """

    def __init__(self) -> None:
        self._users = 0

    async def __aenter__(self) -> None:
        if self._users == 0:
            self._pool = ThreadPoolExecutor(thread_name_prefix=LOOKUP_THREAD)
            asyncio.get_running_loop().set_default_executor(self._pool)
        self._users += 1

    async def __aexit__(self, *_: object) -> None:
        self._users -= 1
        if self._users == 0:
            # A pool without a task has no thread.
            asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor())
            self._pool.shutdown(wait=False)


lookups = _Lookups()
_open: dict[str, _Open] = {}
_tasks: set[asyncio.Task[None]] = set()


async def begin(_: Host, value: Any, body: bytes) -> dict[str, Any]:
    """Send a request: {url, method, headers, redirect} and a body.

    Answer the head of the response: {id, status, statusText, url, redirected, headers}; `id` is for
    `read` and `close`.
    """
    import httpx  # noqa: PLC0415 - it costs time and memory: only who fetches pays

    client = httpx.AsyncClient(
        timeout=SILENCE,
        follow_redirects=value["redirect"] == "follow",
        max_redirects=MOST_REDIRECTS,
    )
    try:
        request = client.build_request(
            value["method"], value["url"], headers=_headers(value["headers"]), content=body or None
        )
        async with lookups:
            response = await client.send(request, stream=True)
        _check_redirect(response, value["redirect"])
    except BaseException as error:
        await client.aclose()
        if isinstance(error, httpx.HTTPError | httpx.InvalidURL):
            raise HostError(_reason(error), type(error).__name__) from error
        raise
    number = uuid.uuid4().hex
    _open[number] = _Open(client, response, response.aiter_bytes())
    return {"id": number, **_head(response)}


def _headers(pairs: list[list[str]]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("ascii"), value.encode("utf-8")) for name, value in pairs]


def _check_redirect(response: httpx.Response, wanted: str) -> None:
    if wanted == "error" and response.is_redirect:
        raise HostError(f"it redirects to {response.headers.get('location')}, which was not wanted")


def _reason(error: Exception) -> str:
    """Say what went wrong; httpx has errors without a text."""
    return str(error) or type(error).__name__


# What the body is, once it has been decoded, these no longer say.
DECODED = frozenset({"content-encoding", "content-length"})


def _head(response: httpx.Response) -> dict[str, Any]:
    left_out = DECODED if "content-encoding" in response.headers else frozenset()
    pairs = [(k.decode("latin-1"), v.decode("latin-1")) for k, v in response.headers.raw]
    return {
        "status": response.status_code,
        "statusText": response.reason_phrase,
        "url": str(response.url),
        "redirected": bool(response.history),
        "headers": [[name, value] for name, value in pairs if name.lower() not in left_out],
    }


async def read(_: Host, value: Any, __: bytes) -> Reply:
    """Answer the next bytes of a body: {done} and the bytes."""
    import httpx  # noqa: PLC0415 - loaded when the request began

    found = _open.get(value["id"])
    if found is None or found.process != os.getpid():
        raise HostError("the connection is not here: the state was copied or loaded meanwhile")
    try:
        chunk = await anext(found.chunks, None)
    except httpx.HTTPError as error:
        raise HostError(_reason(error), type(error).__name__) from error
    if chunk is None:
        del _open[value["id"]]
        await found.close()
        return Reply({"done": True}, b"")
    return Reply({"done": False}, chunk)


def close(_: Host, value: Any, __: bytes) -> None:
    """Give up a body."""
    found = _open.pop(value["id"], None)
    if found is not None and found.process == os.getpid():
        task = asyncio.get_event_loop().create_task(found.close())
        _tasks.add(task)
        task.add_done_callback(_tasks.discard)
