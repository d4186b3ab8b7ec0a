"""The packages of a notebook, by language: which it needs, and what these resolved to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Packages:
    """`[dependencies]` and `[lock]` of a notebook, as its file has them."""

    wanted: Mapping[str, Any] = field(default_factory=dict)
    resolved: Mapping[str, Any] = field(default_factory=dict)
