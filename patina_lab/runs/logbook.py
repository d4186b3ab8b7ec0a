"""How what a run does gets into its log: growth within two seconds, all else at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager

from patina_lab import wire
from patina_lab.model.resuming import Resume
from patina_lab.model.run import RunError
from patina_lab.runlog.growth import growth
from patina_lab.runlog.ledger import Ledger
from patina_lab.runlog.records import Heard, Record
from patina_lab.runs.timeline import Timeline

SYNC_SECONDS = 2.0
_FRESH = Resume()


class Logbook:
    """Writes a run's records, and what its output cells have grown by.

    What is written and what was heard of the kernel must never differ, or a server that goes on
    from the log would hear something twice, or never: with a kernel that keeps account of what it
    says, all that one message leads to is one record.
    """

    def __init__(self, ledger: Ledger, timeline: Timeline) -> None:
        self._ledger, self._timeline = ledger, timeline
        self.heard: Callable[[], int | None] = lambda: None
        """How far the kernel was heard; None where it keeps no account of that."""
        self.on_safe: Callable[[int], None] = lambda _position: None
        """Told of the position up to which everything heard is in the log."""
        self.position = 0
        """How far the kernel was heard when this server took over."""
        self._logged: dict[int, list[wire.Manifest]] = {}
        self._to_log: set[int] = set()
        self._next: asyncio.TimerHandle | None = None
        self._held: list[Record] | None = None
        self._resume: dict[int, Resume] = {}
        self._resume_logged: dict[int, Resume] = {}

    def has_logged(self, seq: int, outputs: list[wire.Manifest]) -> None:
        """Take note of what the log has of an output cell."""
        self._logged[seq] = outputs

    def append(self, *records: Record) -> None:
        """Write records: with what else the message leads to that is being dealt with."""
        if self._held is None:
            self._ledger.append(*records)
        else:
            self._held += records

    def conclude(self, records: Collection[Record]) -> None:
        """Write how what another server left open has ended: now, or when the disk takes it."""
        if records:
            self._ledger.append(*records)
            self.again()

    @contextmanager
    def holding(self) -> Iterator[None]:
        """Write what a message of the kernel leads to as one record, when it is dealt with."""
        if self._held is not None or self.heard() is None:
            yield
            return
        self._held = []
        try:
            yield
        finally:
            if self._held:
                self.write_held()
            self._held = None

    def write_held(self) -> bool:
        """Write what is held, after all that has grown; tell whether the disk took it."""
        position, held = self.heard(), self._held or []
        if position is None:
            return True
        outputs = {seq: self._timeline[seq].outputs for seq in sorted(self._to_log)}
        grown = [one for seq in outputs for one in growth(self._logged[seq], outputs[seq], seq)]
        told = Heard(position=position, records=[*grown, *held], resume=self._resume_changed())
        held.clear()
        if not (told.records or told.resume):
            self._to_log.clear()
            return True
        if not self._ledger.append_now(told):
            # All that has grown is written later; how far the kernel was heard is, too.
            self._ledger.append(*told.records[len(grown) :])
            self.again()
            return False
        self._logged |= outputs
        self._to_log.clear()
        self._resume_logged |= told.resume
        self._resume.clear()
        self.on_safe(position)
        return True

    def _resume_changed(self) -> dict[int, Resume]:
        logged = self._resume_logged
        return {seq: how for seq, how in self._resume.items() if how != logged.get(seq, _FRESH)}

    def resumes(self, seq: int, how: Resume) -> None:
        """Take note of what it takes to go on with an output cell after a restart."""
        self._resume[seq] = how

    def grown_soon(self, seq: int) -> None:
        """Write within two seconds what an output cell has grown by."""
        self._to_log.add(seq)
        self.again()

    def close(self, seq: int) -> None:
        """Write what an output cell has grown by, before what is appended next."""
        if self._held is None:
            self._write_growth(seq)
        else:
            self._to_log.add(seq)

    def drop(self, seq: int) -> None:
        """Write no more of an output cell."""
        self._to_log.discard(seq)

    def again(self) -> None:
        """Write within two seconds what is not written."""
        if self._next is None:
            self._next = asyncio.get_running_loop().call_later(SYNC_SECONDS, self._write_all)

    def _write_all(self) -> None:
        self._next = None
        self.write_growth()
        self._ledger.sync_soon()
        if not self._ledger.retry():
            self.again()

    def write_growth(self) -> None:
        """Write all that has grown."""
        if self.heard() is not None:
            if self._to_log:
                self.write_held()
            return
        for seq in sorted(self._to_log):
            self._write_growth(seq)

    def _write_growth(self, seq: int) -> None:
        """Write what has grown since it was written last; all of it later, if that fails now."""
        outputs = self._timeline[seq].outputs
        if self._ledger.append_now(*growth(self._logged[seq], outputs, seq)):
            self._logged[seq] = outputs
            self._to_log.discard(seq)
        else:
            self.grown_soon(seq)

    async def flush(self) -> RunError | None:
        """Make all that there is durable; return what is wrong where the disk does not take it."""
        self._write_all()
        await self._ledger.flush()
        return self._ledger.trouble

    async def end(self) -> None:
        """Write what is not written, and let the files go."""
        self._give_up()
        self._write_all()
        await self._ledger.close()
        self._give_up()

    def _give_up(self) -> None:
        if self._next is not None:
            self._next.cancel()
