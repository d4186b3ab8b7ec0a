"""7: an output of 100 MB costs the document a few bytes, and the others nothing."""

from __future__ import annotations

from patina_lab.tests.editors import eventually
from patina_lab.tests.user import User, soon, text_of

SIZE = 100 * 2**20
LARGE = f"display({{'text/html': 'x' * {SIZE}}}, raw=True)"


async def test_100_mb_go_into_a_blob_and_others_go_on_meanwhile(user: User) -> None:
    notebook = await user.create()
    large, one = await user.write(LARGE, "'other'")
    first = await user.start(notebook["id"])
    second = await user.start(notebook["id"])
    await user.ran(first, one)
    await user.ran(second, one)
    follower = await user.follow(notebook["id"])
    editor, witness = await user.edit(), await user.edit()
    before = len(follower.ydoc.get_update())
    (asked,) = await user.execute(first, large)
    for number in range(5):
        editor.text(1).insert(0, f"# {number}\n")
        await witness.until_sources(*editor.sources())
    assert text_of((await user.ran(second, one))[1]) == "'other'"
    cells = await user.finished(first, asked["seq"])
    value = cells[1]["outputs"][0]["data"]["text/html"]
    assert value["bytes"] == SIZE
    assert "inline" not in value
    await user.until(
        soon(lambda: follower.cell(first, 2).get("status")), lambda status: status == "succeeded"
    )
    await eventually(lambda: len(follower.cell(second, 2)) > 0)
    # Two output cells, one of them with the hash.
    assert len(follower.ydoc.get_update()) - before < 2 * 4096
    reply = await user.get(
        "api", "patina", "notebooks", notebook["id"], "blobs", value["blob"], request_timeout=60
    )
    assert len(reply.body) == SIZE
