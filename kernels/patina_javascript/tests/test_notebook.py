"""A real notebook over the real protocol: a CSV, a library of node_modules, charts, two forks."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from conformance.live import Live, forked, started

ROOT = Path(__file__).resolve().parents[3]
KERNEL = "patina-javascript"
READ = """
import fs from "fs";
import { rollup, mean } from "d3-array";
const rows = fs.readFileSync("prices.csv", "utf8").trim().split("\\n").slice(1).map((line) => {
  const [kind, price] = line.split(",");
  return { kind, price: Number(price) };
});
const means = rollup(rows, (group) => mean(group, (row) => row.price), (row) => row.kind);
means
"""
SVG = "svg`<svg>${[...means.values()].map((v) => svg`<rect width='${v}'/>`)}</svg>`"
VEGA = """({ $schema: "https://vega.github.io/schema/vega-lite/v5.json",
  data: { values: rows }, mark: "bar" })"""


async def _charts(live: Live) -> None:
    drawn = (await live.run(SVG)).of("execute_result")[0]["data"]
    assert "<rect width='2'/><rect width='7'/>" in drawn["image/svg+xml"]
    drawn = (await live.run(VEGA)).of("execute_result")[0]["data"]
    assert len(drawn["application/vnd.vegalite.v5+json"]["data"]["values"]) == 3


async def test_a_notebook_that_reads_groups_draws_and_is_forked_twice(tmp_path: Path) -> None:
    (tmp_path / "prices.csv").write_text("kind,price\na,1\na,3\nb,7\n")
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    async with started(KERNEL, cwd=str(tmp_path)) as parent:
        assert (await parent.run(READ)).text == "InternMap(2) [Map] { 'a' => 2, 'b' => 7 }"
        await _charts(parent)
        async with forked(parent) as one, forked(parent) as other:
            await one.run("rows.length = 0; means.clear()")
            for live in (other, parent):
                assert (await live.run("rows.length + means.size")).text == "5"
                await _charts(live)
            assert (await one.run("means.size")).text == "0"


async def test_a_timer_between_cells_speaks_for_the_cell_that_made_it() -> None:
    async with started(KERNEL) as live:
        request = live.send("setTimeout(() => console.log('later'), 100); 0")
        await live.outcome(request)
        assert (await live.said("stream", request))["text"] == "later\n"


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
