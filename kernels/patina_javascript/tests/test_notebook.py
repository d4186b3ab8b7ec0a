"""A real notebook over the real protocol: a CSV, a library of node_modules, charts, two forks."""

from __future__ import annotations

import os
import signal
import tomllib
from pathlib import Path
from typing import Any

from conformance.live import Live, forked, started

ROOT = Path(__file__).resolve().parents[3]
KERNEL = "patina-javascript"
VEGA = "application/vnd.vegalite.v5+json"
EXAMPLE = ROOT / "examples" / "javascript-libraries.tsnb"


def cells() -> dict[str, str]:
    """Return the code of the example by the ids of its cells."""
    found = tomllib.loads(EXAMPLE.read_text())["cells"]
    return {cell["id"]: cell["source"] for cell in found if cell["type"] == "code"}


async def _drawn(live: Live, code: str, kind: str) -> Any:
    return (await live.run(code)).of("execute_result")[0]["data"][kind]


async def test_the_example_reads_groups_draws_and_is_forked_twice(tmp_path: Path) -> None:
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    code = cells()
    async with started(KERNEL, cwd=str(tmp_path)) as parent:
        assert (await parent.run(code["write"])).of("stream")[0]["text"] == "1092 rows written\n"
        assert ">temperature</th>" in await _drawn(parent, code["read"], "text/html")
        assert "mean: 15.99" in (await parent.run(code["group"])).text
        assert "week: 23, temperature: 20.8" in (await parent.run(code["weeks"])).text
        assert (await _drawn(parent, code["svg"], "image/svg+xml")).count("<rect") == 52
        values = (await _drawn(parent, code["vega"], VEGA))["data"]["values"]
        assert len(values) == 52
        async with forked(parent) as one, forked(parent) as other:
            by_ten = code["warmer"].replace("let by = 2", "let by = 10")
            assert (await one.run(by_ten)).text == "'10 degrees warmer: 421 days above 25'"
            await one.run("weeks.length = 0")
            for live in (other, parent):
                assert (
                    await live.run(code["warmer"])
                ).text == "'2 degrees warmer: 48 days above 25'"
                assert (await _drawn(live, code["svg"], "image/svg+xml")).count("<rect") == 52
                assert (await _drawn(live, code["vega"], VEGA))["data"]["values"] == values


async def test_a_timer_between_cells_speaks_for_the_cell_that_made_it() -> None:
    async with started(KERNEL) as live:
        request = live.send("setTimeout(() => console.log('later'), 100); 0")
        await live.outcome(request)
        assert (await live.said("stream", request))["text"] == "later\n"


async def test_texts_that_no_message_can_have_are_sent_all_the_same() -> None:
    async with started(KERNEL) as live:
        ran = await live.run("throw new Error('a\\ud800b\\0')")
        assert ran.reply["evalue"] == "a\ufffdb\0"
        ran = await live.run(
            "display({ 'text/plain': '\\udc00' }, { raw: true }); ({ '\\ud800': 1 })"
        )
        assert ran.text == "\ufffd{ '\\uD800': 1 }"
        assert (await live.run("globalThis['\\ud800'] = 1; 'alive'")).text == "'alive'"
        assert "\ufffd" in [row["name"] for row in await live.globals()]


async def test_a_loop_is_interrupted_and_the_variables_are_there() -> None:
    async with started(KERNEL) as live:
        await live.run("let kept = 1")
        for code in ("for (;;);", "await new Promise(() => setInterval(() => {}, 1))"):
            request = live.send(code)
            await live.running(request)
            await live.manager.interrupt_kernel()
            assert (await live.outcome(request)).reply["ename"] == "Interrupted"
        assert (await live.run("kept")).text == "1"


async def test_a_builtin_that_does_not_look_ends_with_the_state_before_the_cell() -> None:
    async with started(KERNEL) as live:
        await live.run("let kept = 1")
        await live.checkpoints(least=2)
        stuck = "'a'.repeat(4e6).indexOf('a'.repeat(2e6) + 'b');"
        request = live.send(f"console.log('begun'); {stuck}")
        await live.said("stream", request)
        await live.manager.interrupt_kernel()
        assert (await live.outcome(request)).status == "error"
        assert (await live.run("kept")).text == "1"


async def test_timers_and_promises_go_on_in_a_fork() -> None:
    async with started(KERNEL) as live:
        await live.run("let ticks = 0; setInterval(() => ticks++, 5); 0")
        async with forked(live) as fork:
            pause = "await new Promise((go) => setTimeout(go, 5))"
            wait = f"const was = ticks; while (ticks < was + 3) {pause}; 'on'"
            assert (await fork.run(wait)).text == "'on'"
            os.kill((await live.pids())["executor"], signal.SIGKILL)
            assert (await fork.run("'alive'")).text == "'alive'"


async def test_a_saved_state_of_another_build_is_refused_with_the_reason(tmp_path: Path) -> None:
    path = tmp_path / "state"
    async with started(KERNEL) as live:
        await live.run("let x = 1")
        assert (await live.ask("save", path=str(path)))["status"] == "ok"
        whole = path.read_bytes()
        build = whole.index(b'"build": "') + len(b'"build": "')
        path.write_bytes(whole[:build] + b"0" * 12 + whole[build + 12 :])
        reply = await live.ask("load", path=str(path))
        assert (reply["status"], reply["ename"]) == ("error", "SnapshotError")
        assert "another build of the JavaScript engine (000000000000" in reply["evalue"]
        assert (await live.run("x")).text == "1"
