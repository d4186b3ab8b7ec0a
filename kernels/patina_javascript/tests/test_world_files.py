"""Files below the notebook's directory, and none elsewhere."""

# ruff: noqa: E501 - cells are quoted as they are

from __future__ import annotations

from pathlib import Path

import pytest
from patina_javascript.run import Bench


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    inside = tmp_path / "notebook"
    inside.mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    monkeypatch.chdir(inside)
    return inside


def test_files_are_written_and_read(js: Bench, folder: Path) -> None:
    ran = js.run(
        "fs.mkdirSync('a/b', {recursive: true}); fs.writeFileSync('a/b/c.txt', 'é'); "
        "fs.appendFileSync('a/b/c.txt', '!'); await fs.promises.copyFile('a/b/c.txt', 'd.txt');"
        "[fs.readFileSync('d.txt', 'utf8'), fs.readFileSync('d.txt').length, fs.readdirSync('.'),"
        " fs.statSync('a').isDirectory(), fs.existsSync('x'), fs.statSync('d.txt').mtime instanceof Date]"
    )
    assert ran.error is None, ran.error
    assert ran.value == "[ 'é!', 3, [ 'a', 'd.txt' ], true, false, true ]"
    assert (folder / "a/b/c.txt").read_text() == "é!"
    js.run("fs.renameSync('d.txt', 'e.txt'); fs.rmSync('a', {recursive: true})")
    assert [path.name for path in folder.iterdir()] == ["e.txt"]


@pytest.mark.parametrize(
    "path", ["../secret.txt", "a/../../secret.txt", "/etc/passwd", "link", "dir/secret.txt"]
)
@pytest.mark.parametrize(
    "act", ["readFileSync(P)", "writeFileSync(P, 'x')", "statSync(P)", "copyFileSync(P, 'y')"]
)
def test_nothing_outside_is_reached(js: Bench, folder: Path, path: str, act: str) -> None:
    (folder / "link").symlink_to(folder.parent / "secret.txt")
    (folder / "dir").symlink_to(folder.parent)
    ran = js.run(f"fs.{act.replace('P', repr(path))}")
    assert ran.error is not None
    assert "is outside of the notebook's directory" in ran.error[1]
    assert (folder.parent / "secret.txt").read_text() == "secret"


def test_a_link_is_removed_and_not_what_it_leads_to(js: Bench, folder: Path) -> None:
    (folder / "link").symlink_to(folder.parent / "secret.txt")
    assert js.run("fs.unlinkSync('link')").error is None
    assert (folder.parent / "secret.txt").exists()
    assert not (folder / "link").is_symlink()


def test_errors_have_the_codes_of_node(js: Bench) -> None:
    ran = js.run(
        "try { fs.readFileSync('none') } catch (e) { [e instanceof Error, e.code, e.message] }"
    )
    assert ran.value == ("[ true, 'ENOENT', \"ENOENT: no such file or directory, open 'none'\" ]")
    assert js.run("try { fs.readFileSync('.') } catch (e) { e.code }").value == "'EISDIR'"
    assert js.run("fs.writeFileSync('n\\0l', '')").error is not None
