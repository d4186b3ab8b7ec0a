"""How values of one exact type are looked at: what is said of them, their parts, their extent."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from patina_kernel.language import Picture

from patina_python.inspector.parts import Parts


@dataclass(frozen=True, slots=True)
class Facts:
    """What is said of a value: as in `Global`; `type` only where it is not the class's name."""

    summary: str
    bytes: int | None = None
    length: int | None = None
    shape: tuple[int, ...] | None = None
    dtype: str | None = None
    approximate: bool = False
    type: str | None = None
    unreadable: bool = False


@dataclass(frozen=True, slots=True)
class Lens:
    """Looks at values of one exact type; nothing here calls user code.

    `extent` holds no reference to the value: two that differ mean that it changed in place.
    `picture` is asked for only of a value that is opened.
    """

    facts: Callable[[Any], Facts]
    parts: Callable[[Any], Parts] | None = None
    extent: Callable[[Any], Hashable] | None = None
    picture: Callable[[Any], Picture | None] | None = None


# By id of the type: looking a class up in a dict would call the `__hash__` of its metaclass. The
# types in here are kept alive (`libraries.py`), so that their ids are never given to others.
LENSES: dict[int, Lens] = {}
