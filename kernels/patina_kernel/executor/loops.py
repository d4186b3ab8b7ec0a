"""Mending an inherited asyncio loop."""

from __future__ import annotations

import asyncio
import selectors
import signal
from collections.abc import Collection
from contextlib import suppress
from typing import Any


def renew(loop: asyncio.AbstractEventLoop, without: Collection[int] = ()) -> None:
    """Give a copied loop, which must not be running, its own selector and self-pipe.

    The selector and the pipe of the original are shared with the copy: what wakes one would wake
    the other. The loop stays the same object; its tasks, timers and watched descriptors stay, but
    for the descriptors in `without`. Reaches into asyncio's `BaseSelectorEventLoop`.
    """
    inner: Any = loop
    if not isinstance(getattr(inner, "_selector", None), selectors.BaseSelector):
        return  # another loop, such as uvloop's
    old, inner._selector = inner._selector, selectors.DefaultSelector()
    self_pipe = inner._ssock.fileno()
    for key in list(old.get_map().values()):
        if key.fd != self_pipe and key.fd not in without:
            # Those that are closed, or cannot be watched any more, are left out.
            with suppress(OSError, ValueError, KeyError):
                inner._selector.register(key.fileobj, key.events, key.data)
    old.close()
    inner._ssock.close()
    inner._csock.close()
    inner._ssock = inner._csock = None
    inner._internal_fds -= 1
    inner._make_self_pipe()
    if inner._signal_handlers:
        signal.set_wakeup_fd(inner._csock.fileno())
    inner._default_executor = None
