"""Files of a user's that are open at the time of a fork."""

from __future__ import annotations

import io
from collections.abc import Mapping
from contextlib import suppress

# Exact types: a class of a user's may do anything when it is flushed.
WRITERS = (io.TextIOWrapper, io.BufferedWriter, io.BufferedRandom)


def flush(namespace: Mapping[str, object]) -> None:
    """Write out what waits in the files among the globals, or both processes would write it."""
    for value in list(namespace.values()):
        if type(value) in WRITERS:
            with suppress(OSError, ValueError):  # closed, or only for reading, or a full disk
                value.flush()  # type: ignore[attr-defined]
