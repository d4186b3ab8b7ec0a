"""Files that are where they seem to be, whatever takes a folder's place meanwhile."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from patina_lab.confined import PART, Roots, make_folder, open_folder, replacing, through_no_link


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with a folder in it, beside another that is nobody's business."""
    for name in ("root/inner", "outside"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "outside" / "secret").write_text("secret")
    return tmp_path / "root"


def swap(folder: Path, outside: Path) -> None:
    """Have a link take the place of a folder."""
    folder.rename(folder.with_name("away"))
    folder.symlink_to(outside)


def test_a_folder_is_opened_only_through_folders(root: Path) -> None:
    os.close(open_folder(root / "inner", 2))
    swap(root / "inner", root.parent / "outside")
    with pytest.raises(OSError, match="inner"):
        open_folder(root / "inner", 2)


def test_what_is_above_the_levels_may_be_a_link(root: Path) -> None:
    link = root.parent / "link"
    link.symlink_to(root)
    os.close(open_folder(link / "inner", 1))
    with pytest.raises(OSError, match="link"):
        open_folder(link / "inner", 2)


def test_missing_folders_are_made_but_the_outermost(root: Path) -> None:
    os.close(make_folder(root / "a" / "b", 3))
    assert (root / "a" / "b").is_dir()
    with pytest.raises(FileNotFoundError):
        make_folder(root / "none" / "b", 2)


def test_a_file_that_is_a_link_is_not_read(root: Path) -> None:
    (root / "link").symlink_to(root.parent / "outside" / "secret")
    with pytest.raises(OSError, match="link"):
        open(root / "link", opener=through_no_link())  # noqa: SIM115 (it is not opened)


def test_a_file_is_replaced_whole_or_not_at_all(root: Path) -> None:
    path = root / "inner" / "file"
    path.write_text("old")

    def write(text: bytes, *, fails: bool) -> None:
        with replacing(path, 2) as file:
            file.write(text)
            if fails:
                raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        write(b"half", fails=True)
    assert path.read_text() == "old"
    write(b"new", fails=False)
    assert path.read_text() == "new"
    assert not [*path.parent.glob(f"{PART}*")]


def test_what_a_link_leads_to_is_not_written(root: Path) -> None:
    secret = root.parent / "outside" / "secret"
    (root / "link").symlink_to(secret)
    with replacing(root / "link") as file:
        file.write(b"new")
    assert (secret.read_text(), (root / "link").read_text()) == ("secret", "new")
    swap(root / "inner", root.parent / "outside")
    with pytest.raises(OSError, match="inner"), replacing(root / "inner" / "secret", 2):
        pass
    assert secret.read_text() == "secret"


def test_a_file_is_located_by_where_it_really_is(root: Path) -> None:
    roots = Roots(root)
    (root / "inner" / "file").write_text("text")
    (root / "link").symlink_to(root / "inner")
    located = roots.locate(root / "link" / "file")
    assert (located.path, located.levels) == (root / "inner" / "file", 1)
    with located.read() as file:
        assert file.read() == b"text"
    swap(root / "inner", root.parent / "outside")
    with pytest.raises(OSError, match="inner"):
        located.read()


def test_only_what_is_in_the_roots_is_held(root: Path) -> None:
    outside = root.parent / "outside"
    (root / "link").symlink_to(outside)
    (root / "circle").symlink_to(root / "circle")
    roots = Roots(root)
    assert roots.hold(root / "not there yet")
    assert not roots.hold(root / "link" / "secret")
    assert not roots.hold(root / ".." / "outside")
    assert not roots.hold(root / "circle" / "file")
    with pytest.raises(PermissionError):
        roots.locate(root / "link" / "secret")
    with pytest.raises(PermissionError):
        roots.locate(root)
    assert Roots(root, [str(outside)]).hold(root / "link" / "secret")
