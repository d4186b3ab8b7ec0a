"""Somebody who means harm in the room of a source document, and who is harmed."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from patina_lab.clients import presence
from patina_lab.tests.editors import Editor
from patina_lab.tests.rawsocket import RawSocket
from patina_lab.tests.user import User

ANSWER, UPDATE = 1, 2
Open = Callable[[], Awaitable[RawSocket]]


async def session_of(user: User) -> str:
    body = json.dumps({"format": "text", "type": "tsnb"})
    reply = await user.fetch(
        "api", "collaboration", "session", "analysis.tsnb", method="PUT", body=body
    )
    session = json.loads(reply.body)
    return f"text:tsnb:{session['fileId']}?sessionId={session['sessionId']}"


def said(name: int, state: str = '{"user": "me"}', clock: int = 1) -> bytes:
    return presence.message_of([presence.Present(name, clock, state)])


async def typed(editor: Editor, text: str, *others: Editor) -> None:
    editor.text(0).insert(0, text)
    for other in others:
        await other.until_sources(*editor.sources())


async def live_room(user: User) -> Any:
    apps = user.serverapp.extension_manager.extension_apps["jupyter_server_ydoc"]
    files = user.serverapp.web_app.settings["file_id_manager"]
    server = next(iter(apps)).ywebsocket_server
    return await server.get_room(f"text:tsnb:{files.index('analysis.tsnb')}")
