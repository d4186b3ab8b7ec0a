"""What a run keeps on a disk that fills up: nothing is lost, and it is said."""

from __future__ import annotations

import asyncio
import errno
import os
import threading
from pathlib import Path

import pytest

from patina_lab.blobs.store import BlobDamagedError, BlobMissingError, BlobStore, DiskFullError
from patina_lab.model.outputs import Blob
from patina_lab.runlog import ledger
from patina_lab.runlog.ledger import Ledger
from patina_lab.runlog.log import RunLog, load
from patina_lab.runlog.records import Opened, Retitled
from patina_lab.tasks import Tasks
from patina_lab.tests.runlog.test_log import NearlyFull
from patina_lab.tests.runlog.test_records import HEADER, cell


class Desk:
    """A ledger, its files, and what it told."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "run.jsonl"
        self.blobs = BlobStore(folder / "blobs")
        self.log = RunLog(self.path)
        self.disk = NearlyFull(self.log._file, 10_000)
        self.log._file = self.disk  # type: ignore[assignment]
        self.told: list[bool] = []
        self.ledger = Ledger(self.log, self.blobs, Tasks(), self._hear)
        self.ledger.append(HEADER, Opened(cell(1)))

    def _hear(self) -> None:
        self.told.append(self.ledger.trouble is not None)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


async def test_what_a_full_disk_refused_is_written_later_in_its_order(desk: Desk) -> None:
    desk.disk.room = 5
    desk.ledger.append(Retitled(title="one"))
    desk.ledger.append(Retitled(title="two"))
    assert desk.ledger.trouble is not None
    assert "No space" in desk.ledger.trouble.reason
    assert load(desk.path).torn_bytes == 0
    desk.disk.room = 10_000
    assert desk.ledger.retry()
    assert desk.ledger.trouble is None
    assert desk.told[0]
    assert not desk.told[-1]
    await desk.ledger.close()
    assert load(desk.path).folded.title == "two"


async def test_what_can_be_found_out_again_is_not_kept_waiting(desk: Desk) -> None:
    desk.disk.room = 0
    assert not desk.ledger.append_now(Retitled(title="one"))
    desk.disk.room = 10_000
    await desk.ledger.close()
    assert load(desk.path).folded.title == "Run 1"


async def test_bytes_that_found_no_room_are_kept_before_what_names_them(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_blob: Blob) -> None:
        raise DiskFullError(errno.ENOSPC, "No space left for output")

    blob = Blob.of(b"x" * 9_000)
    with monkeypatch.context() as patch:
        patch.setattr(desk.blobs, "put", full)
        desk.ledger.keep((blob,))
        assert not desk.ledger.append_now(Retitled(title="names the blob"))
    assert desk.ledger.append_now(Retitled(title="names the blob"))
    assert desk.blobs.get(blob.hash) == blob.data
    await desk.ledger.close()


async def test_memory_does_not_fill_up_in_place_of_the_disk(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_blob: Blob) -> None:
        raise DiskFullError(errno.ENOSPC, "No space left for output")

    monkeypatch.setattr(desk.blobs, "put", full)
    monkeypatch.setattr(ledger, "MAX_WAITING_BYTES", 1_000)
    for number in range(100):
        desk.ledger.keep((Blob.of(b"%100d" % number),))
    assert len(desk.ledger._waiting) == 10
    monkeypatch.undo()
    await desk.ledger.close()


async def test_output_that_comes_while_the_log_is_rewritten_waits_and_is_kept(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "MAX_WAITING_BYTES", 1_000)
    blobs = [Blob.of(b"%100d" % number) for number in range(100)]
    begun, may_end = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def slowly(_path: Path, _change: object) -> None:
        loop.call_soon_threadsafe(begun.set)
        may_end.wait(60)

    monkeypatch.setattr(desk.log, "rewrite", slowly)
    rewriting = asyncio.ensure_future(desk.ledger.rewrite(desk.path, lambda record: record))
    await begun.wait()
    for blob in blobs:
        desk.ledger.keep((blob,))
    assert desk.ledger.trouble is None
    may_end.set()
    await rewriting
    assert [desk.blobs.get(blob.hash) for blob in blobs] == [blob.data for blob in blobs]
    await desk.ledger.close()


async def test_output_beyond_what_memory_may_hold_during_a_rewrite_is_lost_with_a_word(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "MAX_REWRITING_BYTES", 150)
    monkeypatch.setattr(desk.ledger, "_rewriting", True)
    for number in range(3):
        desk.ledger.keep((Blob.of(b"%100d" % number),))
    assert len(desk.ledger._waiting) == 1
    assert desk.ledger.trouble is not None
    assert "memory" in desk.ledger.trouble.reason
    monkeypatch.undo()
    await desk.ledger.close()


async def test_after_a_sync_that_failed_the_log_is_written_anew_before_it_counts_as_safe(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.log._file = desk.disk._file
    before, fsync, failures = desk.path.stat().st_ino, os.fsync, [errno.EIO]

    def failing_once(handle: int) -> None:
        if failures:
            raise OSError(failures.pop(), "Input/output error")
        fsync(handle)

    monkeypatch.setattr(os, "fsync", failing_once)
    await desk.ledger.flush()
    assert desk.ledger.trouble is not None
    assert not desk.ledger.retry(), "what was written may be in no disk"
    assert not desk.ledger.append_now(Retitled(title="as if never given"))
    desk.ledger.append(Retitled(title="waits"))
    assert desk.ledger.trouble is not None
    await desk.ledger.flush()
    assert desk.ledger.trouble is None
    assert desk.path.stat().st_ino != before
    await desk.ledger.close()
    assert load(desk.path).folded.title == "waits"
    assert [*desk.path.parent.glob(".*")] == []


async def test_a_blob_of_which_a_sync_failed_is_written_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blobs = BlobStore(tmp_path / "blobs")
    name = blobs.put_data(b"hello")
    before = blobs.path(name).stat().st_ino
    with monkeypatch.context() as broken:
        broken.setattr("patina_lab.blobs.store.sync_file", fail)
        with pytest.raises(OSError, match="Input"):
            blobs.sync()
    blobs.sync()
    assert blobs.path(name).stat().st_ino != before
    assert blobs.get(name) == b"hello"


def fail(*_arguments: object) -> None:
    raise OSError(errno.EIO, "Input/output error")


def test_a_blob_that_a_crash_left_empty_is_written_again(tmp_path: Path) -> None:
    blobs = BlobStore(tmp_path / "blobs")
    name = blobs.put_data(b"hello")
    blobs.path(name).write_bytes(b"")
    assert blobs.put_data(b"hello") == name
    assert blobs.get(name) == b"hello"


async def test_many_closed_cells_are_made_durable_by_few_syncs(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    syncs = []
    monkeypatch.setattr(desk.log, "sync", lambda: syncs.append(1))
    for _ in range(100):
        desk.ledger.sync_soon()
    await desk.ledger.close()
    assert 1 <= len(syncs) <= 3


def test_a_blob_is_there_at_once_and_its_name_is_its_content(tmp_path: Path) -> None:
    blobs = BlobStore(tmp_path)
    name = blobs.put_data(b"hello")
    assert blobs.get(name) == b"hello"
    blobs.sync()
    blobs.path(name).write_bytes(b"other")
    with pytest.raises(BlobDamagedError):
        blobs.get(name)
    blobs.discard({name})
    with pytest.raises(BlobMissingError):
        blobs.get(name)


@pytest.mark.parametrize(
    "name", ["", "..", "a" * 63, "A" * 64, "g" * 64, "a" * 64 + "\n", "a" * 65]
)
def test_a_name_that_is_no_hash_names_nothing(tmp_path: Path, name: str) -> None:
    with pytest.raises(BlobMissingError):
        BlobStore(tmp_path).get(name)


def test_blobs_are_made_durable_also_after_their_folder_has_moved(tmp_path: Path) -> None:
    blobs = BlobStore(tmp_path / "before")
    name = blobs.put_data(b"hello")
    blobs.folder = blobs.folder.rename(tmp_path / "after")
    blobs.sync()
    assert blobs.get(name) == b"hello"
