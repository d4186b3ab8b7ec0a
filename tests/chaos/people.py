"""What people do, at a page and in a terminal. Each tells whether it came to that."""

from __future__ import annotations

import ctypes
from dataclasses import replace
from pathlib import Path

from patina_lab.document.format import read, write
from patina_lab.tests.editors import Editor
from tests.chaos.notebook import DISK, EDITED
from tests.chaos.world import World

MOST_WORDS = 150
"""So many words stay; then one goes for each that is typed: the notebook stays as large."""
_LIBC = ctypes.CDLL(None, use_errno=True)
_HERE, _RENAME_EXCHANGE = -100, 2


async def edit(world: World) -> bool:
    """Type a word of its own, online or not."""
    editor, token = world.dice.choice(world.editors), world.new_token()
    ytext = editor.text(world.dice.randrange(len(EDITED)))
    lines = str(ytext).split("\n")
    at = len("\n".join(lines[: world.dice.randrange(len(lines))]).encode())
    ytext.insert(at, f" {token} ")
    world.typed(token, editor)
    if len(world.log.acknowledged - world.log.removed) > MOST_WORDS:
        await remove(world)
    return True


async def remove(world: World) -> bool:
    """Take a word away that was typed."""
    editor = world.dice.choice(world.editors)
    known = sorted(world.log.acknowledged - world.log.removed)
    token = world.dice.choice(known) if known else ""
    for cell in range(len(EDITED)):
        ytext = editor.text(cell)
        at = str(ytext).find(f" {token} ")
        if token and at >= 0:
            world.log.removed.add(token)
            del ytext[at : at + len(token) + 2]
            return True
    return False


async def leave(world: World) -> bool:
    """Close a page."""
    editor = world.dice.choice(world.editors)
    was_online = editor.is_online
    await editor.go_offline()
    return was_online


async def cut(world: World) -> bool:
    """Lose a connection in the midst of a word."""
    editor = world.dice.choice(world.editors)
    was_online = editor.is_online
    await edit(world)
    await editor.cut()
    return was_online


async def come_back(world: World) -> bool:
    """Have those come back who are away, and the pages."""
    await world.open()
    away = [editor for editor in world.editors if not editor.is_online]
    for editor in away:
        await enter(world, editor)
    return bool(away)


async def enter(world: World, editor: Editor) -> None:
    """Have somebody come in."""
    await editor.go_offline()
    editor.move_to(world.user.fetch, world.user.connect)
    await editor.go_online()


async def write_file(world: World) -> bool:
    """Write the file as git or an editor does: only if nobody has since it was read."""
    path, token = world.user.file(), world.new_token()
    seen = path.stat()
    document = read(path.read_text())
    cells = tuple(
        replace(cell, source=f"{cell.source}{token}\n") if cell.id == DISK else cell
        for cell in document.cells
    )
    aside = path.with_name("by-hand")
    aside.write_text(write(replace(document, cells=cells)))
    _exchange(aside, path)
    if aside.stat().st_ino != seen.st_ino:
        # A save came between: an old text would undo it, and both would be kept.
        _exchange(aside, path)
        return False
    world.log.intended.add(token)
    world.by_hand.add(token)
    return True


def _exchange(one: Path, other: Path) -> None:
    """Have each of two files the other's name, at once (`renameat2(2)`). Raises OSError."""
    if _LIBC.renameat2(_HERE, bytes(one), _HERE, bytes(other), _RENAME_EXCHANGE):
        raise OSError(ctypes.get_errno(), "renameat2", str(one))


async def save(world: World) -> bool:
    """Press Save."""
    online = [editor for editor in world.editors if editor.is_online]
    return bool(online) and await world.dice.choice(online).save() != "failed"
