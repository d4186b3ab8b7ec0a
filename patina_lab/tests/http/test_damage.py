"""Histories that are torn or broken: what can be read is shown, the rest is explained."""

from __future__ import annotations

import errno
import json

import pytest

from patina_lab.blobs.store import DiskFullError
from patina_lab.model.outputs import Blob
from patina_lab.tests.runlog.test_log import NearlyFull
from patina_lab.tests.user import Refused, User, soon, text_of


async def closed_with_run(user: User) -> tuple[str, str]:
    """Make a notebook with one run of two cells, and close it; return the run and a cell."""
    notebook = await user.create()
    (cell,) = await user.write("'kept'")
    run = await user.start(notebook["id"])
    await user.ran(run, cell, cell)
    await user.ask("POST", f"runs/{run}/stop")
    await user.rooms.close()
    return run, cell


async def test_a_torn_last_line_is_dropped_and_the_run_goes_on(user: User) -> None:
    run, cell = await closed_with_run(user)
    log = user.folder() / f"{run}.jsonl"
    log.write_bytes(log.read_bytes() + b'{"record":"closed","seq":2,"sta')
    await user.open("analysis.tsnb")
    await user.ask("POST", f"runs/{run}/restart")
    timeline = await user.ran(run, cell)
    assert [text_of(one) for one in timeline] == ["'kept'"] * 3
    await user.rooms.close()
    again = await user.open("analysis.tsnb")
    assert again["runs"][0].get("error") is None


async def test_a_broken_log_is_explained_and_the_other_runs_are_there(user: User) -> None:
    run, cell = await closed_with_run(user)
    good = user.folder() / f"{run}.jsonl"
    lines = good.read_bytes().splitlines(keepends=True)
    broken = user.folder() / "broken.jsonl"
    header = lines[0].replace(run.encode(), b"broken")
    broken.write_bytes(header + b"not json\n" + b"".join(lines[1:]))
    before = broken.read_bytes()
    notebook = await user.open("analysis.tsnb")
    shown = {found["id"]: found for found in notebook["runs"]}
    assert shown["broken"]["status"] == "lost"
    assert "broken.jsonl, line 2" in shown["broken"]["error"]["reason"]
    follower = await user.follow(notebook["id"])
    assert "line 2" in str(follower.runs["broken"])
    for method, path, body in (
        ("GET", "runs/broken/timeline", None),
        ("POST", "runs/broken/restart", {}),
        ("DELETE", "runs/broken", None),
    ):
        with pytest.raises(Refused, match="409"):
            await user.ask(method, path, body)
    await user.ask("POST", f"runs/{run}/restart")
    assert len(await user.ran(run, cell)) == 3
    assert broken.read_bytes() == before


@pytest.mark.parametrize("others", [0, 1])
async def test_runs_that_are_forks_in_a_circle_are_opened_and_tell_of_variables(
    user: User, others: int
) -> None:
    run, _ = await closed_with_run(user)
    names = [run, *(f"{run[:-1]}-{number}" for number in range(others))]
    lines = (user.folder() / f"{run}.jsonl").read_text().splitlines(keepends=True)
    for name, parent in zip(names, [*names[1:], names[0]], strict=True):
        header = {**json.loads(lines[0]), "id": name, "parent": {"run": parent, "seq": 2}}
        text = json.dumps(header) + "\n" + "".join(lines[1:])
        (user.folder() / f"{name}.jsonl").write_text(text)
    opened = await user.open("analysis.tsnb")
    assert [one["parent"]["seq"] for one in opened["runs"]] == [2] * len(names)
    for name in names:
        assert await user.ask("GET", f"runs/{name}/globals", after="1") == []


async def test_a_full_disk_is_said_on_the_run_and_what_was_missing_is_written_later(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("patina_lab.runs.logbook.SYNC_SECONDS", 0.1)
    notebook = await user.create()
    (cell,) = await user.write("from IPython.display import HTML\nprint('kept')\nHTML('x' * 9000)")
    run = await user.start(notebook["id"])
    await user.until_status(notebook["id"], run, "idle")
    ledger = user.rooms.by_run(run).roster.runner(run).recorder._ledger
    disk = NearlyFull(ledger._log._file, 100)
    ledger._log._file = disk  # type: ignore[assignment]

    def full(_blob: Blob) -> None:
        raise DiskFullError(errno.ENOSPC, "No space left for output")

    with monkeypatch.context() as patch:
        patch.setattr(ledger._blobs, "put", full)
        (ran,) = await user.ran(run, cell)
        assert ran["status"] == "succeeded"
        assert "kept" in text_of(ran)
        found = await user.status(notebook["id"], run)
        assert "not being kept" in found["error"]["message"]
        assert "No space" in found["error"]["reason"]
        assert found["status"] == "idle"
    disk.room = 10**6
    await user.until(
        lambda: user.status(notebook["id"], run), lambda found: found.get("error") is None
    )
    await user.ask("POST", f"runs/{run}/stop")
    await user.rooms.close()
    await user.open("analysis.tsnb")
    (again,) = await user.timeline(run)
    assert again == ran


async def test_a_folder_that_cannot_be_written_refuses_a_new_run_with_the_reason(
    user: User,
) -> None:
    notebook = await user.create()
    user.folder().write_text("a file where the folder should be")
    with pytest.raises(Refused, match=r"500.*disk refused") as refused:
        await user.start(notebook["id"])
    assert "analysis.tsnb.runs" in refused.value.problem["reason"]
    assert (await user.open("analysis.tsnb"))["runs"] == []


async def test_a_disk_without_room_refuses_a_new_run_with_507(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook = await user.create()

    def full(*_records: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("patina_lab.runlog.log.RunLog.append", full)
    with pytest.raises(Refused, match="507"):
        await user.start(notebook["id"])
    follower = await user.follow(notebook["id"])
    await user.until(soon(lambda: [*follower.runs.keys()]), lambda runs: runs == [])
