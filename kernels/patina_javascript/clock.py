"""The host's time zone, for Date and Intl."""

from __future__ import annotations

import os
import time
from pathlib import Path

LOCALTIME, ZONES = Path("/etc/localtime"), "/zoneinfo/"
# What the C library can tell of; dates outside are taken as the nearest of them.
EARLIEST, LATEST = -2_145_916_800.0, 253_402_300_799.0


def offset(ms: float) -> int:
    """Return UTC minus local time in minutes, as Date.prototype.getTimezoneOffset."""
    seconds = min(max(ms / 1e3, EARLIEST), LATEST)
    return -int(time.localtime(seconds).tm_gmtoff // 60)


def zone_name() -> str:
    """Return the zone's IANA name; UTC when there is none."""
    named = os.environ.get("TZ", "").lstrip(":")
    if named and not named.startswith("/"):
        return named
    _, found, name = os.path.realpath(LOCALTIME).partition(ZONES)
    return name if found else "UTC"
