"""2: what was acknowledged follows a notebook that got another name while no server was there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from patina_lab.tests.editors import eventually
from tests.promises.survival import NOTEBOOK, Surviving, surviving


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Surviving]:
    with surviving(monkeypatch):
        one = Surviving(tmp_path, "'words'")
        yield one
        one.kill()


@pytest.mark.timeout(300)
async def test_edits_that_were_in_no_file_go_along_and_so_do_the_runs(server: Surviving) -> None:
    user = await server.start()
    run = await server.run(user)
    await user.ran(run, *server.cells)
    follower, editor = await user.follow(NOTEBOOK), await user.edit()
    editor.text(0).insert(0, "# typed\n")
    await eventually(lambda: editor.is_acknowledged(follower.meta["saved"]))
    server.kill()
    await user.leave()
    user.file().rename(user.file("renamed.tsnb"))
    user = await server.start()
    # As a page does: first the room, then the runs.
    editor = await user.edit("renamed.tsnb")
    assert editor.sources() == ["# typed\n'words'"]
    opened = await user.open("renamed.tsnb")
    assert opened["id"] == NOTEBOOK
    assert len(await user.timeline(run)) == 1
    assert not user.folder().exists()
    await user.leave()
