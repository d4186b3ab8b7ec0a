"""Ends what a kernel runs when that, all of it together, takes more than it may have."""

from __future__ import annotations

from collections.abc import Callable

from patina_kernel.relay.core import Core
from patina_kernel.relay.memory import resident_bytes, shared_out_bytes
from patina_kernel.runtime.family import adopt, detached, family, kill
from patina_kernel.runtime.limits import from_environment

BUSY_SECONDS, IDLE_SECONDS = 0.25, 1.0


class Bounds:
    """Looks again and again. `end` is told why, and ends the executor; `tell` tells the person."""

    def __init__(
        self,
        core: Core,
        is_busy: Callable[[], bool],
        end: Callable[[str], None],
        tell: Callable[[str], None],
    ) -> None:
        self._core, self._is_busy, self._end, self._tell = core, is_busy, end, tell
        self._limits = from_environment()
        adopt()

    def watch(self) -> None:
        """Look, and have this called again."""
        seconds = BUSY_SECONDS if self._is_busy() else IDLE_SECONDS
        self._core.loop.call_later(seconds, self.watch)
        if self._core.lanes is not None:
            self._look(self._core.lanes.pid)

    def _look(self, executor: int) -> None:
        most = self._limits.processes
        pids, others = family(executor, most), detached(executor, most)
        if why := self._too_much(pids):
            self._end(why)
            kill(pids[1:] + others)
        elif others and (why := self._too_much(pids + others)):
            # They alone are ended: they may be those of a run that is a fork of this one.
            self._tell(f"What it had started and left to itself was ended: {why}.")
            kill(others)

    def _too_much(self, pids: list[int]) -> str | None:
        if len(pids) > self._limits.processes:
            return f"it had more than {self._limits.processes} processes"
        most = self._limits.memory
        # Pages that processes share are counted for each: what is less than that is enough.
        if most and sum(map(resident_bytes, pids)) > most:
            used = sum(map(shared_out_bytes, pids))
            if used > most:
                return f"it used {_megabytes(used)} of memory, and may use {_megabytes(most)}"
        return None


def _megabytes(count: int) -> str:
    return f"{count / 1e6:,.0f} MB"
