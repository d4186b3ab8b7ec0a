"""A notebook that got another name while no server had it open: what goes along, and what stays."""

from __future__ import annotations

from patina_lab.document.format import TsnbDocument, write
from patina_lab.runlog.holder import Holder
from patina_lab.sources.claim import Claim, Server
from patina_lab.sources.sourcedocuments import SourceDocuments
from patina_lab.tests.user import User


def text_of(notebook: str) -> str:
    return write(TsnbDocument(notebook, "python3", "python"))


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
    other = Claim(documents(user)._database(file_id).with_suffix(".lock"), Server)
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
