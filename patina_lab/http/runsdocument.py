"""The WebSocket of the runs document: y-websocket's protocol, read-only for clients.

It carries requests for runs, too: a page has it open already.
"""

from __future__ import annotations

import asyncio
import time

from jupyter_server.auth.decorator import authorized, ws_authenticated
from jupyter_server.base.websocket import WebSocketMixin
from pycrdt import Channel, YMessageType, YSyncMessageType
from tornado.web import HTTPError
from tornado.websocket import WebSocketHandler

from patina_lab.clients.followers import Followers
from patina_lab.clients.frames import Asking, is_malformed
from patina_lab.clients.pace import Pace
from patina_lab.http.backlog import send_or_let_go
from patina_lab.http.entrance import Entrance
from patina_lab.http.operation import RESOURCE
from patina_lab.http.socketrequests import REQUEST, SocketRequests
from patina_lab.problem import PatinaProblem
from patina_lab.rooms.room import Room
from patina_lab.usecases.service import Service

MAX_FRAME_BYTES = 16 * 2**20
MAX_AWARENESS_BYTES = 4096
MALFORMED, TOO_MANY = 1007, 1008


class RunsDocumentHandler(WebSocketMixin, WebSocketHandler, Entrance):
    """`api/patina/notebooks/{id}/runs-document`."""

    auth_resource = RESOURCE

    def initialize(self, service: Service) -> None:
        """Receive what does the work."""
        self._service = service
        self._room: Room | None = None
        self._requests: SocketRequests | None = None
        self._channel = _Socket(self)
        self._serving: asyncio.Task[None] | None = None
        self._asking, self._pace = Asking(), Pace(time.monotonic())

    @property
    def max_message_size(self) -> int:
        """The largest frame tornado takes; it closes the socket at a larger one."""
        return MAX_FRAME_BYTES

    @ws_authenticated
    @authorized("read", resource=RESOURCE)  # type: ignore[untyped-decorator]
    async def get(self, notebook: str) -> None:  # type: ignore[override]
        """Open the socket. With `?path=` a notebook that is not open is opened first."""
        path = self.get_query_argument("path", None)
        try:
            if path is not None:
                # In a task of its own: this one lasts as long as the socket, and AnyIO ends a
                # worker thread with the task that first used it. The server could not exit
                # before the page.
                await asyncio.create_task(self._service.notebooks.at(path))
            self._room = self._service.notebooks.room(notebook)
        except PatinaProblem as problem:
            raise HTTPError(problem.status, problem.message) from problem
        await super().get(notebook)

    def open(self, *_parts: str) -> None:
        """Begin to serve."""
        super().open()
        if self._room is None:
            return
        self._requests = SocketRequests(self, self._room, self._service)
        self._serving = asyncio.create_task(self._serve(self._room.followers))

    async def _serve(self, followers: Followers) -> None:
        try:
            await followers.serve(self._channel)
        finally:
            self.close()

    async def on_message(self, message: str | bytes) -> None:
        """Take a frame; what is none of the protocol closes this socket, and only this one.

        The next frame is read when this one is dealt with: requests are answered in their order.
        Who is too fast waits.
        """
        await self._take(message)
        await asyncio.sleep(self._pace.wait(len(message), time.monotonic()))

    async def _take(self, message: str | bytes) -> None:
        if isinstance(message, str) or not message:
            self.close(MALFORMED, "Frames are binary")
        elif message[0] == REQUEST:
            await self._answer(message[1:])
        elif is_malformed(message):
            self.close(MALFORMED, "That is no request for the state")
        elif self._asks_too_often(message):
            self.close(TOO_MANY, "Too many requests for the state")
        elif message[0] == YMessageType.AWARENESS:
            self._echo(message)
        elif _asks_for_state(message):
            self._channel.received.put_nowait(message)
        # The room drops all else. What waits for it would be memory that a client can fill.

    async def _answer(self, request: bytes) -> None:
        reply = await self._requests.reply(request) if self._requests else None
        if reply is None:
            self.close(MALFORMED, "That is no request")
        else:
            self._channel.tell(bytes([REQUEST]) + reply)

    def _echo(self, message: bytes) -> None:
        """Give presence back to who sent it, and to nobody else: y-websocket lives by hearing."""
        if len(message) <= MAX_AWARENESS_BYTES:
            self._channel.tell(message)

    def _asks_too_often(self, message: bytes) -> bool:
        return _asks_for_state(message) and self._asking.too_often(time.monotonic())

    def on_close(self) -> None:
        """End serving."""
        super().on_close()
        self._channel.received.put_nowait(None)
        # Timers of a connection keep its handler for hours after it was closed, as those of a
        # source do; it keeps no notebook.
        self._room = self._requests = None


def _asks_for_state(message: bytes) -> bool:
    return list(message[:2]) == [YMessageType.SYNC, YSyncMessageType.SYNC_STEP1]


class _Socket(Channel):
    """The socket as pycrdt-websocket wants it. Sending never waits: one client delays no other."""

    def __init__(self, handler: RunsDocumentHandler) -> None:
        self._handler = handler
        self.received: asyncio.Queue[bytes | None] = asyncio.Queue()

    @property
    def path(self) -> str:
        return self._handler.request.path

    def __aiter__(self) -> _Socket:
        return self

    async def __anext__(self) -> bytes:
        message = await self.received.get()
        if message is None:
            raise StopAsyncIteration
        return message

    async def recv(self) -> bytes:
        return await self.__anext__()

    async def send(self, message: bytes) -> None:
        self.tell(message)

    def end(self) -> None:
        """End the connection: the room is gone, and who comes back gets another."""
        self.received.put_nowait(None)

    def tell(self, message: bytes) -> None:
        """Send a frame, or let go of a client that is too far behind."""
        send_or_let_go(self._handler, message)
