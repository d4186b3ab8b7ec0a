"""6: a read-only workspace opens, with a banner; earlier runs can be read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from patina_lab.document.format import Cell, TsnbDocument, write
from patina_lab.tests.editors import eventually
from patina_lab.tests.server import ServerProcess
from patina_lab.tests.user import Refused, text_of
from tests.promises.mounts import read_only

TEXT = write(TsnbDocument("n1", "patina-python", "python", (Cell("cell-1", "code", "'kept'"),)))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    process = ServerProcess(tmp_path)
    (process.root / "analysis.tsnb").write_text(TEXT)
    yield process
    process.kill()


async def test_a_read_only_workspace_opens_with_its_history(server: ServerProcess) -> None:
    user = await server.start()
    await user.open("analysis.tsnb")
    run = await user.start("n1")
    before = await user.ran(run, "cell-1")
    server.terminate()
    await user.leave()
    with read_only(server.root):
        again = await server.start()
        opened = await again.open("analysis.tsnb")
        assert [one["id"] for one in opened["runs"]] == [run]
        follower, editor = await again.follow("n1"), await again.edit()
        assert follower.cell(run, 1)["outputs"] == before[0]["outputs"]
        assert text_of(follower.cell(run, 1)) == "'kept'"
        assert [one["kind"] for one in follower.notices] == ["read-only"]
        (cell,) = await again.ask("GET", f"runs/{run}/timeline")
        assert cell["outputs"] == before[0]["outputs"]
        assert await again.ask("GET", f"runs/{run}/globals?after=1") == []
        editor.text(0).insert(0, "# typed\n")
        assert await editor.save() == "failed"
        assert again.file().read_text() == TEXT
        for path in ("notebooks/n1/runs", f"runs/{run}/restart"):
            with pytest.raises(Refused) as refused:
                await again.ask("POST", path)
            assert refused.value.status in (409, 500), path
            assert "ead-only" in str(refused.value), path
    await eventually(lambda: "# typed" in again.file().read_text())
    await eventually(lambda: follower.notices == [])
    await again.leave()
