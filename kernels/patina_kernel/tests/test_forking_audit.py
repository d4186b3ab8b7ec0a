"""Threads that block signals: at their start and end all do, for good only some."""

from __future__ import annotations

import importlib

import pytest
from patina_kernel.forking.audit import Thread

# By its name: the package has a function that is called so, too.
audit = importlib.import_module("patina_kernel.forking.audit")

STARTING = Thread(7, "starting", masked=True)
STARTED = Thread(7, "starting", masked=False)


class Times:
    """A thread that is found masked so many times; `runs`: because it has no processor."""

    def __init__(self, masked: int, *, runs: bool) -> None:
        self.masked, self.runs, self.looks = masked, runs, 0

    def look(self, _tid: int) -> Thread:
        self.looks += 1
        return STARTING if self.looks < self.masked else STARTED


def _settled(times: Times, monkeypatch: pytest.MonkeyPatch) -> Thread | None:
    monkeypatch.setattr(audit, "_thread", times.look)
    monkeypatch.setattr(audit, "_wants_to_run", lambda _tid: times.runs)
    monkeypatch.setattr(audit, "STARTING_SECONDS", 0)
    settled: Thread | None = audit._settled(STARTING)
    return settled


def test_a_thread_that_waits_for_a_processor_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _settled(Times(audit.ASLEEP_TIMES * 10, runs=True), monkeypatch) == STARTED


def test_one_that_sleeps_masked_does_so_for_good(monkeypatch: pytest.MonkeyPatch) -> None:
    times = Times(audit.ASLEEP_TIMES * 10, runs=False)
    assert _settled(times, monkeypatch) == STARTING
    assert times.looks < audit.ASLEEP_TIMES


def test_one_that_never_gets_ready_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "UNSCHEDULED_SECONDS", 0.01)
    assert _settled(Times(1 << 60, runs=True), monkeypatch) == STARTING


def test_one_known_to_block_signals_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(audit, "_thread")
    known = Thread(8, f"{audit.ALWAYS_MASKED[0]}0", masked=True)
    assert audit._settled(known) == known
