"""Kernels for tests: in a runtime directory of their own, with nothing left behind."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import Iterator

import pytest
from conformance.languages import LANGUAGES, Language
from conformance.live import Live, start


@pytest.fixture(scope="session", autouse=True)
def _surroundings() -> Iterator[None]:
    directory = tempfile.mkdtemp(prefix="pt-")  # short: a Unix socket's path must be
    names = ("PATINA_RUNTIME_DIR", "IPYTHONDIR")
    values = (f"{directory}/run", f"{directory}/ipython")
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
def kernel(language: Language, jp_asyncio_loop: asyncio.AbstractEventLoop) -> Iterator[Live]:
    """A kernel of the test's own; the test runs in the same loop as its client."""
    live = jp_asyncio_loop.run_until_complete(start(language.kernel))
    yield live
    jp_asyncio_loop.run_until_complete(live.shut_down())
