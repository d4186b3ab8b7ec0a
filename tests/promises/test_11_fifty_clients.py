"""11: fifty clients edit one notebook, some come and go, and all have the same in the end."""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter

from patina_lab.tests.editors import Editor, eventually
from patina_lab.tests.user import User

CLIENTS, ROUNDS, CELLS = 50, 6, 5


async def test_what_fifty_clients_type_is_there_once_and_everywhere(user: User) -> None:
    seed = int(os.environ.get("PATINA_SEED", random.randrange(2**32)))
    print(f"PATINA_SEED={seed}")
    dice = random.Random(seed)
    await user.create()
    await user.write(*[f"cell {n}" for n in range(CELLS)])
    editors = [await user.edit() for _ in range(CLIENTS)]
    away: set[Editor] = set()
    typed: list[str] = []
    for round_number in range(ROUNDS):
        for number, editor in enumerate(editors):
            if editor in away and dice.random() < 0.5:
                away.remove(editor)
                await editor.go_online()
            elif editor not in away and dice.random() < 0.1:
                away.add(editor)
                await editor.go_offline()
            word = f"<{round_number}/{number}>"
            text = editor.text(dice.randrange(CELLS))
            text.insert(dice.randint(0, len(str(text).split("<", maxsplit=1)[0])), word)
            typed.append(word)
        await asyncio.sleep(0)
    for editor in away:
        await editor.go_online()
    document = await user.source()

    def now() -> list[str]:
        return [document.cell_source(f"cell-{n + 1}") or "" for n in range(CELLS)]

    def all_there() -> bool:
        everything = "".join(now())
        return all(word in everything for word in typed)

    await eventually(all_there, lambda: seed, seconds=60)
    await eventually(lambda: all(editor.sources() == now() for editor in editors), seconds=60)
    everything = "".join(now())
    counted = Counter({word: everything.count(word) for word in typed})
    assert set(counted.values()) == {1}, (seed, counted.most_common(3))
