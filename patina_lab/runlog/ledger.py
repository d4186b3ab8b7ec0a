"""A run on disk: its log, and the blobs the log names. Nothing is lost without a word."""

from __future__ import annotations

import asyncio
import errno
import logging
from collections.abc import Callable
from pathlib import Path

from patina_lab.blobs.store import BlobStore
from patina_lab.model.ids import BlobHash
from patina_lab.model.outputs import Blob
from patina_lab.model.run import RunError
from patina_lab.runlog.log import RunLog
from patina_lab.runlog.records import Record
from patina_lab.tasks import Tasks
from patina_lab.text import gettext as _
from patina_lab.text import said_by

log = logging.getLogger(__name__)
MAX_WAITING_BYTES = 64 * 2**20
"""What of outputs may wait in memory for a disk that takes nothing."""
MAX_REWRITING_BYTES = 1024 * 2**20
"""The same while the log is rewritten: the disk takes all of it in a moment."""


class Ledger:
    """Writes one run's log and blobs. What the disk does not take waits, and `trouble` says so.

    There is trouble, too, from a sync that fails until one succeeds.

    `on_trouble` is called whenever trouble comes or goes.
    """

    def __init__(
        self, run_log: RunLog, blobs: BlobStore, tasks: Tasks, on_trouble: Callable[[], None]
    ) -> None:
        self.trouble: RunError | None = None
        self._log, self._blobs, self._tasks, self._on_trouble = run_log, blobs, tasks, on_trouble
        self._records: list[Record] = []
        self._waiting: dict[BlobHash, Blob] = {}
        self._syncing: asyncio.Task[None] | None = None
        self._sync_again = False
        self._filing = asyncio.Lock()
        self._rewriting = False
        self._is_in_doubt = False
        """Whether the latest sync has failed."""

    async def rewrite(self, path: Path, change: Callable[[Record], Record | None]) -> None:
        """Change what is written already; what comes meanwhile waits. Raises OSError."""
        async with self._filing:
            if not self.retry():
                reason = self.trouble.reason if self.trouble else _("The log is being rewritten")
                raise OSError(errno.EIO, reason)
            self._rewriting = True
            try:
                await asyncio.to_thread(self._log.rewrite, path, change)
            finally:
                self._rewriting = False
                self.retry()

    def append(self, *records: Record) -> None:
        """Add records; those that the disk does not take now are tried again."""
        self._records += records
        self.retry()

    def append_now(self, *records: Record) -> bool:
        """Add records if the disk takes them now; else they are as if never given."""
        if not self.retry():
            return False
        return self._tried(lambda: self._log.append(*records))

    def keep(self, blobs: tuple[Blob, ...]) -> None:
        """Store bytes; what names them is written afterwards."""
        self._waiting |= {blob.hash: blob for blob in blobs}
        if not self.retry():
            self._limit(MAX_REWRITING_BYTES if self._rewriting else MAX_WAITING_BYTES)

    def _limit(self, most: int) -> None:
        """Forget the latest bytes where too many wait; that is said on the run."""
        waiting = sum(len(blob.data) for blob in self._waiting.values())
        while waiting > most:
            name, blob = self._waiting.popitem()
            waiting -= len(blob.data)
            what = "neither disk nor memory takes it"
            log.error("Run %s: its output %s is lost: %s", self._log.path.stem, name, what)
            if self.trouble is None:
                self._fail(OSError(errno.ENOBUFS, _("More output waits than memory may hold")))

    def retry(self) -> bool:
        """Write what waits, blobs first; tell whether nothing waits any more, nor is in doubt."""
        return not self._rewriting and self._tried(self._write) and not self._is_in_doubt

    def _write(self) -> None:
        while self._waiting:
            name = next(iter(self._waiting))
            self._blobs.put(self._waiting[name])
            del self._waiting[name]
        if self._records:
            self._log.append(*self._records)
            self._records.clear()

    def _tried(self, write: Callable[[], None]) -> bool:
        try:
            write()
        except OSError as error:
            self._fail(error)
            return False
        if self.trouble is not None and not self._is_in_doubt:
            self.trouble = None
            self._on_trouble()
        return True

    def _fail(self, error: OSError) -> None:
        if self.trouble is None:
            log.error("Run %s: its history cannot be kept: %s", self._log.path.stem, error)
        self.trouble = RunError(
            _("The history of this run is not being kept on disk"),
            said_by(error),
            _("Free space, or make the folder writable: what is missing is then written."),
        )
        self._on_trouble()

    def sync_soon(self) -> None:
        """Make what was written durable, off the event loop."""
        self._sync_again = True
        if self._syncing is None or self._syncing.done():
            self._syncing = self._tasks.spawn(self._sync())

    async def _sync(self) -> None:
        """Blobs first: a log that is durable never names a blob that is not."""
        while self._sync_again:
            self._sync_again = False
            try:
                await asyncio.to_thread(self._blobs.sync)
                async with self._filing:
                    await self._sync_log()
            except OSError as error:
                self._is_in_doubt = True
                self._fail(error)
            else:
                self._is_in_doubt = False
                if self.trouble is not None:
                    self.retry()

    async def _sync_log(self) -> None:
        # Nothing may be appended while the log is written anew.
        self._rewriting = self._log.is_in_doubt
        try:
            await asyncio.to_thread(self._log.sync)
        finally:
            self._rewriting = False

    @property
    def is_waiting(self) -> bool:
        """Whether something is not on disk yet, and will be tried again."""
        return self.trouble is not None or bool(self._records or self._waiting)

    def moved(self, path: Path) -> None:
        """Take note of where the log is now."""
        self._log.path = path

    async def flush(self) -> None:
        """Write what waits, and make it durable."""
        self.retry()
        self.sync_soon()
        if self._syncing is not None:
            await asyncio.wait({self._syncing})

    async def close(self) -> None:
        """Write what waits, make it durable, and let the file go."""
        await self.flush()
        if self.is_waiting:
            reason = self.trouble.reason if self.trouble else ""
            log.error("Run %s: what waits is lost: %s", self._log.path.stem, reason)
        self._log.close()
