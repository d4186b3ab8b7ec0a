"""A notebook that got another name while no server had it open: what goes along, and what stays."""

from __future__ import annotations

import pytest

from patina_lab.document.format import Cell, TsnbDocument, write
from patina_lab.document.ytsnb import YTsnb
from patina_lab.runlog.holder import Holder
from patina_lab.sources.history import History
from patina_lab.sources.refuge import Refuge
from patina_lab.sources.sourcedocuments import SourceDocuments
from patina_lab.sources.sourcefile import SourceFile
from patina_lab.tests.user import User


def text_of(notebook: str, *sources: str) -> str:
    cells = tuple(Cell(f"cell-{n}", "code", source) for n, source in enumerate(sources, 1))
    return write(TsnbDocument(notebook, "python3", "python", cells))


async def left(user: User, path: str, notebook: str) -> str:
    """Have a notebook with runs been open, and be closed; return the id of its file."""
    await user.open(path, text_of(notebook))
    await user.rooms.close()
    user.folder(path).mkdir()
    return id_of(user, path) or ""


def id_of(user: User, path: str) -> str | None:
    found: str | None = user.serverapp.web_app.settings["file_id_manager"].get_id(path)
    return found


def documents(user: User) -> SourceDocuments:
    return user.rooms._sources


async def test_what_another_server_has_stays_where_it_is(user: User) -> None:
    file_id = await left(user, "a.tsnb", "n1")
    user.file("a.tsnb").rename(user.file("b.tsnb"))
    other = documents(user)._histories.claim(file_id)
    assert other.take() is None
    await documents(user).follow("b.tsnb")
    assert (id_of(user, "a.tsnb"), id_of(user, "b.tsnb")) == (file_id, None)
    other.release()
    holder = Holder()
    holder.take(user.folder("a.tsnb"))
    await documents(user).follow("b.tsnb")
    assert (id_of(user, "a.tsnb"), user.folder("a.tsnb").exists()) == (file_id, True)
    holder.release()
    await documents(user).follow("b.tsnb")
    assert (id_of(user, "a.tsnb"), id_of(user, "b.tsnb")) == (None, file_id)
    assert user.folder("b.tsnb").exists()


async def left_unsaved(user: User, path: str, notebook: str, typed: str) -> str:
    """Have the last edit of a notebook be in its history only, as when a server is killed."""
    file_id = await left(user, path, notebook)
    history = History(documents(user)._histories.database(file_id))
    document = YTsnb()
    await history.apply_to(document.ydoc)
    history.add(await document.edit_to(text_of(notebook, typed)))
    await history.flush()
    await history.stop()
    return file_id


async def test_a_notebook_that_took_the_place_of_another_has_its_own_edits(user: User) -> None:
    await left_unsaved(user, "b.tsnb", "n2", "typed = 2")
    await left_unsaved(user, "a.tsnb", "n1", "typed = 1")
    user.file("a.tsnb").rename(user.file("b.tsnb"))
    opened = await user.open("b.tsnb")
    assert opened["id"] == "n1"
    assert (await user.edit("b.tsnb")).sources() == ["typed = 1"]
    # What nobody has saved of the other one is in a file of its own, and its runs stay.
    (kept,) = user.file().parent.glob("b.kept-*.tsnb")
    assert "typed = 2" in kept.read_text()
    assert user.folder("b.tsnb").exists()
    assert user.folder("a.tsnb").exists()
    (notice,) = (await user.follow("n1")).notices
    assert notice["message"] == "The runs of b.tsnb stay in a.tsnb.runs"


async def test_edits_that_a_full_disk_left_beside_the_file_go_along(user: User) -> None:
    file_id = await left(user, "a.tsnb", "n1")
    history = History(documents(user)._histories.database(file_id))
    document = YTsnb()
    await history.apply_to(document.ydoc)
    history.add(await document.edit_to(text_of("n1", "typed = 1")))
    refuge = Refuge(SourceFile(user.file("a.tsnb"), documents(user).roots))
    refuge.write(history.waiting())
    await history.stop()
    user.file("a.tsnb").rename(user.file("b.tsnb"))
    assert (await user.edit("b.tsnb")).sources() == ["typed = 1"]
    assert not refuge.path.exists()


@pytest.mark.parametrize("first", ["b.tsnb", "c.tsnb"])
async def test_notebooks_that_changed_places_have_each_its_own_edits(
    user: User, first: str
) -> None:
    await left_unsaved(user, "b.tsnb", "n2", "typed = 2")
    await left_unsaved(user, "a.tsnb", "n1", "typed = 1")
    user.file("b.tsnb").rename(user.file("c.tsnb"))
    user.file("a.tsnb").rename(user.file("b.tsnb"))
    expected = {"b.tsnb": ("n1", ["typed = 1"]), "c.tsnb": ("n2", ["typed = 2"])}
    for path in sorted(expected, key=lambda path: path != first):
        opened = await user.open(path)
        assert (opened["id"], (await user.edit(path)).sources()) == expected[path]


async def test_a_notebook_whose_name_another_has_is_no_copy_of_it(user: User) -> None:
    await user.open("b.tsnb", text_of("n2"))
    user.file("b.tsnb").rename(user.file("c.tsnb"))
    user.file("b.tsnb").write_text(text_of("n1"))
    assert (await user.open("c.tsnb"))["id"] == "n2"


async def test_what_has_its_own_history_does_not_wait_for_the_search_of_another(
    user: User,
) -> None:
    await left(user, "a.tsnb", "n1")
    async with documents(user).following._turn:
        await documents(user).follow("a.tsnb")
