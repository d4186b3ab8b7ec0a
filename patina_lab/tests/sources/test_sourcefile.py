"""The file of a source: replaced whole, and known again."""

from __future__ import annotations

from pathlib import Path

import pytest

from patina_lab.confined import Roots
from patina_lab.sources import sourcefile
from patina_lab.sources.sourcefile import ChangedError, SourceFile


@pytest.fixture
def file(tmp_path: Path) -> SourceFile:
    path = tmp_path / "a.tsnb"
    path.write_bytes(b"one")
    return SourceFile(path, Roots(tmp_path))


def test_what_is_written_is_known_as_ours(file: SourceFile) -> None:
    seen = file.write(b"two", file.stamp())
    assert file.stamp() == seen
    assert file.path.read_bytes() == b"two"


def test_what_others_wrote_since_it_was_read_is_not_written_over(file: SourceFile) -> None:
    seen = file.stamp()
    file.path.write_bytes(b"theirs")
    with pytest.raises(ChangedError):
        file.write(b"two", seen)
    assert file.path.read_bytes() == b"theirs"


def test_what_others_wrote_right_after_us_is_not_taken_for_ours(
    file: SourceFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    def others_write(folder: Path) -> None:
        aside = folder / "aside"
        aside.write_bytes(b"new")
        aside.replace(file.path)

    monkeypatch.setattr(sourcefile, "sync_folder", others_write)
    seen = file.write(b"two", file.stamp())
    assert file.path.read_bytes() == b"new"
    assert file.stamp() != seen
