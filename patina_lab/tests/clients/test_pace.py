"""How fast a client may speak."""

from __future__ import annotations

import pytest

from patina_lab.clients.pace import (
    BYTES_PER_SECOND,
    FRAMES_PER_SECOND,
    LONGEST_SECONDS,
    MOST_BYTES,
    MOST_FRAMES,
    Pace,
)


@pytest.mark.parametrize(
    ("size", "count", "seconds"),
    [
        (1, int(MOST_FRAMES), 1 / FRAMES_PER_SECOND),
        (2**20, int(MOST_BYTES) // 2**20, 2**20 / BYTES_PER_SECOND),
    ],
)
def test_after_a_burst_a_client_is_heard_as_fast_as_it_may_speak(
    size: int, count: int, seconds: float
) -> None:
    pace = Pace(100.0)
    assert {pace.wait(size, 100.0) for _ in range(count)} == {0.0}
    assert pace.wait(size, 100.0) == pytest.approx(seconds)
    now = 100.0
    for _ in range(50):
        now += (waited := pace.wait(size, now))
    assert waited == pytest.approx(seconds)
    # Who was silent for long has a burst again, and no more than that.
    now += 1e6
    assert [pace.wait(size, now) for _ in range(count + 1)].count(0.0) == count


def test_one_frame_never_costs_more_than_the_longest_wait_and_a_clock_set_back_nothing() -> None:
    pace = Pace(100.0)
    assert pace.wait(2**40, 100.0) == LONGEST_SECONDS
    assert Pace(100.0).wait(1, 50.0) == 0.0
