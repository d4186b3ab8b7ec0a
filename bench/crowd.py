"""Clients that edit a notebook, in a process of their own: `bench.crowd PORT COUNT PATH`.

Each types into the cell of its number, again and again, until the process is ended. It says
`typing` once all are there.
"""

from __future__ import annotations

import asyncio
import random
import sys

from patina_lab.tests.editors import Editor
from patina_lab.tests.server import client_of

PATH, STOCK_PATH = "load.tsnb", "load.ipynb"
PAUSE = 0.5
"""Seconds between two edits of a client, in the mean: a person types words, not letters."""


def editor_of(port: int, path: str) -> Editor:
    """Return somebody who edits a notebook of ours, or one of JupyterLab's own."""
    kind = ("json", "notebook") if path == STOCK_PATH else ("text", "tsnb")
    return Editor(*client_of(port), path, kind)


async def type_on(editor: Editor, cell: int, dice: random.Random) -> None:
    """Type words without end; a text that has become long is begun anew."""
    text = editor.text(cell)
    while True:
        await asyncio.sleep(dice.uniform(0.5, 1.5) * PAUSE)
        if len(text) > 2_000:
            del text[: len(text)]
        text.insert(len(text), "word ")


async def main(port: int, count: int, path: str) -> None:
    """Come, and type."""
    editors = [editor_of(port, path) for _ in range(count)]
    for editor in editors:
        await editor.go_online(60)
    print("typing", flush=True)
    dice = random.Random(count)
    await asyncio.gather(*(type_on(one, at, dice) for at, one in enumerate(editors, 1)))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
