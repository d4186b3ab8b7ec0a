"""8: a million printed lines arrive complete and in order."""

from __future__ import annotations

import hashlib
from typing import Any

from patina_lab.tests.user import User

LINES = 1_000_000
PRINT = f"for n in range({LINES}):\n    print(n)"


async def _stream(user: User, notebook: str, manifest: dict[str, Any]) -> bytes:
    parts = []
    for chunk in manifest["sealed"]:
        reply = await user.get("api", "patina", "notebooks", notebook, "blobs", chunk["blob"])
        parts.append(reply.body)
    return b"".join([*parts, manifest["tail"].encode()])


async def test_a_million_lines_arrive_complete_and_in_order(user: User) -> None:
    notebook = await user.create()
    (cell,) = await user.write(PRINT)
    run = await user.start(notebook["id"])
    follower = await user.follow(notebook["id"])
    cells = await user.ran(run, cell)
    (manifest,) = cells[0]["outputs"]
    stream = await _stream(user, notebook["id"], manifest)
    wanted = "".join(f"{n}\n" for n in range(LINES)).encode()
    assert hashlib.sha256(stream).hexdigest() == hashlib.sha256(wanted).hexdigest()
    document = len(follower.ydoc.get_update())
    assert document < 100_000, "the document holds hashes and the end, not the lines"
