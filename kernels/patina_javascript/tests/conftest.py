"""A session without Jupyter around it, for tests of what cells do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from patina_javascript.engine import build
from patina_javascript.run import Bench


@pytest.fixture(scope="session", autouse=True)
def _built() -> None:
    build.ensure()  # what was edited since the set-up


@pytest.fixture
def js() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    bench.close()
