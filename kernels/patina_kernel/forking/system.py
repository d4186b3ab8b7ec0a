"""What this machine can do."""

from __future__ import annotations

import os
from collections.abc import Mapping

from patina_kernel.forking import native
from patina_kernel.forking.plan import Capabilities, Claim


def capabilities(
    claims: tuple[Claim, ...] = (), names: Mapping[int, str] | None = None
) -> Capabilities:
    """Return what can be done here, with what the language claims and how it names threads.

    PATINA_CARRY_THREADS=0 switches carrying off, for comparison and for machines where it fails;
    PATINA_FORK=0 does so with forking.
    """
    fork = os.environ.get("PATINA_FORK") != "0" and hasattr(os, "fork")
    carry = os.environ.get("PATINA_CARRY_THREADS") != "0" and native.load() is not None
    return Capabilities(fork, carry, claims, names or {})
