"""PATINA_BATTERIES=1, whole: polars, plotters and ndarray, and a fork after they were used.

Their 340 crates are compiled in the user's own folder, half an hour the first time on two cores.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from conformance import live
from conformance.live import Live, forked, started
from conformance.missing import needs_rust
from patina_rust.tests import batteries

pytestmark = [needs_rust, pytest.mark.long]


async def grouped(kernel: Live) -> str:
    shown = await kernel.run(batteries.GROUP)
    assert shown.status == "ok", shown.text
    return shown.text


async def drawn(kernel: Live) -> str:
    shown = await kernel.run(batteries.DRAW)
    assert shown.status == "ok", shown.text
    chart: str = shown.messages[-1]["content"]["data"]["text/html"]
    assert "<svg" in chart
    return chart


async def test_a_notebook_reads_groups_draws_forks_and_compares(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "PATIENCE", 3600.0)
    env = {**os.environ, "PATINA_BATTERIES": "1"}
    async with started("patina-rust", env=env, cwd=str(tmp_path)) as kernel:
        assert (await kernel.run(batteries.WRITE)).status == "ok"
        assert (await kernel.run(batteries.READ)).text == str(batteries.ROWS)
        await kernel.run(batteries.LIMIT)
        assert await grouped(kernel) == "([45, 44, 46], 3)"
        chart = await drawn(kernel)
        async with forked(kernel) as fork:
            await fork.run(batteries.CHANGE)
            # polars has threads of its own, which group here as they do there.
            assert await grouped(fork) == "([55, 54, 55], 3)"
            assert (await fork.run(batteries.ARRAY)).text == "55.0"
            assert await drawn(fork) != chart
            assert await grouped(kernel) == "([45, 44, 46], 3)"
            assert await drawn(kernel) == chart
