"""Figures appear by themselves, also where the warm template has imported matplotlib already."""

from __future__ import annotations

import asyncio

import pytest
from conformance.languages import PYTHON, Language
from conformance.live import Live, started

WARM = "import sys; 'matplotlib.pyplot' in sys.modules"
DRAW = "import matplotlib.pyplot as plt; plt.plot([1, 3, 2]);"


@pytest.fixture
def language() -> Language:
    return PYTHON


async def _draws(kernel: Live) -> bool:
    request = kernel.send(DRAW)
    shown = await kernel.said("display_data", request)
    return "image/png" in shown["data"]


async def test_a_figure_is_shown_after_the_cell(kernel: Live) -> None:
    assert await _draws(kernel)


async def test_a_figure_is_shown_in_a_kernel_from_the_warm_template(language: Language) -> None:
    for _ in range(60):
        async with started(language.kernel) as kernel:
            if (await kernel.run(WARM)).text == "True":
                assert await _draws(kernel)
                return
        await asyncio.sleep(0.5)
    pytest.fail("no kernel came from the template")
