"""4, and 2: what is called safe is there after a power cut, too.

No test can cut the power. But what has to reach the disk, and before what, can be watched: the
content of a file before its name, its name in the folder after it, and what is named before what
names it.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from patina_lab.blobs.store import BlobStore
from patina_lab.confined import PART
from patina_lab.model.ids import Seq
from patina_lab.model.outputs import Blob
from patina_lab.runlog.ledger import Ledger
from patina_lab.runlog.log import RunLog
from patina_lab.runlog.records import Opened
from patina_lab.runlog.snapshots import Snapshot
from patina_lab.sources.history import History
from patina_lab.sources.sourcefile import SourceFile
from patina_lab.tasks import Tasks
from patina_lab.tests.runlog.test_records import HEADER, cell

FULL = 2
"""https://www.sqlite.org/pragma.html#pragma_synchronous"""


class Order:
    """What was synced, renamed and deleted, in order; files in the making are called `new`."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.events: list[str] = []
        self._root = root
        self._watch(monkeypatch, os, "fsync", self._synced)
        self._watch(monkeypatch, os, "replace", lambda _old, new: self._named("rename", new))
        self._watch(monkeypatch, os, "rename", lambda _old, new: self._named("rename", new))
        self._watch(monkeypatch, shutil, "rmtree", lambda path: self._named("delete", path))

    def _watch(
        self, monkeypatch: pytest.MonkeyPatch, of: Any, name: str, note: Callable[..., None]
    ) -> None:
        call = getattr(of, name)

        def watched(*arguments: Any, **options: Any) -> Any:
            note(*arguments)
            return call(*arguments, **options)

        monkeypatch.setattr(of, name, watched)

    def _synced(self, handle: int) -> None:
        self._named("sync", Path(f"/proc/self/fd/{handle}").readlink())

    def _named(self, what: str, path: str | Path) -> None:
        path = Path(path)
        within = path.relative_to(self._root) if path.is_absolute() else path
        is_new = path.name.startswith((".~", PART))
        self.events.append(f"{what} {'new' if is_new else within.as_posix()}")

    def of(self, *names: str) -> list[str]:
        """Return what happened to these, in order."""
        return [event for event in self.events if event.split(" ", 1)[1] in names]


@pytest.fixture
def order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Order:
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))
    return Order(tmp_path, monkeypatch)


def test_a_save_syncs_the_file_then_renames_it_then_syncs_its_folder(
    tmp_path: Path, order: Order
) -> None:
    SourceFile(tmp_path / "a.tsnb").write(b"text", None)
    assert order.events == ["sync new", "rename a.tsnb", "sync ."]


def test_blobs_and_their_names_are_synced_before_the_log_that_names_them(
    tmp_path: Path, order: Order
) -> None:
    runs = tmp_path / "a.runs"
    blob = Blob.of(b"bytes")
    blobs = BlobStore(runs / "blobs")
    run_log = RunLog(runs / "run.jsonl")
    part = f"a.runs/blobs/{blob.hash[:2]}"

    async def write() -> None:
        ledger = Ledger(run_log, blobs, Tasks(), lambda: None)
        ledger.keep((blob,))
        ledger.append(HEADER, Opened(cell(1)))
        await ledger.flush()
        # Again, by somebody who cannot know whether the first has synced it.
        ledger.keep((blob,))
        await ledger.close()

    asyncio.run(write())
    file, log = f"{part}/{blob.hash}", "a.runs/run.jsonl"
    # Renamed relative to a handle of its folder.
    assert order.of(blob.hash, file, part, log) == [
        f"rename {blob.hash}",
        *(f"sync {file}", f"sync {part}", f"sync {log}"),
        *(f"sync {file}", f"sync {part}", f"sync {log}"),
    ]
    first = order.events.index(f"sync {log}")
    assert {"sync a.runs/blobs", "sync a.runs", "sync ."} <= {*order.events[:first]}
    assert order.events[first + 1 : first + 3] == ["sync a.runs", "sync ."], "the log is new"


def test_a_log_that_is_rewritten_is_synced_renamed_and_its_folder_synced(
    tmp_path: Path, order: Order
) -> None:
    run_log = RunLog(tmp_path / "a.runs" / "run.jsonl")
    run_log.append(HEADER)
    run_log.rewrite(run_log.path, lambda record: record)
    run_log.close()
    # Renamed relative to a handle of its folder.
    assert order.events == ["sync new", "rename run.jsonl", "sync a.runs", "sync ."]


def test_a_saved_state_is_synced_before_the_one_there_was_is_deleted(
    tmp_path: Path, order: Order
) -> None:
    snapshot = Snapshot(tmp_path / "run.snapshot")
    for _ in range(2):
        snapshot.begin().write_bytes(b"state")
        order.events.clear()
        snapshot.finish("run", Seq(1), "2026-01-01T00:00:00.000Z", "patina-python")
    assert order.events == [
        "sync run.snapshot.new/state",
        "sync run.snapshot.new/snapshot.json",
        "sync run.snapshot.new",
        "delete run.snapshot.old",
        "rename run.snapshot.old",
        "rename run.snapshot",
        "sync .",
        "delete run.snapshot.old",
    ]


def test_a_history_is_synced_at_every_commit(tmp_path: Path) -> None:
    async def synchronous() -> int:
        history = History(tmp_path / "h.db")
        history.add(b"\0\0")
        await history.flush()
        found = await history._do(lambda one: one.execute("PRAGMA synchronous").fetchone())
        await history.stop()
        return int(found[0])

    assert asyncio.run(synchronous()) == FULL
