"""Saved states: a run goes on another day; what somebody else made is not run unasked."""

from __future__ import annotations

import asyncio
import errno
import json
import shutil
import stat
import threading
from pathlib import Path
from typing import Any

import pytest

from patina_lab.runlog.log import load
from patina_lab.runlog.snapshots import Snapshot
from patina_lab.tests.http.test_fork import begun
from patina_lab.tests.http.test_globals import told, values
from patina_lab.tests.user import PATIENCE, Refused, User, soon, text_of


async def saved(user: User, *sources: str) -> tuple[str, str, list[str], dict[str, Any]]:
    """Return a stopped run whose state was saved after its first cell."""
    notebook, run, cells = await begun(user, *sources)
    await user.ran(run, cells[0])
    reply = await user.ask("POST", f"runs/{run}/save")
    return notebook, run, cells, reply


async def stop(user: User, notebook: str, run: str) -> None:
    await user.ask("POST", f"runs/{run}/stop")
    await user.until_status(notebook, run, "stopped")


async def test_a_saved_run_goes_on_in_a_new_kernel_with_its_timeline(user: User) -> None:
    notebook, run, (_, look, add), reply = await saved(
        user, "x = [1]\ny = x", "x.append(2)\nx is y, x", "x.append(3)"
    )
    assert reply["path"] == f"analysis.tsnb.runs/{run}.snapshot"
    assert reply["report"] == []
    assert reply["bytes"] == (user.folder() / f"{run}.snapshot" / "state").stat().st_size
    await user.ran(run, add)
    status = await user.status(notebook, run)
    assert (status["saved"]["seq"], status["saved"]["bytes"]) == (1, reply["bytes"])
    with pytest.raises(Refused, match=r"409.*state in memory.*Stop it first"):
        await user.ask("POST", f"runs/{run}/load")
    await stop(user, notebook, run)
    loaded = await user.ask("POST", f"runs/{run}/load")
    assert (loaded["status"], loaded["session"], loaded["loaded_seq"]) == ("idle", 2, 1)
    (line,) = loaded["report"]
    assert (line["kind"], line["name"]) == ("later", "#2 to #2")
    assert set(await values(user, run)) == {"x", "y"}
    timeline = await user.ran(run, look)
    assert [cell["session"] for cell in timeline] == [1, 1, 2]
    assert text_of(timeline[-1]) == "(True, [1, 2])"
    assert load(user.folder() / f"{run}.jsonl").folded.loaded == 1
    again = await user.ask("POST", f"runs/{run}/restart")
    assert "loaded_seq" not in again


async def test_what_did_not_come_back_is_reported(user: User) -> None:
    notebook, run, (_, look), reply = await saved(
        user, "half = iter(map(str, 'ab'))\ng = (n for n in 'ab')\nx = 1", "x"
    )
    assert "g" in [line["name"] for line in reply["report"]]
    await stop(user, notebook, run)
    loaded = await user.ask("POST", f"runs/{run}/load")
    assert loaded["status"] == "idle"
    assert "g" in [line["name"] for line in loaded["report"]]
    assert text_of((await user.ran(run, look))[-1]) == "1"


async def test_a_state_that_this_machine_did_not_sign_waits_for_a_persons_yes(user: User) -> None:
    notebook, run, (_, look), _ = await saved(user, "x = 1", "x")
    await stop(user, notebook, run)
    folder = user.folder() / f"{run}.snapshot"
    description = json.loads((folder / "snapshot.json").read_text())
    forged = {**description, "signature": "0" * 64}
    (folder / "snapshot.json").write_text(json.dumps(forged))
    with pytest.raises(Refused, match=r"403.*not of this machine.*runs its code.*trust"):
        await user.ask("POST", f"runs/{run}/load")
    assert (await user.status(notebook, run))["status"] == "stopped"
    loaded = await user.ask("POST", f"runs/{run}/load", {"trust": True})
    assert loaded["status"] == "idle"
    assert text_of((await user.ran(run, look))[-1]) == "1"


async def test_a_state_that_was_changed_since_is_not_ours_any_more(user: User) -> None:
    notebook, run, _, _ = await saved(user, "x = 1")
    await stop(user, notebook, run)
    state = user.folder() / f"{run}.snapshot" / "state"
    state.write_bytes(state.read_bytes()[:-3])
    with pytest.raises(Refused, match=r"403.*not of this machine"):
        await user.ask("POST", f"runs/{run}/load")
    failed = await user.ask("POST", f"runs/{run}/load", {"trust": True})
    assert failed["status"] == "failed"
    assert failed["error"]["message"] == "The state could not be loaded"
    assert failed["error"]["hint"]
    again = await user.ask("POST", f"runs/{run}/restart")
    assert again["status"] == "starting"


async def test_a_state_of_another_run_is_not_taken_for_this_ones(user: User) -> None:
    notebook, run, _, _ = await saved(user, "x = 1")
    other = await user.start(notebook)
    await user.until_status(notebook, other, "idle")
    await user.ask("POST", f"runs/{other}/save")
    for name in (run, other):
        await stop(user, notebook, name)
    folders = [user.folder() / f"{name}.snapshot" for name in (run, other)]
    shutil.rmtree(folders[1])
    shutil.copytree(folders[0], folders[1])
    with pytest.raises(Refused, match=r"403.*not of this machine"):
        await user.ask("POST", f"runs/{other}/load")


