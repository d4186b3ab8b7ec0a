"""The variables of a run, and what is in them."""

from __future__ import annotations

from msgspec import field

from patina_lab.wire.names import GlobalChange, GlobalKind
from patina_lab.wire.wording import Wire


class Global(Wire, frozen=True):
    """One variable, as the kernel summarised it. `summary` is at most 200 characters.

    `unreadable`: of its value nothing but the type could be told.
    """

    name: str
    type: str
    kind: GlobalKind
    summary: str
    has_children: bool
    bytes: int | None = None
    length: int | None = None
    shape: list[int] | None = None
    dtype: str | None = None
    changed: GlobalChange | None = None
    by: int | None = None
    approximate: bool = False
    unreadable: bool = False


class Picture(Wire, frozen=True):
    """What a value looks like: a MIME type that browsers show, and the bytes in base64."""

    mime: str
    data: str


class GlobalPage(Wire, frozen=True):
    """A variable, or a part of one, and some of its children; `total` counts all of them.

    `stale`: the kernel was busy; this is what was seen last, and may have changed since.
    `picture`: of a value that is one, on its first page.
    """

    value: Global = field(name="global")
    children: list[Global]
    total: int
    stale: bool = False
    picture: Picture | None = None
