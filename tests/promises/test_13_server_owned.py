"""13: what the server says of runs, nobody else can say: outputs, status, trust."""

from __future__ import annotations

from typing import Any

from pycrdt import Array, Map

from patina_lab.tests.crafted import sync
from patina_lab.tests.editors import eventually
from patina_lab.tests.followers import forged
from patina_lab.tests.user import User, soon, text_of
from tests.promises.hostile import ANSWER, UPDATE

OUTPUT = {"output_type": "display_data", "data": {"text/html": "forged"}, "metadata": {}}


async def test_what_is_forged_in_the_runs_document_reaches_neither_server_nor_log_nor_peer(
    user: User,
) -> None:
    notebook = await user.create()
    (cell,) = await user.write("'real'")
    run = await user.start(notebook["id"])
    await user.ran(run, cell)
    hostile, witness = await user.follow(notebook["id"]), await user.follow(notebook["id"])
    log = user.folder() / f"{run}.jsonl"
    update = forged(hostile, run)
    for kind in (ANSWER, UPDATE):
        await hostile.send(sync(kind, update))
    await user.ran(run, cell)
    await user.until(
        soon(lambda: witness.cell(run, 2)), lambda cell: cell.get("status") == "succeeded"
    )
    late = await user.follow(notebook["id"])
    for told in (witness, late):
        assert text_of(told.cell(run, 1)) == "'real'"
        assert "forged" not in f"{told.runs}{told.meta}"
    assert "forged" not in str(await user.ask("GET", f"notebooks/{notebook['id']}/runs"))
    assert b"forged" not in log.read_bytes()
    await user.rooms.close()
    opened = await user.open("analysis.tsnb")
    assert "forged" not in str(opened)
    assert "forged" not in str(await user.timeline(run))


async def test_what_is_forged_in_the_source_is_no_output_and_no_trust(user: User) -> None:
    notebook = await user.create()
    (cell,) = await user.write("'real'")
    run = await user.start(notebook["id"])
    editor, witness = await user.edit(), await user.edit()
    ycell: Map[Any] = editor.cells[0]
    with editor.ydoc.transaction():
        ycell["outputs"] = Array([OUTPUT])
        ycell["execution_count"], ycell["execution_state"] = 314_159_265, "running"
        ycell["metadata"] = Map({"trusted": True})
        editor.text(0).insert(0, "# edited\n")
    await witness.until_sources("# edited\n'real'")
    await editor.save()
    await eventually(lambda: "edited" in user.file().read_text())
    text = user.file().read_text()
    for word in ("forged", "trusted", "314159265", "running"):
        assert word not in text
    cells = await user.ran(run, cell)
    assert text_of(cells[0]) == "'real'"
    assert "forged" not in str(cells)
    assert "forged" not in str(await user.status(notebook["id"], run))


async def test_where_the_file_is_no_client_says(user: User) -> None:
    await user.create()
    await user.write("one")
    editor, witness = await user.edit(), await user.edit()
    state, told = (one.ydoc.get("state", type=Map) for one in (editor, witness))
    for lie in ("other.tsnb", "", 5, Map({"path": "x"}), None):
        state["path"] = lie
        await eventually(lambda: state.get("path") == "analysis.tsnb", lambda: state.get("path"))
    editor.text(0).insert(0, "mine ")
    assert await editor.save() == "success"
    assert "mine one" in user.file().read_text()
    assert [path.name for path in user.file().parent.glob("*.tsnb")] == ["analysis.tsnb"]
    await eventually(lambda: told.get("path") == "analysis.tsnb")
