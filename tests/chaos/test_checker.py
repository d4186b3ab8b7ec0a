"""The checker of the chaos sees what is wrong, and calls nothing wrong that is not."""

from __future__ import annotations

import pytest

from patina_lab.tests.editors import eventually
from tests.chaos.checker import Log, Output, verdict
from tests.chaos.memory import Memory, Sample, _student, growth, trend
from tests.chaos.notebook import LINES

BOTH = {"ada": ["# e1", "# e2"], "file": ["# e1", "# e2"]}


def edits(*acknowledged: str, removed: tuple[str, ...] = ()) -> Log:
    return Log({"e1", "e2", "e3"}, set(acknowledged), set(removed))


def test_what_was_acknowledged_and_is_everywhere_once_is_right() -> None:
    assert verdict(edits("e1", "e2"), BOTH, {}) == []


def test_an_acknowledged_edit_that_is_missing_is_seen_for_each_who_lacks_it() -> None:
    wrong = verdict(edits("e3"), BOTH, {})
    assert wrong == [f"{who} lacks e3, which was acknowledged" for who in BOTH]


def test_what_was_not_acknowledged_or_was_taken_away_may_be_missing() -> None:
    assert verdict(edits(), BOTH, {}) == []
    assert verdict(edits("e3", removed=("e3",)), BOTH, {}) == []


def test_an_edit_that_is_there_twice_is_seen_also_when_it_was_not_acknowledged() -> None:
    twice = {"ada": ["# e1", "# e1 e2"]}
    assert verdict(edits("e1"), twice, {}) == ["ada has e1 2 times"]
    assert verdict(edits(), twice, {}) == ["ada has e1 2 times"]


def test_replicas_that_differ_are_seen() -> None:
    differing = {**BOTH, "bob": ["# e1 e2"]}
    assert verdict(edits("e1"), differing, {}) == ["bob has another text than ada"]


NAMES = ("a" * 32, "b" * 32)
WHOLE, OTHER = ("".join(f"{name} {line}\n" for line in range(LINES)) for name in NAMES)


def ended(seq: int, text: str = WHOLE, status: str = "succeeded") -> Output:
    return Output(seq, status, text)


def test_an_output_that_changed_is_missing_or_is_there_twice_is_seen() -> None:
    log = Log(outputs={("run", 1): WHOLE, ("run", 2): OTHER})
    assert verdict(log, BOTH, {"run": [ended(1), ended(2, OTHER)]}) == []
    assert verdict(log, BOTH, {"run": [ended(1)]}) == [
        f"output 2 of run run was {OTHER!r} and is None"
    ]
    third = "".join(f"{'c' * 32} {line}\n" for line in range(LINES))
    assert len(verdict(log, BOTH, {"run": [ended(1), ended(2, third)]})) == 1
    assert verdict(log, BOTH, {"run": [ended(1), ended(2, OTHER), ended(3, OTHER)]}) == [
        f"{NAMES[1]} was printed once and is there 2 times"
    ]
    assert "twice" in verdict(log, BOTH, {"run": [ended(1), ended(2, OTHER), ended(2, OTHER)]})[0]


def test_an_execution_that_is_not_there_is_seen() -> None:
    log = Log(asked={("run", 1), ("run", 2)})
    wrong = ["output 2 of run run was asked for, and is not there"]
    assert verdict(log, BOTH, {"run": [ended(1)]}) == wrong


def test_a_part_of_what_was_printed_is_right_only_where_the_execution_did_not_end() -> None:
    begin, gap = WHOLE[: len(WHOLE) // 2], WHOLE[34:]
    for text, status, is_right in (
        (begin, "failed", True),
        ("", "failed", True),
        (begin, "succeeded", False),
        (gap, "failed", False),
        (WHOLE + WHOLE, "succeeded", False),
        (WHOLE + OTHER, "succeeded", False),
    ):
        found = verdict(Log(), BOTH, {"run": [ended(1, text, status)]})
        assert (found == []) is is_right, (text, status)


def test_an_execution_that_never_ends_is_seen() -> None:
    assert verdict(Log(), BOTH, {"run": [ended(1, "", "running")]}) == [
        "output 1 of run run is running for ever"
    ]


def test_what_was_taken_away_and_is_there_is_seen() -> None:
    assert verdict(edits(removed=("e1",)), {"ada": ["e1"]}, {}) == [
        "ada has e1, which was taken away"
    ]


def test_memory_that_grows_is_told_from_memory_that_is_larger_in_another_life() -> None:
    flat = [[Sample(second, size) for second in range(100)] for size in (100, 300)]
    assert growth(flat, after=10) == 0
    growing = [[Sample(second, size + 5 * second) for second in range(100)] for size in (100, 300)]
    assert growth(growing, after=10) == pytest.approx(5)
    assert growth([life[:10] for life in growing], after=10) is None


async def test_another_process_is_another_life_however_it_came_about(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tests.chaos.memory.SAMPLE_SECONDS", 0.001)
    looks = iter([(1, 10), (1, 11), (2, 20), (2, 21)])
    memory = Memory(lambda: next(looks, (2, 22)))
    memory.begin()
    await eventually(lambda: [len(life) > 1 for life in memory.lives] == [True, True])
    memory.end()
    first, second = memory.lives
    assert [one.size for one in first] == [10, 11]
    assert [one.size for one in second[:2]] == [20, 21]
    assert second[0].seconds < second[1].seconds


def test_a_trend_is_told_from_chance() -> None:
    noise = [0.3, -0.7, 0.1, 0.6, -0.4, 0.5, -0.2, -0.3, 0.2, -0.1]
    flat = trend([Sample(60.0 * n, int(1_000 * (90 + one))) for n, one in enumerate(noise)])
    assert flat is not None
    assert abs(flat.slope) < flat.margin
    growing = trend([Sample(60.0 * n, int(1_000 * (n + one))) for n, one in enumerate(noise)])
    assert growing is not None
    assert growing.slope - growing.margin > 0
    assert growing.slope == pytest.approx(1_000 / 60, rel=0.1)
    assert trend([Sample(float(n), n) for n in range(3)]) is None


@pytest.mark.parametrize(("freedom", "quantile"), [(3, 3.182), (8, 2.306), (30, 2.042)])
def test_the_margin_is_students(freedom: int, quantile: float) -> None:
    assert _student(freedom) == pytest.approx(quantile, rel=0.04)


def test_a_cell_that_was_ended_in_the_midst_of_its_first_line_has_said_no_wrong() -> None:
    for text in ("", "ab" * 8, "ab" * 16, "ab" * 16 + " ", "ab" * 16 + " 0", "ab" * 16 + " 0\n"):
        assert verdict(Log(), BOTH, {"run": [ended(1, text, "failed")]}) == [], text
    assert verdict(Log(), BOTH, {"run": [ended(1, "ab" * 16 + " 1", "failed")]}) != []
