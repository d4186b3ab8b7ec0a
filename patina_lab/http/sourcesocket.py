"""What stands before jupyter-collaboration's socket of a document: who comes in, and what.

The stock handler takes frames of 1 GiB from pages of any origin, makes a room before it knows who
asks, and lets readers write. It is kept, and this put before it.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any
from weakref import ref

from jupyter_core.utils import ensure_async
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.base.websocket import WebSocketMixin
from pycrdt import Decoder, YMessageType, YSyncMessageType
from tornado.web import HTTPError
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from patina_lab.clients import presence
from patina_lab.clients.frames import Asking, is_malformed, payload
from patina_lab.clients.pace import Pace
from patina_lab.http.backlog import send_or_let_go
from patina_lab.http.operation import RESOURCE
from patina_lab.http.parting import Parting
from patina_lab.sources.collaboration import SESSION
from patina_lab.updates.content import MalformedUpdateError
from patina_lab.updates.guard import ForeignNameError, Guard, OtherHistoryError
from patina_lab.updates.known import GapError

log = logging.getLogger(__name__)
MAX_FRAME_BYTES = 16 * 2**20
MOST_SAVE_BYTES = 16
ANSWER_SECONDS = 5.0
"""How long a connection may take to show that it is there, when another claims its name."""
OURS = ":tsnb:"
SAVE = 2
GOING_AWAY, TOO_LARGE, MALFORMED, REFUSED = 1001, 1009, 1007, 1008


class SourceSocket(WebSocketHandler, JupyterHandler):
    """Before the stock handler of `api/collaboration/room/{id}`, which is the next class."""

    _room: Callable[[], Any]
    _encode_json_message: Callable[[dict[str, Any]], bytes]
    _room_id: str

    @property
    def room(self) -> Any:
        """The room. Of ours, no connection keeps it: timers keep handlers of closed connections.

        Tornado's next ping is hours away, and asyncio forgets what was cancelled when it is time
        for it: so long a notebook that nobody has open any more would stay in memory.
        """
        return self._room()

    @room.setter
    def room(self, room: Any) -> None:
        self._room = ref(room) if room is not None and self._is_ours else lambda: room

    @room.deleter
    def room(self) -> None:
        self.room = None

    @property
    def _guard(self) -> Guard:
        guard: Guard = self.room.guard
        return guard

    def check_origin(self, origin: str = "") -> bool:
        """Refuse a page of another origin; the stock handler takes any."""
        return bool(WebSocketMixin.check_origin(self, origin))

    @property
    def max_message_size(self) -> int:
        """The largest frame tornado takes; it closes the socket at a larger one."""
        stock: int = super().max_message_size
        return MAX_FRAME_BYTES if self._is_ours else stock

    @property
    def _is_ours(self) -> bool:
        return OURS in self._room_id

    def get_query_argument(self, name: str, *rest: Any, **options: Any) -> Any:
        """Return an argument. Whoever comes is of this session: what they hold is what counts.

        The stock handler turns away who was here before the last restarts, with all that they have
        typed since.
        """
        if name == "sessionId" and self._is_ours:
            return SESSION
        return super().get_query_argument(name, *rest, **options)

    async def get(self, *parts: str) -> None:
        """Open the socket for who may read."""
        if self._is_ours and not await self._may("read"):
            raise HTTPError(403)
        await super().get(*parts)

    async def open(self, *parts: str) -> None:
        """Begin to serve."""
        self._pace, self._asking = Pace(time.monotonic()), Asking()
        self._answered = asyncio.Event()
        self._has_told = False
        self._parting: Parting | None = None
        self._may_write = await self._may("write", "contents")
        if self._is_ours:
            self._may_write = self._may_write and await self._may("write")
        if self._is_ours and self.room is None:
            self.close(GOING_AWAY, "The notebook was closed: open it again")
            return
        opened: Any = super().open(*parts)
        await opened
        if self._is_ours and self.ws_connection is not None:
            # Who shows the token and no cookie is called anew each time.
            self.user = "" if self.token_authenticated else str(self.current_user.username)

    @property
    def _may_edit(self) -> bool:
        """Whether edits are taken: the client has the right, and this server the notebook."""
        return self._may_write and not self.room.is_elsewhere

    async def _may(self, action: str, resource: str = RESOURCE) -> bool:
        allowed: bool = await ensure_async(
            self.authorizer.is_authorized(self, self.current_user, action, resource)
        )
        return allowed

    async def on_message(self, message: str | bytes) -> None:
        """Take a frame; what is none of the protocol closes this socket, and only this one."""
        if self.ws_connection is None:
            return
        self._answered.set()
        if isinstance(message, str) or not message:
            self.close(MALFORMED, "Frames are binary")
        elif is_malformed(message):
            self.close(MALFORMED, "That is no request for the state")
        elif not self._is_ours:
            await self._take_of_others(message)
        else:
            await self._take(message)
            await asyncio.sleep(self._pace.wait(len(message), time.monotonic()))

    async def _take_of_others(self, message: bytes) -> None:
        """Give a frame to a room that is not ours; of who may only read, none that changes it."""
        if self._may_write or _is_readers(message):
            await self._pass_on(message)
        elif message[0] == SAVE and len(message) <= MOST_SAVE_BYTES:
            try:
                await self._refuse_to_save(_number_of_save(message))
            except MalformedUpdateError as error:
                self._end(MALFORMED, str(error))

    async def _take(self, message: bytes) -> None:
        try:
            match message[0]:
                case YMessageType.SYNC:
                    await self._synchronise(message)
                case YMessageType.AWARENESS:
                    await self._present(message)
                case kind if kind == SAVE and len(message) <= MOST_SAVE_BYTES:
                    await self._save(message)
        except OtherHistoryError:
            await self._part()
        except MalformedUpdateError as error:
            self._end(MALFORMED, str(error))
        except (GapError, ForeignNameError) as error:
            self._end(REFUSED, str(error))

    async def _synchronise(self, message: bytes) -> None:
        kind = message[1] if len(message) > 1 else -1
        if self._parting is not None:
            if kind == YSyncMessageType.SYNC_STEP2:
                await self._parting.take(payload(message))
        elif kind == YSyncMessageType.SYNC_STEP1:
            self._guard.refuse_other_history(payload(message))
            if self._asking.too_often(time.monotonic()):
                self._end(REFUSED, "Too many requests for the state")
            else:
                await self._pass_on(message)
        elif kind in (YSyncMessageType.SYNC_STEP2, YSyncMessageType.SYNC_UPDATE):
            if self._may_edit:
                await self._edit(payload(message), message, kind == YSyncMessageType.SYNC_STEP2)
        else:
            raise MalformedUpdateError("That is none of the protocol")

    async def _part(self) -> None:
        """Take from a client of another history what it has; then it has to begin anew."""
        if self._parting is None:
            log.warning("A client of %s holds another history of it", self._room_id)
            self._parting = Parting(self.room, self, keeps=self._may_edit)
            await self._parting.begin()

    async def _edit(self, update: bytes, message: bytes, is_answer: bool) -> None:
        # Not before: of a notebook of thousands of cells it takes a moment, and the page is to
        # show it meanwhile.
        await self._guard.ready()
        try:
            if is_answer:
                await self._guard.answer(update, self)
                self._has_told = True
            else:
                await self._guard.edit(update, self)
        except GapError:
            # Before it has told what we lack, an edit may follow others that we have not heard of;
            # what it then tells has all of them.
            if is_answer or self._has_told:
                raise
        except (ValueError, RuntimeError) as error:
            if isinstance(error, MalformedUpdateError | ForeignNameError | OtherHistoryError):
                raise
            if not await self.room.on_message_error(error, message, self):
                raise MalformedUpdateError("It fits no document") from error

    async def _present(self, message: bytes) -> None:
        """Pass on what a client says of itself. The first that it says is how it is called."""
        if len(message) > presence.MOST_BYTES:
            self._end(TOO_LARGE, "That is too much to say of oneself")
            return
        own: list[presence.Present] = []
        for one in presence.heard(message):
            names = self._guard.names
            if names.holder(one.client) is self:
                own.append(one)
            elif not names.of(self) and await self._guard.may_use(one.client, self):
                names.take(one.client, self, self.user)
                own.append(one)
        if own:
            await self._pass_on(presence.message_of(own))

    async def _save(self, message: bytes) -> None:
        number = _number_of_save(message)
        if self._may_edit:
            await self._pass_on(message)
        else:
            await self._refuse_to_save(number)

    async def _refuse_to_save(self, number: int | None) -> None:
        if number is not None:
            reply = {"type": "save", "responseTo": number, "status": "failed"}
            await self.send(self._encode_json_message(reply))

    async def _pass_on(self, message: bytes) -> None:
        """Give a frame to the room."""
        await super().on_message(message)  # type: ignore[misc]

    async def send(self, message: bytes) -> None:
        """Send a frame, as rooms want it; it is not waited for."""
        self.tell(message)

    def tell(self, message: bytes) -> None:
        """Send a frame, or let go of a client that is too far behind."""
        send_or_let_go(self, message)

    def on_pong(self, _data: bytes) -> None:
        """Take note that the client is there."""
        self._answered.set()

    async def is_there(self) -> bool:
        """Whether the client still answers."""
        if self.ws_connection is None:
            return False
        self._answered.clear()
        try:
            self.ping()
            await asyncio.wait_for(self._answered.wait(), ANSWER_SECONDS)
        except (TimeoutError, WebSocketClosedError):
            return False
        return True

    def give_way(self) -> None:
        """Be closed, as gone."""
        self.close()

    def _end(self, code: int, why: str) -> None:
        log.warning("A client of %s was disconnected: %s", self._room_id, why)
        self.close(code, why)

    def on_close(self) -> None:
        """End serving; the names of the client are free for its user."""
        if self._is_ours and self.room is not None:
            self.room.left(self)
        super().on_close()
        self._parting = None


def _is_readers(message: bytes) -> bool:
    """Whether a frame only asks for the state, or says who is there."""
    asks = tuple(message[:2]) == (YMessageType.SYNC, YSyncMessageType.SYNC_STEP1)
    return asks or message[0] == YMessageType.AWARENESS


def _number_of_save(message: bytes) -> int | None:
    """Return by which number a request to save is answered; None where it is another request.

    Raises MalformedUpdateError.
    """
    decoder = Decoder(message[1:])
    try:
        return decoder.read_var_uint() if decoder.read_var_string() == "save" else None
    except (IndexError, ValueError, RuntimeError) as error:
        raise MalformedUpdateError("It is no request to save") from error
