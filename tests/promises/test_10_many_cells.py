"""10: a notebook of ten thousand cells opens, is edited by two, runs, and is saved.

How fast is in the benchmarks: a test on a machine that has much else to do cannot tell.
"""

from __future__ import annotations

import pytest

from patina_lab.document.format import Cell, TsnbDocument, write
from patina_lab.tests.editors import eventually
from patina_lab.tests.user import PATIENCE, User, text_of

MANY = 10_000


@pytest.mark.timeout(300)
async def test_ten_thousand_cells_are_a_notebook_like_any_other(user: User) -> None:
    cells = tuple(Cell(f"cell-{n}", "code", f"{n} + 1") for n in range(MANY))
    text = write(TsnbDocument("n1", "python3", "python", cells))
    user.file("many.tsnb").write_text(text)
    query = {"path": "many.tsnb"}
    await user.get("api", "patina", "notebooks", params=query, request_timeout=PATIENCE)
    notebook = await user.open("many.tsnb")
    ada, bob = await user.edit("many.tsnb"), await user.edit("many.tsnb")
    assert len(ada.sources()) == MANY
    ada.text(MANY - 1).insert(0, "1 + ")
    wanted = f"1 + {MANY - 1} + 1"
    await eventually(lambda: str(bob.text(MANY - 1)) == wanted, seconds=PATIENCE)
    with bob.ydoc.transaction():  # As replacing a word everywhere does.
        for cell in bob.cells:
            cell["source"].insert(0, "0 + ")
    await eventually(
        lambda: all(source.startswith("0 + ") for source in ada.sources()), seconds=PATIENCE
    )
    run = await user.start(notebook["id"])
    timeline = await user.ran(run, "cell-0", f"cell-{MANY - 1}")
    assert [text_of(cell) for cell in timeline] == ["1", str(MANY + 1)]
    saved = user.file("many.tsnb")
    await eventually(lambda: f"0 + 1 + {MANY - 1} + 1" in saved.read_text(), seconds=PATIENCE)
