"""The main thread's stack: the engine's recursion uses it, and must reach its own limit first."""

from __future__ import annotations

import contextlib
import resource

from patina_javascript.engine.compiled import NATIVE_STACK

# Room for what is on the stack already, and for the host's own calls on top.
SPARE = 16 << 20


def grow() -> None:
    """Allow the main thread the stack that the engine may use.

    The system grows that stack up to the limit as it is used; it is read at the moment of growth,
    so it can be raised in a running process. Linux keeps at least 128 MiB free below it.
    """
    wanted = NATIVE_STACK + SPARE
    soft, hard = resource.getrlimit(resource.RLIMIT_STACK)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_STACK, (most, hard))
