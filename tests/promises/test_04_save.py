"""4: a save is all or nothing, whichever of its steps fails, and wherever it is killed."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from patina_lab.document.format import Cell, TsnbDocument, read, write
from patina_lab.sources.sourcefile import ChangedError, SourceFile

OLD, NEW = (
    write(TsnbDocument("n", "python3", "python", (Cell("a", "code", source * 20_000),))).encode()
    for source in ("old", "new")
)
STEPS = ("open", "write", "fsync", "replace", "fchmod", "close", "stat")
ERRORS = (errno.ENOSPC, errno.EIO, errno.EDQUOT)


class Failing:
    """Counts the calls that a save makes of the system, and has the n-th fail."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, at: int, error: int) -> None:
        self.calls, self._at, self._error = 0, at, error
        for name in STEPS:
            monkeypatch.setattr(os, name, self._counted(getattr(os, name), name))

    def _counted(self, call: Callable[..., Any], name: str) -> Callable[..., Any]:
        def counted(*arguments: Any, **options: Any) -> Any:
            self.calls += 1
            fails = self.calls == self._at
            if fails and name == "write":
                # As a disk does that is full: a part is taken, then none.
                call(arguments[0], arguments[1][: len(arguments[1]) // 2])
            if fails and name != "close":
                raise OSError(self._error, os.strerror(self._error))
            done = call(*arguments, **options)
            if fails:
                raise OSError(self._error, os.strerror(self._error))
            return done

        return counted


def _save(file: SourceFile, monkeypatch: pytest.MonkeyPatch, at: int, error: int) -> int:
    """Save with the n-th call failing; return how many were made."""
    seen = file.stamp()
    with monkeypatch.context() as patched:
        failing = Failing(patched, at, error)
        try:
            file.write(NEW, seen)
        except OSError:
            pass
        else:
            assert failing.calls < at, "what failed was not told"
        return failing.calls


@pytest.mark.parametrize("error", ERRORS, ids=[errno.errorcode[error] for error in ERRORS])
def test_whichever_step_fails_the_file_is_the_old_or_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: int
) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    file = SourceFile(folder / "analysis.tsnb")
    states, at = set(), 1
    while True:
        file.path.write_bytes(OLD)
        calls = _save(file, monkeypatch, at, error)
        states.add(file.path.read_bytes())
        read(file.path.read_text())
        file.clear_leftovers()
        assert [path.name for path in folder.iterdir()] == ["analysis.tsnb"], at
        if calls < at:
            break
        at += 1
    assert at > len(STEPS)
    assert states == {OLD, NEW}
    file.write(OLD, file.stamp())
    assert file.path.read_bytes() == OLD


def test_a_file_that_was_changed_meanwhile_is_not_written_over(tmp_path: Path) -> None:
    file = SourceFile(tmp_path / "analysis.tsnb")
    file.path.write_bytes(OLD)
    seen = file.stamp()
    file.path.write_bytes(b"somebody else's")
    with pytest.raises(ChangedError):
        file.write(NEW, seen)
    assert file.path.read_bytes() == b"somebody else's"


def test_a_link_and_the_permissions_of_a_file_stay(tmp_path: Path) -> None:
    target = tmp_path / "target.tsnb"
    target.write_bytes(OLD)
    target.chmod(0o640)
    file = SourceFile(tmp_path / "link.tsnb")
    file.path.symlink_to(target)
    file.write(NEW, file.stamp())
    assert file.path.is_symlink()
    assert target.read_bytes() == NEW
    assert target.stat().st_mode & 0o777 == 0o640


KILLED = """
import os, sys
from pathlib import Path
from patina_lab.sources.sourcefile import SourceFile
at, path, new = int(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]).read_bytes()
file, count = SourceFile(path), 0
def hook(event, _arguments):
    global count
    if event in {"open", "os.rename", "os.chmod", "os.remove"}:
        count += 1
        if count == at:
            os.kill(os.getpid(), 9)
seen = file.stamp()
fsync = os.fsync
def killed(handle):
    sys.audit("open")
    fsync(handle)
    sys.audit("open")
os.fsync = killed
write, whole = os.write, False
def half(handle, data):
    global whole
    sys.audit("open")
    written = write(handle, data if whole else data[: len(data) // 2])
    whole = True
    sys.audit("open")
    return written
os.write = half
sys.addaudithook(hook)
file.write(new, seen)
"""


def test_wherever_it_is_killed_the_file_is_the_old_or_the_new_one(tmp_path: Path) -> None:
    new, folder = tmp_path / "new", tmp_path / "work"
    new.write_bytes(NEW)
    folder.mkdir()
    file = SourceFile(folder / "analysis.tsnb")
    states, at = [], 1
    while True:
        file.path.write_bytes(OLD)
        command = [sys.executable, "-c", KILLED, str(at), str(file.path), str(new)]
        code = subprocess.run(command, check=False).returncode
        states.append(file.path.read_bytes())
        assert states[-1] in (OLD, NEW), at
        file.clear_leftovers()
        assert [path.name for path in folder.iterdir()] == ["analysis.tsnb"]
        if code == 0:
            break
        assert code == -9
        at += 1
    assert states[0] == OLD
    assert states[-1] == NEW
    assert at >= 5
