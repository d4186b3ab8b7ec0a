"""21: bytes that an output cell names never vanish, whatever else is deleted, closed, or forked."""

from __future__ import annotations

import random
from typing import Any

from patina_lab.blobs.store import BlobStore
from patina_lab.rooms.room import Room
from patina_lab.tests.user import User

KINDS = 3


def _source(kind: int) -> str:
    """Return a cell whose output is a blob; the same kind gives the same bytes."""
    return f"display({{'text/html': 'kind {kind} ' + 'x' * 10_000}}, raw=True)"


async def _named(user: User, notebook: str) -> set[str]:
    names: set[str] = set()
    for run in await user.ask("GET", f"notebooks/{notebook}/runs"):
        for cell in await user.timeline(run["id"]):
            for output in cell["outputs"]:
                names |= {value["blob"] for value in output["data"].values() if "blob" in value}
    return names


async def _served(user: User, notebook: str, names: set[str]) -> dict[str, int]:
    replies: dict[str, Any] = {
        name: await user.get("api", "patina", "notebooks", notebook, "blobs", name)
        for name in names
    }
    return {name: reply.code for name, reply in replies.items() if reply.code != 200}


async def test_what_is_named_is_served_after_whatever_is_done(user: User) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    dice = random.Random(seed)
    notebook = (await user.create(kernel="patina-python"))["id"]
    cells = await user.write(*map(_source, range(KINDS)))
    first = await user.start(notebook)
    await user.ran(first, *cells)
    runs = [first]
    for _ in range(24):
        run = dice.choice(runs)
        match dice.choice(("run", "run", "fork", "delete", "forget", "reopen")):
            case "run":
                await user.ask("POST", f"runs/{run}/restart")
                await user.until_status(notebook, run, "idle")
                await user.ran(run, dice.choice(cells))
            case "fork" if (await user.status(notebook, run))["status"] == "idle":
                fork = (await user.ask("POST", f"runs/{run}/fork", {}))["id"]
                await user.until_status(notebook, fork, "idle")
                await user.ran(fork, dice.choice(cells))
                runs.append(fork)
            case "delete" if len(runs) > 1:
                await user.ask("DELETE", f"runs/{run}")
                runs.remove(run)
            case "forget":
                own = await user.timeline(run)
                if own:
                    await user.ask("DELETE", f"runs/{run}/timeline/{dice.choice(own)['seq']}")
            case "reopen":
                await user.rooms.close()
                await user.open("analysis.tsnb")
        named = await _named(user, notebook)
        assert await _served(user, notebook, named) == {}, seed
        kept = {path.name for path in user.folder().glob("blobs/*/*")}
        assert named <= kept, seed


async def test_bytes_that_a_crash_left_are_swept_and_those_that_are_named_are_not(
    user: User,
) -> None:
    notebook = (await user.create(kernel="patina-python"))["id"]
    cells = await user.write(*map(_source, range(KINDS)))
    run = await user.start(notebook)
    await user.ran(run, *cells)
    fork = (await user.ask("POST", f"runs/{run}/fork", {}))["id"]
    await user.until_status(notebook, fork, "idle")
    await user.ran(fork, cells[0])
    named = await _named(user, notebook)
    for one in (run, fork):
        await user.ask("POST", f"runs/{one}/stop")
    (room,) = user.rooms
    store = BlobStore(user.folder() / "blobs")
    orphan = store.put_data(b"nobody names this")
    part = store.path(orphan).with_name(".new-part")
    part.write_bytes(b"half")
    await reopened(user, room)
    assert not store.path(orphan).exists()
    assert not part.exists()
    assert await _served(user, notebook, named) == {}
    # What a log names that cannot be read is not known: then nothing is swept.
    orphan = store.put_data(b"perhaps a damaged run names this")
    log = user.folder() / f"{fork}.jsonl"
    log.write_bytes(log.read_bytes() + b"no record\n")
    (room,) = user.rooms
    await reopened(user, room)
    assert store.path(orphan).exists()


async def reopened(user: User, room: Room) -> None:
    """Close a notebook, and open it again."""
    user.rooms._rooms.pop(room.id)
    await room.close("for a test")
    await user.open("analysis.tsnb")
