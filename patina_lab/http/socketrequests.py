"""Requests that come by the socket of the runs document, which every page has open.

A request over HTTP costs the page and the server some milliseconds more, which a person waits for
after Shift+Enter. Who may ask, what is done and what is answered are the same.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus

import msgspec
from jupyter_core.utils import ensure_async
from jupyter_server.base.handlers import JupyterHandler

from patina_lab import wire
from patina_lab.http.operation import RESOURCE, problem_of, shown_name
from patina_lab.problem import PatinaProblem, forbidden, of_disk
from patina_lab.rooms.room import Room
from patina_lab.text import verbatim
from patina_lab.usecases.service import Service

REQUEST = 80
"""The first byte of the frames of requests and of replies; the rest is JSON."""


class SocketRequests:
    """Answers what one client asks of the runs of the notebook that its socket is of."""

    def __init__(self, handler: JupyterHandler, room: Room, service: Service) -> None:
        self._handler, self._room, self._service = handler, room, service

    async def reply(self, request: bytes) -> bytes | None:
        """Return the answer to a request; None when it is none."""
        try:
            asked = msgspec.json.decode(request, type=wire.SocketRequest)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None
        # In a task of its own: this one lasts as long as the socket, and AnyIO ends a worker
        # thread with the task that first used it.
        reply = await asyncio.create_task(self._answer(asked))
        return msgspec.json.encode(reply, enc_hook=wire.plainly)

    async def _answer(self, asked: wire.SocketRequest) -> wire.SocketReply:
        try:
            cells = await self._execute(asked)
        except PatinaProblem as problem:
            return _refusal(asked, problem.status, problem)
        except OSError as error:
            refused = of_disk(error)
            return _refusal(asked, refused.status, refused)
        except Exception as error:
            self._handler.log.exception("A request through a socket failed")
            return _refusal(asked, HTTPStatus.INTERNAL_SERVER_ERROR, error)
        return wire.SocketReply(id=asked.id, status=HTTPStatus.OK, cells=cells)

    async def _execute(self, asked: wire.SocketRequest) -> list[wire.OutputCell]:
        await self._refuse_without_right("execute")
        self._room.roster.runner(asked.run)  # A problem when the run is not of this notebook.
        user = shown_name(self._handler.current_user)
        return await self._service.runs.execute(asked.run, asked.execute, user)

    async def _refuse_without_right(self, action: str) -> None:
        """Ask Jupyter's authorizer each time: a right may be taken while a socket is open."""
        handler = self._handler
        if not await ensure_async(
            handler.authorizer.is_authorized(handler, handler.current_user, action, RESOURCE)
        ):
            # In Jupyter's words, as over HTTP.
            raise forbidden(
                verbatim(f"User is not authorized to {action} on resource: {RESOURCE}."),
                verbatim(HTTPStatus.FORBIDDEN.phrase),
                verbatim(""),
            )


def _refusal(asked: wire.SocketRequest, status: HTTPStatus, error: Exception) -> wire.SocketReply:
    return wire.SocketReply(id=asked.id, status=status, problem=problem_of(status, error))
