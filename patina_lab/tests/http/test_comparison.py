"""Two runs compared: aligned, what differs first, with the variables; and as a file to keep."""

from __future__ import annotations

from typing import Any

import pytest

from patina_lab.tests.http.test_fork import begun, fork
from patina_lab.tests.http.test_globals import told
from patina_lab.tests.http.test_undo import undo
from patina_lab.tests.user import Refused, User

PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg"
    "gg=="
)
PICTURE = f"""
import base64
from IPython.display import Image, HTML, display
display(Image(data=base64.b64decode('{PNG}')))
display(HTML('<b>bold</b><script>alert(1)</script>'))
print('<script>alert(2)</script>')
"""


async def compare(user: User, left: str, right: str, **query: str) -> dict[str, Any]:
    found: dict[str, Any] = await user.ask("GET", f"runs/{left}/compare/{right}", **query)
    return found


def differing(comparison: dict[str, Any]) -> dict[str, list[str]]:
    return {cell["cell"]: cell["differs"] for cell in comparison["cells"] if cell["differs"]}


async def test_a_fork_that_went_another_way_differs_in_that_and_in_nothing_else(
    user: User,
) -> None:
    _, run, (state, rate, same) = await begun(
        user,
        "base = 10\nbig = [object() for _ in range(9)]\nhalf = iter(range(9))\nnext(half)",
        "rate = 1\nprint(base * rate)",
        "print('the same', object())",
    )
    await user.ran(run, state)
    await told(user, run, 1, "base", "big")
    other = (await fork(user, run))["id"]
    await user.ran(run, rate, same)
    await told(user, run, 2, "rate")
    _, rate, same = await user.write(
        "0", "rate = 7\nprint(base * rate)", "print('the same', object())"
    )
    await user.ran(other, rate, same)
    await told(user, other, 2, "rate")
    found = await compare(user, run, other)
    assert (found["shared"], found["cells_total"], found["cells_different"]) == (1, 2, 1)
    assert differing(found) == {rate: ["code", "outputs"]}
    first = found["cells"][0]
    assert [(line["kind"], line["text"]) for line in first["code"]] == [
        ("left", "rate = 1"),
        ("right", "rate = 7"),
        ("same", "print(base * rate)"),
    ]
    assert [(line["kind"], line["text"]) for line in first["output"]] == [
        ("left", "10"),
        ("right", "70"),
    ]
    verdicts = {row["name"]: row["verdict"] for row in found["globals"]}
    assert verdicts["rate"] == "different"
    assert verdicts["base"] == verdicts["big"] == "same"
    assert found["globals"][0]["name"] == "rate", "what differs is first"
    page = await compare(user, run, other, offset="1", limit="1")
    assert [cell["cell"] for cell in page["cells"]] == [same]


async def test_runs_that_are_stopped_are_compared_with_the_variables_they_had(user: User) -> None:
    notebook, run, (one,) = await begun(user, "x = 1")
    await user.ran(run, one)
    await told(user, run, 1, "x")
    other = await user.start(notebook)
    await user.ran(other, one)
    await told(user, other, 1, "x")
    await user.ask("POST", f"runs/{run}/stop")
    await user.until_status(notebook, run, "stopped")
    found = await compare(user, run, other)
    assert found["left_past"] is True
    assert "right_past" not in found
    assert found["cells_different"] == found["globals_different"] == 0


async def test_a_cell_that_is_tried_again_in_a_fork_is_compared_with_what_it_was(
    user: User,
) -> None:
    _, run, (rate, _) = await begun(user, "rate = 1\nrate", "0")
    await user.ran(run, rate)
    other = (await fork(user, run))["id"]
    rate, _ = await user.write("rate = 7\nrate", "0")
    await user.ran(other, rate)
    found = await compare(user, run, other)
    (cell,) = found["cells"]
    assert (cell["left"]["seq"], cell["right"]["seq"]) == (1, 2)
    assert cell["differs"] == ["code", "outputs"]
    (cell,) = (await compare(user, other, run))["cells"]
    assert (cell["left"]["seq"], cell["right"]["seq"]) == (2, 1)


async def test_what_was_undone_is_not_compared(user: User) -> None:
    _, run, (one, two) = await begun(user, "x = 1", "x = 2")
    await user.ran(run, one)
    other = (await fork(user, run))["id"]
    await user.ran(run, two)
    await told(user, run, 2, "x")
    assert differing(await compare(user, run, other)) == {two: ["only left"]}
    await undo(user, run)
    found = await compare(user, run, other)
    assert (found["cells_total"], found["globals_different"]) == (0, 0)


async def test_streams_count_as_wholes_and_errors_by_what_they_say(user: User) -> None:
    notebook, run, cells = await begun(
        user,
        "import time\nfor n in range(3000):\n    print(n)",
        "def f():\n    return 1 / 0\nf()",
    )
    await user.ran(run, cells[0])
    await user.ran(run, cells[1])
    slower = "import sys\nfor n in range(3000):\n    print(n, flush=n % 500 == 0)"
    other = await user.start(notebook)
    again = await user.write(slower, "def f():\n    # other\n    return 1 / 0\nf()")
    await user.ran(other, again[0])
    await user.ran(other, again[1])
    found = await compare(user, run, other)
    assert differing(found) == {cells[0]: ["code"], cells[1]: ["code"]}


async def test_the_report_is_one_file_in_which_nothing_runs(user: User) -> None:
    notebook, run, (picture,) = await begun(user, PICTURE)
    await user.ran(run, picture)
    other = await user.start(notebook)
    reply = await user.get("api", "patina", "runs", run, "compare", other, "report.html")
    page = reply.body.decode()
    assert reply.code == 200
    assert "attachment" in reply.headers["Content-Disposition"]
    assert f"data:image/png;base64,{PNG}" in page
    assert "<script" not in page
    assert "&lt;script&gt;alert(2)" in page
    assert '<iframe sandbox title="HTML output" srcdoc="&lt;b&gt;bold' in page
    assert "http" not in page.split("<body>")[0].replace("http-equiv", "")


async def test_what_cannot_be_compared_is_told(user: User) -> None:
    _, run, _ = await begun(user, "1")
    other = await user.create("other.tsnb")
    foreign = await user.start(other["id"])
    with pytest.raises(Refused, match=r"400.*other\.tsnb"):
        await compare(user, run, foreign)
    with pytest.raises(Refused, match=r"400.*same run"):
        await compare(user, run, run)
    with pytest.raises(Refused, match="404"):
        await compare(user, run, "nobody")
    with pytest.raises(Refused, match="400"):
        await compare(user, run, foreign, offset="x")
