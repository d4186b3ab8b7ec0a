"""The checker of the chaos sees what is wrong, and calls nothing wrong that is not."""

from __future__ import annotations

from tests.chaos.checker import Log, verdict

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


def test_an_output_that_changed_is_missing_or_is_there_twice_is_seen() -> None:
    log = Log(outputs={("run", 1): "a", ("run", 2): "b"})
    assert verdict(log, BOTH, {"run": [(1, "a"), (2, "b")]}) == []
    assert verdict(log, BOTH, {"run": [(1, "a")]}) == ["output 2 of run run was 'b' and is []"]
    assert len(verdict(log, BOTH, {"run": [(1, "a"), (2, "x")]})) == 1
    assert verdict(log, BOTH, {"run": [(1, "a"), (2, "b"), (3, "b")]}) == [
        "'b' was printed once and is there 2 times"
    ]
    assert "twice" in verdict(log, BOTH, {"run": [(1, "a"), (2, "b"), (2, "b")]})[1]
