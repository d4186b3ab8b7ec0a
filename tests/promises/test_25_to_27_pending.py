"""25 to 27: of installing packages. There is nothing yet that installs any; then they are due."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PENDING = {
    25: "nothing is installed before a person trusts the notebook",
    26: "a signature covers all that decides what is installed, and the notebook",
    27: "the key of trust is its user's alone, and in no document, log or kernel",
}


@pytest.mark.parametrize("number", PENDING)
def test_a_promise_that_comes_with_environments(number: int) -> None:
    pytest.skip(f"pending: promise {number}, {PENDING[number]}, comes with environments")


def test_nothing_installs_packages_yet() -> None:
    assert not (ROOT / "patina_lab" / "environments").exists(), "promises 25 to 27 are due"
