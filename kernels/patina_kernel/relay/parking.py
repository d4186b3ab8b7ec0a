"""Asking the executor for a parked copy of itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

from patina_kernel.relay.core import Core, failure
from patina_kernel.relay.parked import Parked
from patina_kernel.relay.shell import LOST, LOST_HINT, Shell, Task
from patina_kernel.wire.channel import Channel, parse
from patina_kernel.wire.ops import Op
from patina_kernel.wire.packet import Packet

Done = Callable[[Parked | None, dict[str, Any]], None]
T = TypeVar("T")


class Parking:
    """Makes copies; `done` gets the copy with {ms, …}, or None with the content of a failure."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._shell: Shell | None = None
        # Why the last checkpoint could not be taken, in the terms of a failure.
        self.refused: dict[str, Any] | None = None

    def use(self, shell: Shell) -> None:
        """Queue through this shell."""
        self._shell = shell

    def park(self, done: Done) -> None:
        """Make a copy as soon as no cell runs."""
        assert self._shell is not None
        self._shell.add(self._task("fork", done))

    def checkpoint(self) -> Task:
        """Return the task that takes a checkpoint."""
        return self._task("checkpoint", self._took_checkpoint)

    @staticmethod
    def timed(action: Callable[[], T]) -> tuple[T, float]:
        """Return what an action returns, and the milliseconds it took."""
        started = time.perf_counter()
        result = action()
        return result, round((time.perf_counter() - started) * 1e3, 3)

    def _task(self, why: str, done: Done) -> Task:
        started = time.perf_counter()

        def parked(packet: Packet | None) -> None:
            if packet is None:
                ended = failure("KernelProcessEnded", LOST, LOST_HINT)
                done(None, ended)
                return
            outcome = parse(packet)
            if not packet.descriptors:
                done(None, outcome)
                return
            copy = Parked(
                Channel.of_descriptor(packet.descriptors[0]),
                int(outcome["pid"]),
                outcome["report"],
            )
            copy.table = dict(self._core.table)
            waited = round((time.perf_counter() - started) * 1e3, 3)
            done(copy, {"ms": outcome["ms"], "how": outcome["how"], "waited_ms": waited})

        return Task(Op.PARK, {"why": why}, parked)

    def _took_checkpoint(self, parked: Parked | None, outcome: dict[str, Any]) -> None:
        if parked is not None:
            self.refused = None
            self._core.checkpoints.add(parked)
        elif outcome["ename"] == "KernelProcessEnded":
            return
        elif self.refused is None or self.refused.get("evalue") != outcome.get("evalue"):
            # Said once, not before every cell.
            self.refused = outcome
            self._core.publisher.publish(
                b"patina", "patina_checkpoints", {"refused": outcome}, self._core.parent
            )
