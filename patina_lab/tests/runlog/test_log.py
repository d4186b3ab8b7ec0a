"""The run log on disk: whole records, torn ends, damage, and disks that are full."""

from __future__ import annotations

import errno
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from patina_lab.runlog.log import RunLog, RunLogError, load
from patina_lab.runlog.records import Opened, Retitled, encode
from patina_lab.runlog.runfolder import Kept, KnownRun, RunFolder
from patina_lab.tests.runlog.test_records import HEADER, cell


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.tsnb.runs" / "run.jsonl"


def written(path: Path, *titles: str) -> None:
    run_log = RunLog(path)
    run_log.append(HEADER, Opened(cell(1)))
    run_log.append(*(Retitled(title=title) for title in titles))
    run_log.sync()
    run_log.close()


class NearlyFull:
    """A file on a disk that has room for so many bytes."""

    def __init__(self, file: Any, room: int) -> None:
        self._file, self.room = file, room

    def write(self, data: Any) -> int:
        if not self.room:
            raise OSError(errno.ENOSPC, "No space left on device")
        part = data[: self.room]
        self.room -= len(part)
        return int(self._file.write(part))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def test_what_was_appended_is_loaded(path: Path) -> None:
    written(path, "Other")
    loaded = load(path)
    assert loaded.folded.title == "Other"
    assert loaded.good_bytes == path.stat().st_size
    assert loaded.torn_bytes == 0


def test_a_log_that_git_has_replaced_by_an_older_state_of_it_goes_on_whole(path: Path) -> None:
    run_log = RunLog(path)
    run_log.append(HEADER, Opened(cell(1)))
    committed = path.read_bytes()
    run_log.append(Retitled(title="One"))
    path.unlink()
    with pytest.raises(FileNotFoundError, match="deleted"):
        run_log.append(Retitled(title="Two"))
    path.write_bytes(committed.replace(b"run", b"ruin", 1))
    with pytest.raises(FileExistsError, match="Another log"):
        run_log.append(Retitled(title="Two"))
    path.write_bytes(committed)
    run_log.append(Retitled(title="Three"))
    run_log.close()
    whole = committed + encode(Retitled(title="One")) + encode(Retitled(title="Three"))
    assert path.read_bytes() == whole
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_a_torn_last_line_is_dropped_wherever_it_was_torn(path: Path) -> None:
    written(path, "One", "Two")
    whole = path.read_bytes()
    last = encode(Retitled(title="Two"))
    for lost in range(1, len(last)):
        path.write_bytes(whole[:-lost])
        loaded = load(path)
        assert loaded.folded.title == "One"
        assert loaded.torn_bytes == len(last) - lost
    RunLog(path, good_bytes=loaded.good_bytes).close()
    assert path.read_bytes() == whole[: -len(last)]


@pytest.mark.parametrize(
    ("line", "number", "word"),
    [
        (b"{broken}\n", 3, "record"),
        (b'{"record":"song"}\n', 3, "song"),
        (b"\xff\xfe\n", 3, "record"),
        (b"[" * 100_000 + b"\n", 3, "record"),
        (encode(HEADER), 3, "second header"),
    ],
)
def test_damage_is_named_by_file_line_and_reason(
    path: Path, line: bytes, number: int, word: str
) -> None:
    written(path)
    path.write_bytes(path.read_bytes() + line + encode(Retitled(title="after")))
    with pytest.raises(RunLogError, match=f"run.jsonl, line {number}: .*{word}"):
        load(path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b'{"record":"run"', "header"),
        (encode(Retitled(title="t")), "first record"),
        (encode(HEADER).replace(b'"schema":1', b'"schema":99'), "newer"),
    ],
)
def test_a_log_without_its_beginning_is_refused(path: Path, content: bytes, reason: str) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(RunLogError, match=f"line 1: .*{reason}"):
        load(path)


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("log") / "run.jsonl"
    path.write_bytes(encode(HEADER) + data)
    with suppress(RunLogError):
        load(path)


def test_a_folder_with_one_damaged_log_gives_the_others(path: Path) -> None:
    written(path)
    header = msgspec.structs.replace(HEADER, id="damaged")
    (path.parent / "damaged.jsonl").write_bytes(encode(header) + b"{\n")
    found = RunFolder(path.parent.with_suffix("")).load("n")
    damaged = next(run for run in found if isinstance(run, KnownRun))
    assert any(isinstance(run, Kept) for run in found)
    assert damaged.run.error is not None
    assert "damaged.jsonl, line 2" in damaged.run.error.reason


@pytest.mark.parametrize("room", [0, 1, 30])
def test_a_full_disk_leaves_whole_records_and_a_later_try_succeeds(path: Path, room: int) -> None:
    written(path)
    before = path.read_bytes()
    run_log = RunLog(path)
    disk = NearlyFull(run_log._file, room)
    run_log._file = disk  # type: ignore[assignment]
    with pytest.raises(OSError, match="No space"):
        run_log.append(Retitled(title="a title that does not fit"))
    assert path.read_bytes() == before
    disk.room = 10_000
    run_log.append(Retitled(title="now it fits"))
    run_log.close()
    assert load(path).folded.title == "now it fits"


def test_a_log_that_cannot_be_opened_anew_after_a_rewrite_takes_what_waits_when_it_can(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(path)
    run_log = RunLog(path)

    def refuse(_path: Path) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    with monkeypatch.context() as broken:
        broken.setattr("patina_lab.runlog.log._appending", refuse)
        run_log.rewrite(path, lambda record: record)
        with pytest.raises(OSError, match="Too many"):
            run_log.append(Retitled(title="waits"))
    run_log.append(Retitled(title="goes on"))
    run_log.close()
    assert load(path).folded.title == "goes on"


def test_what_a_killed_rewrite_left_is_cleared(path: Path) -> None:
    written(path)
    for name in (f".{path.name}.new", ".new-0123456789abcdef"):
        path.with_name(name).write_text("half")
    folder = RunFolder(path.parent.with_suffix(""))
    folder.tidy("n")
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    assert len(folder.load("n")) == 1


def test_a_log_is_of_the_run_that_its_file_is_named_after(path: Path) -> None:
    """The id names files: `../../other` would be deleted with the run."""
    written(path)
    path.write_bytes(path.read_bytes().replace(b'"id":"run"', b'"id":"../../other"', 1))
    with pytest.raises(RunLogError, match="another id than its file"):
        load(path)
