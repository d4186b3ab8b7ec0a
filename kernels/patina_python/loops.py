"""Event loops of a user's that nobody runs at the time of a fork."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from patina_kernel.executor.loops import renew


def renew_loops(namespace: Mapping[str, object]) -> None:
    """In a copy: give the resting loops among the globals selectors of their own."""
    for value in list(namespace.values()):
        if isinstance(value, asyncio.SelectorEventLoop) and _rests(value):
            renew(value)


def _rests(loop: asyncio.AbstractEventLoop) -> bool:
    return not loop.is_running() and not loop.is_closed()
