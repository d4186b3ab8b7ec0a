"""The checkpoints of a kernel, bounded in number and in memory; the oldest go first."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from patina_kernel.relay import memory
from patina_kernel.relay.loop import Loop
from patina_kernel.relay.parked import Parked
from patina_kernel.relay.settings import Settings
from patina_kernel.text import gettext as _

# Seconds between looks at the memory, while there are checkpoints; at least so many times what a
# look takes.
LOOK_SECONDS = 1.0
LOOK_PART = 20
# So many of the cells that led to a state are known: as many as there are checkpoints at most.
KNOWN_CELLS = 100

Announce = Callable[[list[Parked], str], None]


class NoCheckpointError(LookupError):
    """The checkpoint is not there (any more)."""


class Checkpoints:
    """Keeps them, drops what is too much, and says so through `announce`."""

    def __init__(self, loop: Loop, settings: Settings, announce: Announce) -> None:
        self._loop, self._announce = loop, announce
        self.settings = settings
        self._kept: list[Parked] = []
        self._looking = False
        # The process they are copies of.
        self.live = 0
        # The one whose state the process still has, and the one whose state its last cell found.
        self._current: Parked | None = None
        self._before_last: Parked | None = None
        # The latest cells that led to the state that the process has.
        self._cells: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def pids(self) -> list[int]:
        """Their processes, oldest first."""
        return [parked.pid for parked in self._kept]

    @property
    def before_last_cell(self) -> Parked | None:
        """The youngest one that a cell came after, of those that led to the present state."""
        return self._before_last or _youngest_named(self._kept)

    def cell_begins(self, msg_id: str) -> None:
        """Name the one before that cell: if there is one of the very state that it finds."""
        self._cells = (*self._cells, msg_id)[-KNOWN_CELLS:]
        if self._current is None:
            return
        if self._current.msg_id is None:
            self._current.msg_id = msg_id
        self._before_last = self._current

    def state_changes(self) -> None:
        """The process has, from now on, another state than the youngest one."""
        self._current = None

    def restored(self, parked: Parked) -> list[str]:
        """The process has the state of that one again: those that came after it are another's.

        Returns the cells that led to the state it had, and not to this one.
        """
        undone = [cell for cell in self._cells if cell not in parked.cells]
        self._cells = parked.cells
        if parked in self._kept:
            self._current = parked
            self._before_last = _youngest_named(self._kept[: self._kept.index(parked) + 1])
        return undone

    def add(self, parked: Parked) -> None:
        """Keep another one, of the present state; when there are too many, the oldest go."""
        self._kept.append(parked)
        self._current, parked.cells = parked, self._cells
        self._loop.watch(parked.channel.fileno(), lambda: self._on_end(parked))
        surplus = len(self._kept) - max(1, self.settings.checkpoints)
        for old in self._kept[: max(0, surplus)]:
            self.drop(old)
        self._look_later()

    def get(self, checkpoint: str | None) -> Parked:
        """Return the one of that id, or the youngest. Raises NoCheckpointError."""
        if checkpoint is None and self._kept:
            return self._kept[-1]
        for parked in self._kept:
            if parked.id == checkpoint:
                return parked
        wanted = (
            _("there is no checkpoint %1 any more", repr(checkpoint))
            if checkpoint
            else _("there is no checkpoint")
        )
        raise NoCheckpointError(wanted)

    def before(self, msg_id: str) -> Parked | None:
        """Return the one taken before that cell."""
        return next((parked for parked in self._kept if parked.msg_id == msg_id), None)

    def drop(self, parked: Parked) -> None:
        """Let one end."""
        self._kept.remove(parked)
        if parked is self._current:
            self._current = None
        if parked is self._before_last:
            self._before_last = None
        self._loop.unwatch(parked.channel.fileno())
        parked.end()

    def clear(self) -> None:
        """Let all of them end."""
        for parked in list(self._kept):
            self.drop(parked)

    def configure(self, settings: Settings) -> None:
        """Apply new settings at once."""
        self.settings = settings
        for old in self._kept[: max(0, len(self._kept) - settings.checkpoints)]:
            self.drop(old)

    def listing(self) -> list[dict[str, Any]]:
        """Return what the protocol tells about them, oldest first."""
        return [
            {
                "checkpoint": parked.id,
                "msg_id": parked.msg_id,
                "taken": parked.taken,
                "private_bytes": memory.private_bytes(parked.pid),
            }
            for parked in self._kept
        ]

    def used_bytes(self) -> int:
        """Return the memory that would be free without any of them, about."""
        pids = [parked.pid for parked in self._kept]
        return memory.held_bytes(pids, self.live)

    def fit(self) -> None:
        """Drop the oldest until the rest fit into their share of the free memory."""
        dropped = []
        while self._kept:
            used = self.used_bytes()
            # What they use would be free without them: their share is of both together.
            if used <= self.settings.memory_share * (memory.free_bytes() + used):
                break
            dropped.append(self._kept[0])
            self.drop(self._kept[0])
        if dropped:
            self._announce(dropped, "memory")

    def _look_later(self, seconds: float = LOOK_SECONDS) -> None:
        if not self._looking:
            self._looking = True
            self._loop.call_later(seconds, self._look)

    def _look(self) -> None:
        self._looking = False
        started = time.monotonic()
        self.fit()
        if self._kept:
            # Reading the memory of many GB takes a while, in which nothing else is served.
            self._look_later(max(LOOK_SECONDS, LOOK_PART * (time.monotonic() - started)))

    def _on_end(self, parked: Parked) -> None:
        """One ended by itself: killed, most likely, for want of memory."""
        self.drop(parked)
        self._announce([parked], "ended")


def _youngest_named(kept: list[Parked]) -> Parked | None:
    return next((parked for parked in reversed(kept) if parked.msg_id), None)
