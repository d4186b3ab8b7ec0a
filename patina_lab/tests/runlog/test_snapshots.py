"""Saved states on disk: the key that signs them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from patina_lab.model.ids import Seq
from patina_lab.runlog.snapshots import Snapshot


@pytest.fixture
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data" / "patina_lab" / "snapshot.key"


def saved(folder: Path) -> Snapshot:
    snapshot = Snapshot(folder / "run.snapshot")
    snapshot.begin().write_text("state")
    snapshot.finish("run", Seq(1), "now", "python3")
    return snapshot


@pytest.mark.parametrize("length", [0, 31, 33])
def test_what_is_no_key_signs_nothing(tmp_path: Path, key: Path, length: int) -> None:
    snapshot = saved(tmp_path)
    assert snapshot.is_ours("run")
    key.write_bytes(bytes(length))
    assert not snapshot.is_ours("run")
    with pytest.raises(OSError, match=r"no key.*Delete it"):
        saved(tmp_path)
    assert key.read_bytes() == bytes(length)


def test_the_key_is_on_the_disk_before_it_has_its_name(
    tmp_path: Path, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[tuple[int, bool]] = []
    fsync = os.fsync

    def seen(handle: int) -> None:
        fsync(handle)
        synced.append((os.fstat(handle).st_size, key.exists()))

    monkeypatch.setattr(os, "fsync", seen)
    saved(tmp_path)
    assert synced[0] == (32, False)
