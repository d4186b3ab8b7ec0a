"""Kernels for tests: in a runtime directory of their own, with nothing left behind."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from typing import Any

import pytest
from conformance import missing
from conformance.languages import LANGUAGES, RUST, Language
from conformance.live import Live, start
from xdist.scheduler import LoadScopeScheduling


@pytest.fixture(scope="session", autouse=True)
def _surroundings() -> Iterator[None]:
    directory = tempfile.mkdtemp(prefix="pt-")  # short: a Unix socket's path must be
    # For Rust: a test's kernel needs no other in waiting, and a slow machine shows no phases.
    names = ("PATINA_RUNTIME_DIR", "IPYTHONDIR", "PATINA_STANDBY", "PATINA_PHASES")
    values = (f"{directory}/run", f"{directory}/ipython", "0", "0")
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(zip(names, values, strict=True))
    yield
    for name, value in before.items():
        os.environ.pop(name) if value is None else os.environ.update({name: value})
    shutil.rmtree(directory, ignore_errors=True)


# Each cell of Rust is compiled, and its first one by a compiler that is started.
RUST_SECONDS = 400
_OF_RUST = re.compile(r"patina_rust|\[rust\b|TestRust").search
# What these test is the machine that languages share: two languages are enough.
OF_THE_MACHINE = (
    *("template", "runtime_directory", "journal", "papermill", "jupyter_console", "many_kernels"),
    *("bad_setting", "makes_no_sense", "no_handler", "wrong_signature", "unknown_requests"),
    *(
        "ticket_is_honoured",
        "memory_is_bounded",
        "number_is_bounded",
        "outlives_its",
        "fork_of_a_fork",
    ),
)


class RustInOneWorker(LoadScopeScheduling):
    """Tests of Rust go to one worker: each takes the compiler that the one before has left.

    The marks of groups, which xdist has for this, are not seen by pytest 9.2.
    """

    def _split_scope(self, nodeid: str) -> str:
        return "rust" if _OF_RUST(nodeid) else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """Return what decides which worker has which test."""
    return RustInOneWorker(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give tests of Rust their time, and leave those of the machine to the other languages."""
    left_out = []
    for item in items:
        chosen = getattr(item, "callspec", None) and item.callspec.params.get("language")  # type: ignore[attr-defined]
        if chosen is RUST or "patina_rust" in item.nodeid:
            item.add_marker(pytest.mark.timeout(RUST_SECONDS))
        if chosen is RUST and any(word in item.nodeid for word in OF_THE_MACHINE):
            left_out.append(item)
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)


@pytest.fixture(params=LANGUAGES, ids=lambda language: language.name)
def language(request: pytest.FixtureRequest) -> Language:
    chosen: Language = request.param
    if chosen is RUST and missing.rust():
        pytest.skip(missing.rust())
    return chosen


@pytest.fixture
def kernel(language: Language, jp_asyncio_loop: asyncio.AbstractEventLoop) -> Iterator[Live]:
    """A kernel of the test's own; the test runs in the same loop as its client."""
    live = jp_asyncio_loop.run_until_complete(start(language.kernel))
    yield live
    jp_asyncio_loop.run_until_complete(live.shut_down())
