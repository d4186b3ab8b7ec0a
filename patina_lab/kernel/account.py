"""Each message of a kernel is taken once, and in order, whatever was lost on the way.

Kernels that keep account number what they say on iopub, and keep it until it is acknowledged
(docs/reference/api.md, "The kernels"). What is missing is asked for.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

log = logging.getLogger(__name__)
Message = dict[str, Any]
POSITION = "patina_position"
AT_ONCE = 64
"""So many messages are dealt with before others get a turn."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Messages that a kernel has kept, with their positions; `position` is that of its latest."""

    messages: list[Message]
    position: int
    more: bool


class Account:
    """Puts in order what is heard with what is asked for. Without numbers all is dealt with."""

    def __init__(
        self, ask: Callable[[int], Awaitable[Kept]], deal: Callable[[Message], None]
    ) -> None:
        self._ask, self._deal = ask, deal
        self.position: int | None = None
        """Of the latest message that was dealt with, or is being; None without account."""
        self.missing = 0
        """How many messages the kernel had no room for."""
        self._early: list[Message] | None = None
        """What is heard while what was before it is asked for."""
        self._catching: asyncio.Task[None] | None = None
        self._moved = asyncio.Event()
        self._is_closed = False

    def begin(self, position: int) -> None:
        """Begin after a position: what comes later is wanted, once."""
        self.position = position

    def take(self, message: Message) -> None:
        """Take a message from iopub."""
        if self._is_closed:
            return
        at = message.get("metadata", {}).get(POSITION)
        if self.position is None or not isinstance(at, int):
            self._deal(message)
        elif self._early is not None:
            self._early.append(message)
        elif at == self.position + 1:
            self._take_at(at, message)
        elif at > self.position:
            self._early = [message]
            self._catching = asyncio.create_task(self._fill())

    def _take_at(self, at: int, message: Message) -> None:
        self.position = at
        self._moved.set()
        self._deal(message)

    async def heard(self, position: int) -> None:
        """Wait until everything up to a position was dealt with."""
        while self.position is not None and self.position < position:
            self._moved.clear()
            await self._moved.wait()

    async def _fill(self) -> None:
        try:
            await self.catch_up()
        except Exception:
            log.exception("What a kernel said could not be asked for again")

    async def catch_up(self) -> None:
        """Ask for what was said since, and deal with it; then with what came meanwhile.

        Raises what asking does; then what comes later is dealt with all the same.
        """
        if self._early is None:
            self._early = []
        try:
            await self._ask_for_all()
        except Exception:
            self._go_on(None)
            raise

    async def _ask_for_all(self) -> None:
        while True:
            assert self.position is not None
            kept = await self._ask(self.position)
            for number, message in enumerate(kept.messages):
                self._take_kept(message)
                if number % AT_ONCE == AT_ONCE - 1:
                    await asyncio.sleep(0)
            if not kept.more:
                self._go_on(kept.position)
                return

    def _take_kept(self, message: Message) -> None:
        at = int(message["position"])
        assert self.position is not None
        if at <= self.position:
            return
        self._miss(at - self.position - 1)
        try:
            self._take_at(at, message)
        except Exception:
            # As of a message that is heard: one that nothing can be made of stops no other.
            log.exception("Left out a message of a kernel")

    def _go_on(self, position: int | None) -> None:
        """Go back to what is heard; what is not to be had any more is counted as missing."""
        early, self._early = self._early or [], None
        if self._is_closed:
            return
        assert self.position is not None
        first = min((one["metadata"][POSITION] for one in early), default=0) - 1
        reached = max(self.position, first if position is None else position)
        self._miss(reached - self.position)
        self.position = reached
        self._moved.set()
        for number, message in enumerate(early):
            if self._early is not None:
                # One more is missing: what is left waits for that.
                self._early += early[number:]
                return
            try:
                self.take(message)
            except Exception:
                log.exception("Left out a message of a kernel")

    def give_up(self, position: int) -> None:
        """Go on after a position: what was said before it, and was not heard, is missing."""
        assert self.position is not None
        if position > self.position:
            self._miss(position - self.position)
            self.position = position
            self._moved.set()

    def close(self) -> None:
        """Deal with nothing more; what is asked for is left to who asks next."""
        self._is_closed = True
        if self._catching is not None:
            self._catching.cancel()

    def missed(self) -> int:
        """Return how many messages are missing since this was asked last."""
        count, self.missing = self.missing, 0
        return count

    def _miss(self, count: int) -> None:
        if count:
            self.missing += count
            log.warning("A kernel had no room for %d messages that nobody heard", count)
