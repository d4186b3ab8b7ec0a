"""State on disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from conformance.languages import Language
from conformance.live import Live, forked, started


async def test_a_saved_state_goes_on_in_a_new_kernel(
    kernel: Live, language: Language, tmp_path: Path
) -> None:
    path = str(tmp_path / "state")
    await kernel.run(language.bind.format(name="x", value=41))
    saved = await kernel.ask("save", path=path)
    assert (saved["status"], saved["bytes"]) == ("ok", Path(path).stat().st_size)
    async with started(language.kernel) as other:
        loaded = await other.ask("load", path=path)
        assert loaded["status"] == "ok"
        # How it was loaded is told by a language with several ways; all is there.
        assert {line["kind"] for line in loaded["report"]} <= {"loaded"}
        await other.run(language.add.format(name="x", value=1))
        assert (await other.run(language.show.format(name="x"))).text == "42"
    assert (await kernel.run(language.show.format(name="x"))).text == "41"


async def test_what_cannot_be_saved_is_named_and_the_rest_is_saved(
    kernel: Live, language: Language, tmp_path: Path
) -> None:
    await kernel.run(language.iterator.format(name="going"))
    await kernel.run(language.bind.format(name="x", value=1))
    saved = await kernel.ask("save", path=str(tmp_path / "state"))
    assert saved["status"] == "ok"
    unsaved = [] if language.saves_everything else ["going"]
    # How it was saved is told by a language with several ways.
    assert [line["name"] for line in saved["report"] if line["kind"] != "saved"] == unsaved
    async with started(language.kernel) as other:
        assert (await other.ask("load", path=str(tmp_path / "state")))["status"] == "ok"
        going = await other.run(language.following.format(name="going"))
        assert (going.text == "1") is language.saves_everything


async def test_a_truncated_or_foreign_file_is_refused_and_the_kernel_lives(
    kernel: Live, language: Language, tmp_path: Path
) -> None:
    await kernel.run(language.bind.format(name="x", value=1))
    path = tmp_path / "state"
    await kernel.ask("save", path=str(path))
    path.write_bytes(path.read_bytes()[:-3])
    (tmp_path / "foreign").write_bytes(b"something else")
    for name in ("state", "foreign", "missing"):
        reply = await kernel.ask("load", path=str(tmp_path / name))
        assert (reply["status"], reply["ename"]) == ("error", "SnapshotError")
        assert reply["hint"]
    assert (await kernel.ask("save", path=""))["status"] == "error"
    assert (await kernel.run(language.show.format(name="x"))).text == "1"


async def test_saving_waits_for_the_cell(kernel: Live, language: Language, tmp_path: Path) -> None:
    slow, bind = language.sleep.format(value=200), language.bind.format(name="x", value=3)
    await kernel.running(kernel.send(f"{slow}\n{bind}"))
    path = str(tmp_path / "state")
    assert (await kernel.ask("save", path=path))["status"] == "ok"
    async with started(language.kernel) as other:
        await other.ask("load", path=path)
        assert (await other.run(language.show.format(name="x"))).text == "3"


async def test_a_fork_by_snapshot_has_the_variables_and_says_what_it_lacks(
    kernel: Live, language: Language
) -> None:
    await kernel.run(language.iterator.format(name="going"))
    await kernel.run(language.bind.format(name="x", value=1))
    async with forked(kernel, by="snapshot") as fork:
        assert (await fork.run(language.show.format(name="x"))).text == "1"
        provisioner: Any = fork.manager.provisioner
        assert provisioner.fork_reply["how"] == "saved and loaded"
        names = [line["name"] for line in provisioner.fork_reply["report"]]
        assert ("going" in names) is not language.saves_everything
