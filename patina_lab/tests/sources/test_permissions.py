"""Who may read what the server writes: nobody else, or those who may read the notebook."""

from __future__ import annotations

import stat
from pathlib import Path
from types import SimpleNamespace

import pytest
from pycrdt import Doc
from traitlets.config import Config

from patina_lab.confined import Located
from patina_lab.document.format import TsnbDocument, write
from patina_lab.rooms.ownid import give_own_id
from patina_lab.sources import guards
from patina_lab.sources.backups import Backups
from patina_lab.sources.claim import Claim, Server
from patina_lab.sources.history import History
from patina_lab.sources.sourcefile import SourceFile


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def test_the_history_of_edits_is_for_its_owner(tmp_path: Path) -> None:
    folder = tmp_path / "histories"
    folder.mkdir(mode=0o755)
    claim = Claim(folder / "h.lock", Server)
    assert claim.take() is None
    assert mode(folder) == 0o700
    folder.chmod(0o755)
    history = History(folder / "h.db")
    history.add(Doc().get_update())
    await history.flush()
    assert mode(folder) == 0o700
    assert {mode(file) for file in folder.iterdir()} == {0o600}
    await history.stop()
    claim.release()


async def test_what_is_kept_beside_a_notebook_is_for_those_who_may_read_that(
    tmp_path: Path,
) -> None:
    file = SourceFile(tmp_path / "a.tsnb")
    text = write(TsnbDocument("n", "python3", "python", ()))
    file.path.write_text(text)
    file.path.chmod(0o600)
    for kept in (
        await Backups().keep(file, text, "kept"),
        await Backups().copy(file),
    ):
        assert kept
        assert mode(tmp_path / kept) == 0o600
    give_own_id(Located(file.path, 0))
    assert file.path.read_text() != text
    assert mode(file.path) == 0o600


def test_the_edits_of_other_documents_are_for_nobody_else_to_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guards, "jupyter_data_dir", lambda: str(tmp_path))
    there = tmp_path / "collaboration_history.db"
    for _ in ("new", "of a version before"):
        extension = SimpleNamespace(config=Config())
        monkeypatch.setattr(guards, "collaboration", lambda _app, found=extension: found)
        guards.configure(SimpleNamespace())  # type: ignore[arg-type]
        assert extension.config.SQLiteYStore.db_path == str(there)
        assert mode(there) == 0o600
        there.chmod(0o644)