async def test_the_saved_state_of_a_copied_run_is_loaded_by_the_copy(user: User) -> None:
    notebook, run, _, _ = await saved(user, "x = 1", "x")
    await user.until(soon(lambda: "cell-2" in user.file().read_text()), bool)
    shutil.copy(user.file(), user.file("copy.tsnb"))
    shutil.copytree(user.folder(), user.folder("copy.tsnb"))
    copy = await user.open("copy.tsnb")
    (copied,) = copy["runs"]
    assert copied["saved"]["seq"] == 1
    loaded = await user.ask("POST", f"runs/{copied['id']}/load")
    assert loaded["status"] == "idle"
    assert text_of((await user.ran(copied["id"], "cell-2"))[-1]) == "1"
    assert (await user.status(notebook, run))["saved"]["seq"] == 1


async def test_a_crash_while_a_state_takes_the_place_of_another_loses_neither(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook, run, (_, look), _ = await saved(user, "x = 1", "x")
    folder = user.folder() / f"{run}.snapshot"
    rename = Path.rename

    def refused(path: Path, target: Path) -> Path:
        if path.name.endswith(".new"):
            assert folder.with_name(f"{folder.name}.old").is_dir()
            raise OSError(errno.EIO, "The disk went away")
        return rename(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", refused)
        with pytest.raises(Refused, match=r"500.*disk"):
            await user.ask("POST", f"runs/{run}/save")
    assert (folder / "state").is_file()
    await stop(user, notebook, run)
    await user.rooms.close()
    folder.rename(folder.with_name(f"{folder.name}.old"))
    opened = await user.open("analysis.tsnb")
    assert opened["runs"][0]["saved"]["seq"] == 1
    assert (await user.ask("POST", f"runs/{run}/load"))["status"] == "idle"
    assert text_of((await user.ran(run, look))[-1]) == "1"


async def test_two_who_save_at_the_same_time_do_not_write_over_each_other(user: User) -> None:
    notebook, run, (_, look), _ = await saved(user, "x = 1", "x")
    asked = [user.ask("POST", f"runs/{run}/save") for _ in range(4)]
    replies = await asyncio.gather(*asked, return_exceptions=True)
    refusals = [reply for reply in replies if isinstance(reply, BaseException)]
    assert len(refusals) < len(replies)
    for refusal in refusals:
        assert isinstance(refusal, Refused)
        assert (refusal.status, "being saved" in refusal.problem["reason"]) == (409, True)
    await stop(user, notebook, run)
    assert (await user.ask("POST", f"runs/{run}/load"))["status"] == "idle"
    assert text_of((await user.ran(run, look))[-1]) == "1"


async def test_a_cell_that_was_queued_while_saving_began_is_waited_for(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook, run, (_, sleep), _ = await saved(user, "x = 1", "import time\ntime.sleep(600)")
    may_begin = threading.Event()
    begin = Snapshot.begin

    def later(snapshot: Snapshot) -> Path:
        may_begin.wait(PATIENCE)
        return begin(snapshot)

    monkeypatch.setattr(Snapshot, "begin", later)
    saving = asyncio.ensure_future(user.ask("POST", f"runs/{run}/save"))
    runner = user.rooms.by_run(run).roster.runner(run)
    await user.until(soon(lambda: runner.states.is_saving), bool)
    await user.execute(run, sleep)
    may_begin.set()
    with pytest.raises(Refused, match=r"409.*running or queued"):
        await saving
    assert not (user.folder() / f"{run}.snapshot.new").exists()
    assert (await user.status(notebook, run))["saved"]["seq"] == 1


async def test_the_key_is_this_persons_alone(user: User, jp_data_dir: Path) -> None:
    await saved(user, "x = 1")
    key = jp_data_dir / "patina_lab" / "snapshot.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert len(key.read_bytes()) == 32


async def test_without_a_saved_state_or_while_cells_run_it_is_refused(user: User) -> None:
    notebook, run, (sleep,) = await begun(user, "import time\ntime.sleep(600)")
    await user.execute(run, sleep)
    with pytest.raises(Refused, match=r"409.*running or queued"):
        await user.ask("POST", f"runs/{run}/save")
    await stop(user, notebook, run)
    with pytest.raises(Refused, match=r"409.*no saved state"):
        await user.ask("POST", f"runs/{run}/load")
    with pytest.raises(Refused, match=r"409.*no state in memory"):
        await user.ask("POST", f"runs/{run}/save")


async def test_a_saved_state_is_deleted_with_its_run(user: User) -> None:
    _, run, _, _ = await saved(user, "x = 1")
    await user.ask("DELETE", f"runs/{run}")
    assert [path.name for path in user.folder().iterdir() if run in path.name] == []


async def test_what_a_loaded_run_knows_of_variables_has_the_cell_they_came_with(user: User) -> None:
    notebook, run, (_, two), _ = await saved(user, "x = 1", "x = 2")
    await told(user, run, 1, "x")
    await stop(user, notebook, run)
    await user.ask("POST", f"runs/{run}/load")
    await user.ran(run, two)
    await told(user, run, 2, "x")
    assert await values(user, run, after=1) == {"x": "1"}
    assert await values(user, run) == {"x": "2"}
