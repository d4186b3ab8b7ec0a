"""Who writes under which name in a Y-document: the ids of its clients are their names. Pure.

An edit that arrives under the name of somebody else silences that other: what they type next is
taken for what is there already, and is dropped without a word, by their peers for ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

MOST_KEPT = 4096
"""Names of which it is known whose they were."""
MOST_EACH = 16
"""Names of one connection. Yjs takes a new one when somebody else used its own."""

Connection = TypeVar("Connection")


@dataclass(slots=True)
class Owner(Generic[Connection]):
    """Whose a name is: a user's, and a connection's as long as that lasts."""

    user: str
    connection: Connection | None


class Names(Generic[Connection]):
    """The names in use, and those that were."""

    def __init__(self) -> None:
        self._owners: dict[int, Owner[Connection]] = {}

    def holder(self, name: int) -> Connection | None:
        """Return the connection that has a name now."""
        owner = self._owners.get(name)
        return None if owner is None else owner.connection

    def is_free_for(self, name: int, connection: Connection, user: str) -> bool:
        """Whether a connection may write under a name."""
        owner = self._owners.get(name)
        return owner is None or (
            owner.connection is connection or (owner.connection is None and owner.user == user)
        )

    def of(self, connection: Connection) -> set[int]:
        """Return the names of a connection."""
        return {name for name, owner in self._owners.items() if owner.connection is connection}

    def take(self, name: int, connection: Connection, user: str) -> None:
        """Make a free name a connection's; a connection has no more than some."""
        if len(self.of(connection)) >= MOST_EACH and self.holder(name) is not connection:
            return
        self._owners.pop(name, None)
        self._owners[name] = Owner(user, connection)
        left = [name for name, owner in self._owners.items() if owner.connection is None]
        for forgotten in left[: max(0, len(left) - MOST_KEPT)]:
            del self._owners[forgotten]

    def leave(self, connection: Connection) -> None:
        """Take note that a connection is gone; its user comes back under the same name."""
        for owner in self._owners.values():
            if owner.connection is connection:
                owner.connection = None
