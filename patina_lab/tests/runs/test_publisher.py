"""The runs document changes soon when it was quiet, and 20 times a second at most."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

import pytest

from patina_lab.document.runs import RunsDocument
from patina_lab.runs.publisher import Publisher
from patina_lab.runs.throttle import BYTES_EACH, LINGER_SECONDS, Throttle


async def test_a_flush_comes_in_the_same_turn_when_it_is_hurried() -> None:
    flushed = asyncio.Event()
    throttle = Throttle(flushed.set)
    throttle.request()
    throttle.hurry()
    await asyncio.sleep(0)
    assert flushed.is_set()


async def test_what_comes_with_a_change_is_flushed_with_it() -> None:
    flushes: list[int] = []
    throttle = Throttle(lambda: flushes.append(1))
    throttle.request()
    await asyncio.sleep(0)
    assert flushes == [], "it waits for more"
    throttle.request()
    throttle.hurry()
    throttle.hurry()
    await asyncio.sleep(2 * LINGER_SECONDS)
    assert flushes == [1]


async def test_a_change_that_nothing_comes_with_is_flushed_all_the_same() -> None:
    flushed = asyncio.Event()
    Throttle(flushed.set).request()
    await asyncio.wait_for(flushed.wait(), 5)


async def test_no_second_holds_more_than_twenty() -> None:
    loop = asyncio.get_running_loop()
    times: list[float] = []
    throttle = Throttle(lambda: times.append(loop.time()))
    until = loop.time() + 2.2
    while loop.time() < until:
        throttle.request()
        throttle.hurry()
        await asyncio.sleep(0.001)
    throttle.close()
    assert len(times) > 20
    assert all(later - first >= 1 for first, later in zip(times, times[20:], strict=False))


async def test_after_much_the_next_comes_later_but_within_a_second() -> None:
    loop = asyncio.get_running_loop()
    times: list[float] = []

    def flush() -> None:
        times.append(loop.time())
        throttle.spend(100 * BYTES_EACH)

    throttle = Throttle(flush)
    until = loop.time() + 2.5
    while loop.time() < until:
        throttle.request()
        await asyncio.sleep(0.001)
    throttle.close()
    assert 2 <= len(times) <= 4


async def test_what_a_change_costs_is_what_it_brings(monkeypatch: pytest.MonkeyPatch) -> None:
    document = RunsDocument("n", "e")
    publisher = Publisher(document)
    document.set_saved(bytes(100 * BYTES_EACH))  # None of the publisher's.
    spent: list[int] = []
    monkeypatch.setattr(publisher._throttle, "spend", spent.append)
    for size in (100, 100_000):
        publisher.request(lambda size=size: document.set_saved(bytes(size)))  # type: ignore[misc]
        publisher.flush()
    assert 100 <= spent[0] < 200
    assert 100_000 <= spent[1] < 101_000


async def test_closing_does_what_was_asked_for_once() -> None:
    done: list[int] = []
    throttle = Throttle(lambda: done.append(1))
    throttle.request()
    throttle.close()
    throttle.close()
    await asyncio.sleep(0.01)
    assert done == [1]


async def test_several_writers_share_one_transaction() -> None:
    document = RunsDocument("n", "e")
    publisher = Publisher(document)
    transactions: list[Any] = []
    subscription = document.ydoc.observe(transactions.append)
    names = itertools.count()
    for _ in range(3):
        publisher.request(lambda: document.set_saved(str(next(names)).encode()))
    publisher.flush()
    document.ydoc.unobserve(subscription)
    assert len(transactions) == 1


async def test_a_writer_that_fails_does_not_silence_the_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    publisher = Publisher(RunsDocument("n", "e"))
    done: list[int] = []

    def fail() -> None:
        raise OverflowError("too large")

    publisher.request(fail)
    publisher.request(lambda: done.append(1))
    publisher.flush()
    assert done == [1]
    assert "too large" in caplog.text
