"""Kernels for tests: in a runtime directory of their own, with nothing left behind."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator

import pytest

from conformance.languages import LANGUAGES, Language
from conformance.live import Live, started


@pytest.fixture(scope="session", autouse=True)
def _surroundings() -> Iterator[None]:
    directory = tempfile.mkdtemp(prefix="pt-")  # short: a Unix socket's path must be
    names = ("PATINA_RUNTIME_DIR", "IPYTHONDIR", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    values = (f"{directory}/run", f"{directory}/ipython", "2", "1")
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(zip(names, values, strict=True))
    yield
    for name, value in before.items():
        os.environ.pop(name) if value is None else os.environ.update({name: value})
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(params=LANGUAGES, ids=lambda language: language.name)
def language(request: pytest.FixtureRequest) -> Language:
    chosen: Language = request.param
    return chosen


@pytest.fixture
async def kernel(language: Language) -> AsyncIterator[Live]:
    async with started(language.kernel) as live:
        yield live
