"""A session at work: cells in, outcomes out, and the timers and promises in between.

It lives on an event loop of asyncio and is no thread of its own, so that it can be forked.
"""

from __future__ import annotations

import asyncio
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from patina_javascript import clock, world
from patina_javascript.engine import image
from patina_javascript.engine.machine import EngineError, EngineLostError, Outside, memory_limit
from patina_javascript.host import Front, Host

# So long timers and microtasks run before the event loop has its turn again.
SLICE_SECONDS = 0.02
SEED_BYTES = 8
LOST_STATUS = 70  # EX_SOFTWARE
# Cells may fill the memory to its limit: what tells of it, and what frees it, needs some, too.
ROOM = 32 << 20


class Session:
    """One engine and its host."""

    def __init__(self, front: Front) -> None:
        self.host = Host(front, world.OPS, world.ASYNC_OPS, self._settle)
        self.host.watch(lambda: self._interrupted)
        outside = Outside(self.host.call, clock.offset)
        self.machine = image.start(outside)
        self._loop = asyncio.get_event_loop()
        self._interrupted = False
        self._limit = memory_limit()
        self._waiting: asyncio.Future[dict[str, Any]] | None = None
        self._timer: asyncio.TimerHandle | asyncio.Handle | None = None
        self._turning = False

    def call(self, hook: str, value: Any = None, data: bytes | None = None) -> Any:
        """Ask the prelude something. Raises EngineError."""
        self.machine.forget_interrupt()
        return self._ask(hook, value, data)

    # Cells

    async def run(self, source: str, cell: int, count: int) -> dict[str, Any]:
        """Run a cell to its end; return its outcome: status, and data or an error.

        An interrupt that came since `forget_interrupt` is for this cell, which then ends at once.
        """
        self._waiting = asyncio.get_running_loop().create_future()
        self._allow_memory()
        try:
            try:
                self._enter("run", {"id": cell, "count": count, "source": source})
            except EngineError as error:
                if not self._interrupted:  # else the turn sees it
                    return self._broken(error)
            self._turn()
            return await self._waiting
        finally:
            self._waiting = None
            self.forget_interrupt()

    def forget_interrupt(self) -> None:
        """Forget interrupts up to now: they are for nothing that is still to come."""
        self._interrupted = False
        self.machine.forget_interrupt()

    def interrupt(self) -> None:
        """Have the cell that runs end; from any thread or signal handler."""
        self._interrupted = True
        self.machine.interrupt()

    def wake(self) -> None:
        """Look what there is to do, soon; from any thread or signal handler."""
        self._loop.call_soon_threadsafe(self._turn)

    def _settle(self, settled: dict[str, Any], data: bytes | None) -> None:
        with suppress(EngineError):
            self._enter("settle", settled, data)
        self._turn()

    def _enter(self, hook: str, value: Any = None, data: bytes | None = None) -> Any:
        try:
            return self.machine.call(hook, value, data)
        except EngineLostError as error:
            _end(error)

    def _ask(self, hook: str, value: Any = None, data: bytes | None = None) -> Any:
        """Call a hook for something of the prelude's own, with room for it. Raises EngineError."""
        self.machine.limit_memory(self._limit + ROOM)
        try:
            return self._enter(hook, value, data)
        finally:
            self.machine.limit_memory(self._limit)

    def _allow_memory(self) -> None:
        """Allow a cell memory up to the limit, and a little where earlier ones have filled it."""
        limit = memory_limit()
        if self.machine.used + ROOM > limit:
            self.machine.collect()
        self._limit = max(limit, self.machine.used + ROOM)
        self.machine.limit_memory(self._limit)

    # Turns

    def _turn(self) -> None:
        """Do what can be done now, and see to the rest later."""
        if self._turning:
            return
        self._turning = True
        try:
            self._schedule(self._work(time.monotonic() + SLICE_SECONDS))
        finally:
            self._turning = False

    def _work(self, end: float) -> float | None:
        """Run microtasks and due timers; return the seconds until there is more, or None."""
        while True:
            if not self._drain():
                self._give_up()
                return 0.0
            if not self._tick():
                break
            if time.monotonic() > end:
                return 0.0
        self._look(idle=True)
        return self._next_due()

    def _next_due(self) -> float | None:
        try:
            due = self._ask("nextDue")
        except EngineError:
            return 0.0  # interrupted: the next turn sees to it
        return None if due is None else max(0.0, float(due) / 1e3)

    def _drain(self) -> bool:
        """Run microtasks, show what a cell has come to; False when it is to end."""
        while True:
            try:
                done = self.machine.run_jobs()
            except EngineLostError as error:
                _end(error)
            if not done or self._interrupted:
                return False
            if not self._look(idle=False):
                break
        with suppress(EngineError):
            self._ask("reportUnhandled")
        return not self._interrupted

    def _look(self, *, idle: bool) -> bool:
        """Hand the cell's outcome over, once there is one; True when there may be more to do."""
        if self._waiting is None or self._waiting.done():
            return False
        try:
            outcome = self._ask("outcome", {"idle": idle})
        except EngineError as error:
            outcome = self._broken(error)
        if outcome is not None:
            self._waiting.set_result(outcome)
            return False
        return bool(self.machine.has_jobs())

    def _tick(self) -> bool:
        try:
            return bool(self._enter("tick"))
        except EngineError:
            return True

    def _give_up(self) -> None:
        """End the cell: it was interrupted."""
        outcome = self._abort()
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(outcome)

    def _abort(self) -> dict[str, Any]:
        """Return the outcome of a cell that was interrupted, however often it is meanwhile."""
        while True:
            self.forget_interrupt()
            try:
                outcome: dict[str, Any] = self._ask("abort")
            except EngineError as error:
                if not self._interrupted:
                    return _outcome(error)
            else:
                return outcome

    def _broken(self, error: EngineError) -> dict[str, Any]:
        """Return the outcome of a cell when the prelude was interrupted, or had no room."""
        interrupted = self._interrupted
        outcome = self._abort()
        return outcome if interrupted else _outcome(error)

    def _schedule(self, seconds: float | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None if seconds is None else self._loop.call_later(seconds, self._turn)

    def close(self) -> None:
        """Do nothing any more."""
        self._schedule(None)
        self.host.drop()

    # States

    def fresh(self) -> None:
        """Be a new session: share random state with nobody, and read the environment."""
        self.machine.seed(int.from_bytes(os.urandom(SEED_BYTES), "little"))
        self._allow_memory()
        self.call("fresh")

    def copied(self, *, reseed: bool) -> list[str]:
        """Be a copy; return the names of the operations that were under way."""
        self.host.drop()
        ended: list[str] = self.call("restored") or []
        if reseed:
            self.machine.seed(int.from_bytes(os.urandom(SEED_BYTES), "little"))
        self.wake()
        return ended

    def save(self, path: Path) -> tuple[int, list[str]]:
        """Write the state; return its bytes, and the names of operations under way."""
        under_way: list[str] = self.call("underWay") or []
        return self.machine.save(path), under_way

    def load(self, path: Path) -> list[str]:
        """Go on from a state in a file. Raises StateError, and is then as it was."""
        names = self.call("globalsNames")
        self.machine.load(path)
        self._allow_memory()
        self.call("globalsReplaced", {"names": names})
        return self.copied(reseed=False)


def _outcome(error: EngineError) -> dict[str, Any]:
    name, _, message = str(error).partition(": ")
    return {"status": "error", "ename": name, "evalue": message, "traceback": [str(error)]}


def _end(error: EngineLostError) -> None:
    """End the process: its relay goes on from the state before the cell."""
    os.write(2, f"The JavaScript engine ended: {error}\n".encode())
    os._exit(LOST_STATUS)
