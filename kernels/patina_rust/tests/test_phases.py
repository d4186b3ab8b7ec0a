"""What a person is told while a cell waits."""

from __future__ import annotations

from typing import Any

import pytest
from patina_rust import phases, status
from patina_rust.status import Status

POLARS = {
    "phase": "compiling",
    "crates": ['polars = "1"'],
    "now": ["polars_core"],
    "seconds": 41,
    "previous": 62,
}


@pytest.mark.parametrize(
    ("told", "text"),
    [
        ({"phase": "queued", "before": 1}, "waiting: 1 cell of this notebook first"),
        ({"phase": "waiting", "places": 2}, "waiting: 2 cells of other notebooks are compiled"),
        (POLARS, "compiling polars (now polars_core), 41 s, previous 1 min 2 s"),
        ({**POLARS, "now": [], "previous": 0}, "compiling the cell, 41 s"),
    ],
)
def test_a_phase_is_a_phrase(told: dict[str, Any], text: str) -> None:
    assert phases.of(told) == text


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


def test_what_takes_long_is_shown_updated_and_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(status.SWITCH, raising=False)
    clock, sent = Clock(), []
    monkeypatch.setattr(status, "time", clock)
    shown = Status(lambda kind, content: sent.append((kind, content)))
    shown.tell("short")
    clock.now += 2.5
    shown.tell("one")
    shown.tell("too soon")
    clock.now += 1.5
    shown.tell("two")
    shown.clear()
    clock.now += 1.5
    shown.tell("too late")
    shown.clear()
    assert [kind for kind, _ in sent] == ["display_data", "update_display_data", "clear_output"]
    one, two = (content["data"]["text/plain"] for _, content in sent[:2])
    assert (one, two) == ("[Patina] one", "[Patina] two")
    ids = {content["transient"]["display_id"] for _, content in sent[:2]}
    assert len(ids) == 1


def test_what_is_short_is_not_told() -> None:
    sent: list[str] = []
    shown = Status(lambda kind, _: sent.append(kind))
    shown.tell("short")
    shown.clear()
    assert sent == []
