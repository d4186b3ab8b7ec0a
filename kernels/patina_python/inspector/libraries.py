"""Types of well-known libraries, recognised by identity once their library is imported.

We import none of them: a session that does not use pandas does not pay for it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType

from patina_python.inspector.objects import instance_dict, is_class

Introduce = Callable[[type], None]

# A lens is found by the id of its type: that must not be given to another type, even if the
# library is unloaded.
_kept: list[type] = []


class Libraries:
    """Waits for types by module and name, and introduces each to its lens when it is there."""

    def __init__(self, awaited: dict[tuple[str, str], Introduce]) -> None:
        self._awaited = dict(awaited)

    def refresh(self) -> None:
        """Introduce the types of libraries imported since the last time."""
        for key in [key for key in self._awaited if key[0] in sys.modules]:
            found = _member(*key)
            if found is not None and is_class(found):
                _kept.append(found)
                self._awaited.pop(key)(found)


def _member(module: str, name: str) -> object:
    found = sys.modules.get(module)
    return (instance_dict(found) or {}).get(name) if type(found) is ModuleType else None
