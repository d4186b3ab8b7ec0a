"""Random state: exact in a fork (test_healing_scenarios), other where that is asked for."""

from __future__ import annotations

import random
import subprocess
import sys

import numpy as np
import pytest
from patina_python import healing
from patina_python.healing import randomness


def draws() -> tuple[float, float]:
    return random.random(), float(np.random.random())


def seed() -> None:
    random.seed(1)
    np.random.seed(1)


def test_reseeding_makes_all_global_generators_differ() -> None:
    seed()
    before = draws()
    seed()
    healing.reseed()
    assert all(a != b for a, b in zip(draws(), before, strict=True))


def test_two_reseedings_differ() -> None:
    healing.reseed()
    first = draws()
    healing.reseed()
    assert draws() != first


@pytest.mark.parametrize("bits", [np.random.PCG64, np.random.MT19937, np.random.Philox])
def test_reseeding_reaches_the_generators_it_is_shown(
    bits: type[np.random.BitGenerator],
) -> None:
    shown = np.random.Generator(bits(5)), np.random.RandomState(5), random.Random(5)
    healing.reseed(shown)
    assert shown[0].random() != np.random.Generator(bits(5)).random()
    assert shown[1].random_sample() != np.random.RandomState(5).random_sample()
    assert shown[2].random() != random.Random(5).random()


def test_reseeding_leaves_other_values_and_subclasses_alone() -> None:
    class Mine(random.Random):
        pass

    mine = Mine(5)
    healing.reseed((1, "a", None, mine, object()))
    assert mine.random() == random.Random(5).random()


def test_a_new_kernel_shares_random_state_with_nobody() -> None:
    seed()
    before = draws()
    seed()
    healing.fresh_randomness()
    assert all(a != b for a, b in zip(draws(), before, strict=True))


def test_what_was_remembered_is_restored() -> None:
    random.seed(7)
    randomness.remember()
    want = random.random()
    random.seed(8)
    randomness.restore()
    assert random.random() == want


def test_numpy_is_not_imported_for_it() -> None:
    program = (
        "import sys; from patina_python import healing; healing.reseed();"
        "assert 'numpy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=30)
