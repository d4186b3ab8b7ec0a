"""What stands before the room of a source document: updates are let in whole, in part, or not."""

from __future__ import annotations

import asyncio
from typing import Any, Protocol

from pycrdt import Doc, Encoder, TransactionEvent, get_update

from patina_lab.updates.content import (
    MOST_CLOCK,
    OF_DOCUMENTS,
    Update,
    decoded,
)
from patina_lab.updates.historyname import is_name, names_in
from patina_lab.updates.known import Known
from patina_lab.updates.names import Names


class Writer(Protocol):
    """A connection that edits."""

    user: str

    async def is_there(self) -> bool:
        """Whether the other end still answers."""

    def give_way(self) -> None:
        """Be closed, as gone."""


class ForeignNameError(ValueError):
    """An edit under the name of somebody else."""


class OtherHistoryError(ValueError):
    """What a client has began as another history of the document: the two cannot be merged."""


class Guard:
    """Lets updates into one document.

    Raises MalformedUpdateError, GapError, ForeignNameError, OtherHistoryError.
    """

    def __init__(self, ydoc: Doc[Any]) -> None:
        self.names: Names[Writer] = Names()
        self._ydoc, self._known = ydoc, Known()
        self._reading = asyncio.Lock()
        self._unread = [ydoc.get_update()]
        self._is_ready = False
        self._watching = ydoc.observe(self._on_change)

    def close(self) -> None:
        """Let the document be: each would keep the other, where no collector of Python looks."""
        self._ydoc.unobserve(self._watching)

    async def ready(self) -> None:
        """Know what the document has. Off the event loop: thousands of cells take a second."""
        async with self._reading:
            while self._unread and not self._is_ready:
                unread, self._unread = self._unread, []
                await asyncio.to_thread(self._learn, unread)
            self._is_ready = True

    def _on_change(self, event: TransactionEvent) -> None:
        if self._is_ready:
            self._learn([event.update])
        else:
            self._unread.append(event.update)

    def _learn(self, updates: list[bytes]) -> None:
        for update in updates:
            self._known.learn(decoded(update, OF_DOCUMENTS))

    async def answer(self, data: bytes, writer: Writer) -> None:
        """Let in what the document lacked and a client had: without what others must say."""
        update = decoded(data)
        if any(is_name(name) and not self._known.end(name) for name in update.structs):
            raise OtherHistoryError("It is of another history")
        if foreign := await self._foreign(update, writer):
            data = get_update(data, _state(foreign))
            update = decoded(data)
        self._known.examine(update)
        self._ydoc.apply_update(data)

    async def edit(self, data: bytes, writer: Writer) -> None:
        """Let in what a client has just done."""
        update = decoded(data)
        if await self._foreign(update, writer):
            raise ForeignNameError("That is the name of somebody else")
        self._known.examine(update)
        self._take(update, writer)
        self._ydoc.apply_update(data)

    def refuse_other_history(self, state: bytes) -> None:
        """Raise OtherHistoryError for the state vector of somebody who holds another one."""
        if names_in(state) - names_in(self._ydoc.get_state()):
            raise OtherHistoryError("It is the state of another history")

    async def _foreign(self, update: Update, writer: Writer) -> set[int]:
        """Return the names under which an update says something new and must not."""
        foreign: set[int] = set()
        for name, structs in update.structs.items():
            is_new = bool(structs) and structs[-1].clock + structs[-1].length > self._known.end(
                name
            )
            if is_new and not await self.may_use(name, writer):
                foreign.add(name)
        return foreign

    async def may_use(self, name: int, writer: Writer) -> bool:
        """Whether a connection may speak under a name: nobody else has it who still answers.

        A client that comes back is here before its lost connection is known to be lost.
        """
        if is_name(name) or name == self._ydoc.client_id:
            return False
        holder = self.names.holder(name)
        if (
            holder is not None
            and holder is not writer
            and holder.user == writer.user
            and not await holder.is_there()
        ):
            self.names.leave(holder)
            holder.give_way()
        return self.names.is_free_for(name, writer, writer.user)

    def _take(self, update: Update, writer: Writer) -> None:
        """Call a writer by the author of an edit: not all say of themselves how they are called."""
        if len(update.structs) == 1:
            (name,) = update.structs
            is_first = not self._known.end(name) or not self.names.of(writer)
            # Of what is known already anybody may have heard, and may say it again.
            if is_first and self.names.is_free_for(name, writer, writer.user):
                self.names.take(name, writer, writer.user)


def _state(names: set[int]) -> bytes:
    """Return the state of somebody who has everything of these, and lacks nothing of it."""
    encoder = Encoder()
    encoder.write_var_uint(len(names))
    for name in names:
        encoder.write_var_uint(name)
        encoder.write_var_uint(MOST_CLOCK)
    return encoder.to_bytes()
