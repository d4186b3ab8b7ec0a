"""32: a notebook that is renamed or deleted on disk while it runs goes along, or stays deleted."""

from __future__ import annotations

import shutil

from patina_lab.document.format import read
from patina_lab.tests.editors import eventually
from patina_lab.tests.user import User

PRINTS = (
    "import time\nfor n in range(200):\n    print('x' * 200, n, flush=True)\n    time.sleep(0.05)"
)
LARGE = "display({'text/html': 'x' * 10_000}, raw=True)"


async def running(user: User) -> tuple[str, str]:
    """Return a notebook and a run of it that prints for some seconds, and then has a picture."""
    notebook = await user.create(kernel="patina-python")
    cells = await user.write(PRINTS, LARGE)
    await eventually(lambda: "cell-2" in user.file().read_text())
    run = await user.start(notebook["id"])
    await user.execute(run, *cells)
    await user.until(lambda: user.timeline(run), lambda found: bool(found[0]["outputs"]))
    return notebook["id"], run


async def test_a_rename_on_disk_is_followed_while_it_runs(user: User) -> None:
    notebook, run = await running(user)
    editor, follower = await user.edit(), await user.follow(notebook)
    user.file().rename(user.file("results.tsnb"))
    await eventually(lambda: user.folder("results.tsnb").is_dir())
    editor.text(1).insert(0, "# typed\n")
    await eventually(lambda: "# typed" in user.file("results.tsnb").read_text())
    first, second = await user.finished(run, 2)
    assert (first["status"], second["status"]) == ("succeeded", "succeeded")
    assert not user.file().exists()
    assert not user.folder().exists()
    assert follower.notices == []
    opened = await user.open("results.tsnb")
    assert (opened["id"], opened["path"]) == (notebook, "results.tsnb")
    blob = second["outputs"][0]["data"]["text/html"]["blob"]
    reply = await user.get("api", "patina", "notebooks", notebook, "blobs", blob)
    assert reply.code == 200


async def test_a_file_and_runs_that_were_deleted_while_it_runs_stay_deleted(user: User) -> None:
    notebook, run = await running(user)
    editor, follower = await user.edit(), await user.follow(notebook)
    user.file().unlink()
    shutil.rmtree(user.folder())
    await eventually(lambda: [one["kind"] for one in follower.notices] == ["gone"])
    editor.text(1).insert(0, "# typed\n")
    assert await editor.save() == "failed"
    first, second = await user.finished(run, 2)
    assert (first["status"], second["status"]) == ("succeeded", "succeeded")
    assert not user.file().exists()
    assert not user.folder().exists()
    await user.ask("POST", f"notebooks/{notebook}/write-over")
    assert read(user.file().read_text()).cells[1].source.startswith("# typed")
    assert await editor.save() == "success"
    await eventually(lambda: follower.notices == [])
