"""9: who prints without end costs no more and more memory, and can be interrupted."""

from __future__ import annotations

import psutil  # type: ignore[import-untyped]

from patina_lab.tests.user import User, soon

ENDLESS = "n = 0\nwhile True:\n    n += 1\n    print(n, 'x' * 90)"
PART = 32 * 2**20
"""How much is printed between two looks, in bytes."""


async def test_an_endless_printer_costs_a_bounded_memory_and_is_interrupted(user: User) -> None:
    notebook = await user.create()
    endless, one = await user.write(ENDLESS, "'still'")
    run, other = await user.start(notebook["id"]), await user.start(notebook["id"])
    follower = await user.follow(notebook["id"])
    await user.execute(run, endless)

    def printed() -> int:
        outputs = follower.cell(run, 1).get("outputs") or [{}]
        return sum(int(chunk["bytes"]) for chunk in outputs[0].get("sealed") or [])

    async def until_printed(size: int) -> None:
        await user.until(soon(printed), lambda now: now > size)

    process = psutil.Process()
    await until_printed(PART)
    before = process.memory_info().rss
    await until_printed(4 * PART)
    # Three times as much was printed meanwhile as memory may grow by.
    assert process.memory_info().rss - before < PART
    assert (await user.ran(other, one))[0]["status"] == "succeeded"
    await user.ask("POST", f"runs/{run}/interrupt")
    cells = await user.finished(run, 1)
    assert cells[0]["status"] == "interrupted"
    assert (await user.ran(run, one))[1]["status"] == "succeeded"
