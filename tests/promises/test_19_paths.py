"""19: no path leads out of the server's root: by no encoding, no link, and no race."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pycrdt import Map
from tornado.httpclient import AsyncHTTPClient, HTTPClientError

from patina_lab.model.ids import Seq
from patina_lab.runlog.log import RunLog
from patina_lab.runlog.runfolder import RunFolder
from patina_lab.sources.history import Waiting
from patina_lab.sources.refuge import Refuge
from patina_lab.sources.sourcedocuments import SourceDocuments
from patina_lab.sources.sourcefile import SourceFile
from patina_lab.tests.editors import eventually
from patina_lab.tests.runlog.test_records import HEADER
from patina_lab.tests.user import Refused, User, text_of

NOTEBOOK = """format = "patina-lab 1"
id = "outside"
kernel = "python3"
language = "python"

[[cells]]
id = "a"
type = "code"
source = '''
secret'''
"""
LOG_OF_BLOBS = "from IPython.display import HTML\nHTML('x' * 10_000)"
UP = ("..", "%2e%2e", "%2E.", ".%2e", "%252e%252e", "..%00", "%c0%ae%c0%ae", "..%5c..", "....")
SLASHES = ("/", "%2f", "%2F", "%252f", "%5c", "//", "/./")
ESCAPES = [f"{up}{slash}{{name}}" for up in UP for slash in SLASHES]
ESCAPES += ["%00/{name}", "{folder}/{name}", "%2f{folder}/{name}", "a/%2e%2e/%2e%2e/{name}"]
ESCAPES += ["file://{folder}/{name}", "~/{name}", "..%2f{root}-sibling%2f{name}"]


@pytest.fixture
def outside(user: User) -> Path:
    """A notebook beside the server's root, and one in a folder whose name begins as the root's."""
    folder = Path(user.serverapp.root_dir).parent
    sibling = folder / f"{Path(user.serverapp.root_dir).name}-sibling"
    sibling.mkdir()
    for place in (folder, sibling):
        (place / "outside.tsnb").write_text(NOTEBOOK)
    return folder


def _everything(folder: Path) -> dict[str, bytes]:
    files = [
        *folder.glob("*.tsnb*"),
        *folder.glob("root_dir-sibling/**/*"),
        *folder.glob("elsewhere/**/*"),
    ]
    return {str(file): file.read_bytes() if file.is_file() else b"" for file in files}


async def test_no_encoding_of_a_path_leads_out(
    user: User, outside: Path, jp_http_port: int, jp_base_url: str, jp_auth_header: dict[str, str]
) -> None:
    await user.create()
    before = _everything(outside)
    api = f"http://localhost:{jp_http_port}{jp_base_url}api/patina"

    async def ask(url: str, **options: Any) -> Any:
        return await AsyncHTTPClient().fetch(
            url, headers=jp_auth_header, raise_error=False, **options
        )

    paths = [
        escape.format(name="outside.tsnb", folder=outside, root="root_dir") for escape in ESCAPES
    ]
    for path in paths:
        for place in (
            f"notebooks?path={path}",
            f"notebooks/{path}/runs",
            f"notebooks/x/blobs/{path}",
            f"runs/{path}/timeline",
        ):
            reply = await ask(f"{api}/{place}")
            assert reply.code in (400, 403, 404), place
            assert b"secret" not in reply.body
    for path in paths:
        # As JSON nothing is decoded: what is no path outside may be the odd name of a file inside.
        body = json.dumps({"path": path, "kernel": "python3"})
        reply = await ask(f"{api}/notebooks", method="POST", body=body)
        assert b"secret" not in reply.body
        assert _everything(outside) == before, path


async def test_links_out_of_the_root_are_not_followed(user: User, outside: Path) -> None:
    elsewhere = outside / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "there.tsnb").write_text(NOTEBOOK)
    user.file("link.tsnb").symlink_to(outside / "outside.tsnb")
    user.file("folder").symlink_to(elsewhere)
    user.file("circle.tsnb").symlink_to(user.file("circle.tsnb"))
    user.file("own.tsnb").write_text(NOTEBOOK.replace("outside", "own"))
    user.folder("own.tsnb").symlink_to(elsewhere)
    before = _everything(outside)
    for path in ("link.tsnb", "folder/there.tsnb", "circle.tsnb", "own.tsnb"):
        with pytest.raises(Refused, match=r"40[034]") as refused:
            await user.open(path)
        assert "secret" not in str(refused.value)
    with pytest.raises(Refused, match="403"):
        await user.create("folder/new.tsnb")
    with pytest.raises(HTTPClientError, match="403"):
        await user.follow("outside", path="link.tsnb")
    assert _everything(outside) == before


async def test_no_link_out_of_the_root_is_edited(user: User, outside: Path) -> None:
    before = _everything(outside)
    user.file("link.tsnb").symlink_to(outside / "outside.tsnb")
    with pytest.raises(HTTPClientError, match="403"):
        await user.edit("link.tsnb")
    link = user.serverapp.web_app.settings["file_id_manager"].index("link.tsnb")
    with pytest.raises(HTTPClientError, match="403"):
        await user.connect(f"api/collaboration/room/text:tsnb:{link}")
    await user.open("inside.tsnb", NOTEBOOK.replace("secret", "mine"))
    editor = await user.edit("inside.tsnb")
    (inside := user.file("inside.tsnb")).rename(user.file("aside"))
    inside.symlink_to(outside / "outside.tsnb")
    editor.text(0).insert(0, "more of ")
    assert await editor.save() == "failed"
    with pytest.raises(Refused):
        await user.ask("POST", "notebooks/outside/write-over")
    assert editor.sources() == ["more of mine"]
    assert _everything(outside) == before


async def test_a_place_outside_can_be_allowed(user: User, outside: Path) -> None:
    user.file("folder").symlink_to(outside / "root_dir-sibling")
    (app,) = user.serverapp.extension_manager.extension_apps["patina_lab"]
    roots = app._rooms.roots
    roots._roots.append((outside / "root_dir-sibling").resolve())
    assert (await user.open("folder/outside.tsnb"))["id"] == "outside"


async def test_a_link_that_takes_the_place_of_a_file_while_it_is_opened_is_not_followed(
    user: User, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    user.file("swapped").mkdir()
    user.file("swapped/outside.tsnb").write_text(NOTEBOOK)
    opened = SourceDocuments.open

    async def swap_and_open(self: SourceDocuments, path: str) -> Any:
        user.file("swapped").rename(user.file("before"))
        user.file("swapped").symlink_to(outside / "root_dir-sibling")
        return await opened(self, path)

    monkeypatch.setattr(SourceDocuments, "open", swap_and_open)
    before = _everything(outside)
    with pytest.raises(Refused, match="403"):
        await user.open("swapped/outside.tsnb")
    assert _everything(outside) == before
    assert await user.ask("GET", "notebooks") == []


async def test_what_a_document_says_of_its_place_leads_nowhere(user: User, outside: Path) -> None:
    notebook = (await user.create())["id"]
    await user.write("mine")
    editor = await user.edit()
    state: Map[Any] = editor.ydoc.get("state", type=Map)
    before = _everything(outside)
    for place in (str(outside / "outside.tsnb"), "../outside.tsnb"):
        state["path"] = place
        editor.text(0).insert(0, "more of ")
        assert await editor.save() == "success"
        state["path"] = place
        await user.ask("POST", f"notebooks/{notebook}/write-over")
        assert (await user.open("analysis.tsnb"))["id"] == notebook
    assert _everything(outside) == before
    assert "more of more of mine" in user.file().read_text()


async def test_what_a_run_writes_goes_through_no_link_that_appears_meanwhile(
    user: User, outside: Path
) -> None:
    elsewhere = outside / "elsewhere"
    elsewhere.mkdir()
    notebook = await user.create()
    one, large = await user.write("'kept'", LOG_OF_BLOBS)
    run = await user.start(notebook["id"])
    await user.ran(run, one)
    for place in (user.folder() / "blobs", user.folder()):
        if place.exists():
            place.rename(place.with_name("aside"))
        place.symlink_to(elsewhere)
        await user.ran(run, large)
        assert list(elsewhere.iterdir()) == []
        place.unlink()
        if place.with_name("aside").exists():
            place.with_name("aside").rename(place)
    assert text_of((await user.timeline(run))[0]) == "'kept'"


async def test_logs_and_blobs_that_are_links_are_not_read(user: User, outside: Path) -> None:
    notebook = await user.create()
    one, large = await user.write("'kept'", LOG_OF_BLOBS)
    run = await user.start(notebook["id"])
    cells = await user.ran(run, one, large)
    await eventually(lambda: "cell-1" in user.file().read_text())
    await user.rooms.close()
    log = user.folder() / f"{run}.jsonl"
    log.rename(outside / "log")
    log.symlink_to(outside / "log")
    kept = (outside / "log").read_bytes()
    opened = await user.open("analysis.tsnb")
    assert opened["runs"][0]["error"]["message"] == "The history of this run cannot be read"
    assert (outside / "log").read_bytes() == kept
    name = cells[1]["outputs"][0]["data"]["text/html"]["blob"]
    (blob,) = user.folder().glob(f"blobs/*/{name}")
    blob.rename(outside / "blob")
    blob.symlink_to(outside / "blob")
    reply = await user.get("api", "patina", "notebooks", notebook["id"], "blobs", name)
    assert reply.code == 404
    assert blob.is_symlink()


def test_no_link_under_a_name_that_can_be_foreseen_is_written_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))
    victim, folder = tmp_path / "victim", RunFolder(tmp_path / "a.tsnb")
    victim.write_text("mine")
    log = RunLog(folder.log_path("run"))
    log.append(HEADER)
    folder.log_path("run").with_name(".run.jsonl.new").symlink_to(victim)
    log.rewrite(log.path, lambda record: record)
    log.close()
    saved = folder.snapshot("run")
    saved.begin().write_text("state")
    saved.finish("run", Seq(1), "now", "python3")
    (saved.folder / ".snapshot.json").symlink_to(victim)
    saved.give_to(folder.snapshot("other"))
    assert victim.read_text() == "mine"
    assert folder.snapshot("other").is_ours("other")
    elsewhere = tmp_path / "elsewhere"
    folder.snapshot("other").folder.rename(elsewhere)
    folder.snapshot("other").folder.symlink_to(elsewhere)
    before = (elsewhere / "snapshot.json").read_bytes()
    with pytest.raises(OSError, match=r"Not a directory|symbolic links"):
        folder.snapshot("other").give_to(folder.snapshot("third"))
    assert (elsewhere / "snapshot.json").read_bytes() == before


def test_what_waits_beside_a_notebook_is_written_through_no_link(tmp_path: Path) -> None:
    victim, refuge = tmp_path / "victim", Refuge(SourceFile(tmp_path / "a.tsnb"))
    victim.write_text("mine")
    refuge.path.symlink_to(victim)
    refuge.write(Waiting("", b"", {}))
    assert victim.read_text() == "mine"
    assert refuge.read() == Waiting("", b"", {})
    assert refuge.path.stat().st_mode & 0o777 == 0o600
