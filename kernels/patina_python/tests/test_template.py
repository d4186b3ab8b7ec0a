"""A kernel from the warm template is as any other."""

from __future__ import annotations

import asyncio

import pytest
from conformance.languages import PYTHON
from conformance.live import started

WARM = "import sys; 'matplotlib.pyplot' in sys.modules"


async def test_a_fork_of_it_has_nothing_to_report() -> None:
    for _ in range(60):
        async with started(PYTHON.kernel) as kernel:
            if (await kernel.run(WARM)).text == "True":
                assert (await kernel.ask("fork"))["report"] == []
                return
        await asyncio.sleep(0.5)
    pytest.fail("no kernel came from the template")
