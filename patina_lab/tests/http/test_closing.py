"""What was opened and is closed again leaves the memory, whatever else goes on for a while."""

from __future__ import annotations

import gc
from collections.abc import Callable
from weakref import ref

from patina_lab import wire
from patina_lab.tests.editors import eventually
from patina_lab.tests.user import User


def pages_of(name: str) -> list[wire.GlobalPage]:
    """Return all that is in the memory of what was seen of a variable."""
    pages = [each for each in gc.get_objects() if type(each) is wire.GlobalPage]
    return [page for page in pages if page.value.name == name]


async def test_a_notebook_that_was_edited_and_run_leaves_nothing_behind(user: User) -> None:
    notebook = await user.create(kernel="patina-python")
    (cell,) = await user.write("six = 6\nsix * 7")
    page, editor = await user.follow(notebook["id"]), await user.edit()
    run = await user.start(notebook["id"])
    editor.text(0).insert(0, "# by hand\n")
    await user.ran(run, cell)
    await user.ask("GET", f"runs/{run}/globals/six")
    assert pages_of("six")
    (room,) = user.rooms
    source = room.source.room
    parts: dict[str, Callable[[], object]] = {
        "the notebook": ref(room),
        "its run": ref(room.roster.runner(run)),
        "what was seen of its variables": lambda: pages_of("six") or None,
        "its source": ref(source),
        "what lets edits in": ref(source.guard),
        "the document of the source": ref(source.ydoc),
        "what writes the runs document": ref(room.publisher),
        "the runs document": ref(room.document.ydoc),
    }
    await page.close()
    await editor.go_offline()
    user.rooms._rooms.pop(room.id)
    await room.close("for a test")
    del room, source

    def left() -> list[str]:
        gc.collect()
        return [what for what, part in parts.items() if part() is not None]

    await eventually(lambda: not left(), left)
