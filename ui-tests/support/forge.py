"""Change a notebook's shared source as any client of its room can: forge.py URL TOKEN PATH JSON.

The JSON becomes the values of the first cell: what no page of ours would write there.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

import jupyter_ydoc  # noqa: F401 (first: it imports ours)
from pycrdt import Array, Map
from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import websocket_connect

from patina_lab.tests.editors import Editor


async def forge(url: str, token: str, path: str, values: dict[str, Any]) -> None:
    """Enter the room, change the cell, and leave once the server has it."""
    headers = {"Authorization": f"token {token}"}

    async def fetch(*parts: str, **options: Any) -> Any:
        request = HTTPRequest(f"{url}/{'/'.join(parts)}", headers=headers, **options)
        return await AsyncHTTPClient().fetch(request)

    def connect(address: str) -> Any:
        place = f"{url.replace('http', 'ws', 1)}/{address}"
        return websocket_connect(HTTPRequest(place, headers=headers))

    editor = Editor(fetch, connect, path)
    await editor.go_online()
    cell = editor.cells[0]
    for name, value in values.items():
        cell[name] = _shared(value)
    await editor.save()
    await editor.go_offline()


def _shared(value: Any) -> Any:
    match value:
        case dict():
            return Map(value)
        case list():
            return Array(value)
        case _:
            return value


if __name__ == "__main__":
    asyncio.run(forge(*sys.argv[1:4], json.loads(sys.argv[4])))
