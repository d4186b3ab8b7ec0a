"""Random state: exact in a fork, other where it is asked for."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterable
from typing import Any

SEED_BYTES = 32
_remembered: tuple[Any, ...] | None = None


def remember() -> None:
    """Note the state of `random`: Python seeds it anew in every plain copy."""
    global _remembered  # noqa: PLW0603 - `random` itself is one for the process
    _remembered = random.getstate()


def restore() -> None:
    """In a plain copy: give `random` the state it had. numpy's is memory, and was copied."""
    if _remembered is not None:
        random.setstate(_remembered)


def reseed(values: Iterable[object] = ()) -> None:
    """Give `random`, numpy's global generator and the generators among `values` other randomness.

    Only exact types are touched: a generator of one's own may mean its state.
    """
    random.seed(os.urandom(SEED_BYTES))
    for value in values:
        if type(value) is random.Random:
            value.seed(os.urandom(SEED_BYTES))
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        _reseed_numpy(numpy_random, values)


def fresh_randomness() -> None:
    """Make a new kernel from a warm template share its random state with nobody."""
    reseed()


def _reseed_numpy(numpy_random: Any, values: Iterable[object]) -> None:
    generators = (numpy_random.Generator, numpy_random.RandomState)
    bits = {id(numpy_random.mtrand._rand._bit_generator): numpy_random.mtrand._rand._bit_generator}
    for value in values:
        if type(value) in generators:
            one = getattr(value, "bit_generator", None) or value._bit_generator  # type: ignore[attr-defined]
            bits[id(one)] = one
    for one in bits.values():
        seed = numpy_random.SeedSequence(int.from_bytes(os.urandom(SEED_BYTES), "little"))
        one.state = type(one)(seed).state
