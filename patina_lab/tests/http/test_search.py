"""Words looked for in the history: in all runs, also those that have ended, page by page."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest

from patina_lab import wire
from patina_lab.blobs.lenient import Lenient
from patina_lab.document.format import Cell, TsnbDocument, write
from patina_lab.runlog.log import RunLog
from patina_lab.runlog.records import SCHEMA, Closed, Header, KernelEnded, Opened, OutputWritten
from patina_lab.tests.http.test_comparison import PICTURE
from patina_lab.tests.http.test_fork import KERNEL, begun
from patina_lab.tests.http.test_globals import told
from patina_lab.tests.server import ServerProcess
from patina_lab.tests.user import PATIENCE, Refused, User, soon
from patina_lab.usecases import historysearch

MANY = 10_000
WHEN = "2026-01-01T00:00:00.000Z"


async def search(user: User, notebook: str, query: str = "") -> dict[str, Any]:
    found: dict[str, Any] = await user.ask("GET", f"notebooks/{notebook}/search?{query}")
    return found


def seqs(page: dict[str, Any]) -> list[int]:
    return [found["seq"] for found in page["found"]]


async def test_code_output_errors_and_names_are_found_and_told_apart(user: User) -> None:
    notebook, run, cells = await begun(
        user,
        "apple = 1",
        "print('banana')",
        "raise ValueError('cherry')",
        "print('x' * 70_000)\nprint('damson')",
        PICTURE,
    )
    for cell in cells:
        await user.ran(run, cell)
    await told(user, run, 1, "apple")
    for word, seq, place in (
        ("banana", 2, "code"),
        ("banana&in=output", 2, "output"),
        ("cherry&in=error", 3, "error"),
        ("apple&in=name", 1, "name"),
        ("damson&in=output", 4, "output"),
    ):
        (found,) = (await search(user, notebook, f"q={word}"))["found"]
        assert (found["seq"], found["snippets"][0]["place"]) == (seq, place), word
    assert seqs(await search(user, notebook)) == [5, 4, 3, 2, 1], "without words all, latest first"
    assert seqs(await search(user, notebook, "status=failed")) == [3]
    assert seqs(await search(user, notebook, f"cell={cells[1]}&run={run}")) == [2]
    (picture,) = (await search(user, notebook, "pictures=true"))["found"]
    assert picture["thumbnail"]["mime"] == "image/png"
    assert seqs(await search(user, notebook, "pinned=true")) == []
    await user.ask("PATCH", f"runs/{run}/timeline/2", {"pinned": True})
    assert seqs(await search(user, notebook, "pinned=true")) == [2]


async def test_a_search_that_makes_no_sense_is_refused(user: User) -> None:
    notebook, _, _ = await begun(user, "1")
    for query in ("in=smell", "status=happy", "pictures=maybe", "limit=x", f"q={'a' * 1_001}"):
        with pytest.raises(Refused, match="400"):
            await search(user, notebook, query)
    with pytest.raises(Refused, match="404"):
        await search(user, "nobody")


async def test_an_output_whose_file_is_gone_hides_no_other(user: User) -> None:
    notebook, run, (large, small) = await begun(
        user, "print('y' * 70_000)\nprint('needle')", "print('needle')"
    )
    await user.ran(run, large, small)
    for path in (user.folder() / "blobs").rglob("*"):
        if path.is_file():
            path.unlink()
    page = await search(user, notebook, "q=needle&in=output")
    assert 2 in seqs(page)
    assert page["unread"] > 0


async def test_while_outputs_are_read_the_server_answers_others(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook, run, (large,) = await begun(user, "print('y' * 70_000)")
    await user.ran(run, large)
    reading, may_read = threading.Event(), threading.Event()

    def slow(*_: object) -> bytes:
        reading.set()
        may_read.wait(PATIENCE)
        return b"needle"

    monkeypatch.setattr("patina_lab.blobs.store.BlobStore.get", slow)
    searching = asyncio.ensure_future(search(user, notebook, "q=needle&in=output"))
    await user.until(soon(reading.is_set), bool)
    assert await user.timeline(run), "another request is answered meanwhile"
    assert not searching.done()
    may_read.set()
    assert seqs(await searching) == [1]


def write_history(folder: Path, run: str, count: int) -> None:
    """Write the log of a run with so many output cells."""
    log = RunLog(folder / f"{run}.jsonl")
    log.append(
        Header(
            schema=SCHEMA,
            id=run,
            notebook="n1",
            title="Old",
            created=WHEN,
            kernel_name=KERNEL,
            language="python",
        )
    )
    for seq in range(1, count + 1):
        cell = wire.OutputCell(
            seq=seq,
            id=f"o{seq}",
            cell="c1",
            source=f"print({seq})",
            source_hash="",
            status="queued",
            requested_by="",
            queued=WHEN,
            session=1,
            outputs=[],
        )
        output = wire.Manifest(id=f"{seq}-1", type="stream", name="stdout", tail=f"line {seq}\n")
        log.append(
            Opened(cell),
            OutputWritten(seq=seq, index=0, output=output),
            Closed(seq=seq, status="succeeded", ended=WHEN, started=WHEN),
        )
    log.append(KernelEnded(status="stopped", at=WHEN))
    log.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    process = ServerProcess(tmp_path)
    text = write(TsnbDocument("n1", KERNEL, "python", (Cell("c1", "code", "1"),)))
    (process.root / "analysis.tsnb").write_text(text)
    write_history(process.root / "analysis.tsnb.runs", "old", MANY)
    yield process
    with suppress(ProcessLookupError):
        process.terminate()


async def test_runs_that_ended_before_the_server_began_are_searched_page_by_page(
    server: ServerProcess,
) -> None:
    user = await server.start()
    await user.open("analysis.tsnb")
    seen: list[int] = []
    query = "q=line&in=output&limit=500"
    page = await search(user, "n1", query)
    seen += seqs(page)
    while "next" in page:
        page = await user.ask("GET", f"notebooks/n1/search?{query}", after=page["next"])
        seen += seqs(page)
    assert seen == list(range(MANY, 0, -1))
    assert (page["searched"], page["total"]) == (MANY, MANY)
    await user.leave()


def test_a_page_that_takes_long_ends_and_goes_on_where_it_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(historysearch, "SECONDS", -1.0)
    cells = [
        wire.OutputCell(
            seq=seq, id=f"o{seq}", cell="c", source="x", source_hash="", status="succeeded",
            requested_by="", queued=WHEN, session=1, outputs=[],
        )
        for seq in (1, 2, 3)
    ]  # fmt: skip
    entries = [historysearch._Entry("r", cell) for cell in cells]
    first = historysearch._page(list(entries), historysearch.Wanted("x"), Lenient(bytes.fromhex))
    assert [found.seq for found in first.found] == [3]
    # Meanwhile a later cell came, and the one where the page ended was deleted.
    later = [*entries[:2], historysearch._Entry("r", msgspec.structs.replace(cells[2], seq=4))]
    wanted = historysearch.Wanted("x", after=first.next)
    second = historysearch._page(later, wanted, Lenient(bytes.fromhex))
    assert [found.seq for found in second.found] == [2]
