"""What a Y-document has of whom, and how deep: whether an update fits. Pure.

An update that refers to what the document lacks is kept aside by it, unseen; one that nests shared
types some thousands deep ends the server, for they are read recursively.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

from patina_lab.updates.content import MalformedUpdateError, Place, Struct, Update

MOST_DEPTH = 16
"""How deep shared types are nested: outputs of a cell, in JupyterLab's own shape, are at five."""


class GapError(ValueError):
    """An update that needs what the document does not have."""


@dataclass(slots=True)
class _Client:
    """The depth of each unit of one client, where it changes."""

    end: int = 0
    starts: list[int] = field(default_factory=list)
    depths: list[int] = field(default_factory=list)


class Known:
    """What a document has."""

    def __init__(self) -> None:
        self._clients: dict[int, _Client] = {}

    def end(self, client: int) -> int:
        """Return how many units of a client the document has."""
        known = self._clients.get(client)
        return 0 if known is None else known.end

    def learn(self, update: Update) -> None:
        """Take what the document was given into account."""
        depths = _Depths(self, update, strict=False)
        for client, structs in update.structs.items():
            known = self._clients.setdefault(client, _Client())
            for at, struct in enumerate(structs):
                if struct.is_gap or struct.clock > known.end:
                    break
                if struct.clock + struct.length <= known.end:
                    continue
                depth = depths.of(client, at)
                if not known.depths or known.depths[-1] != depth:
                    known.starts.append(max(struct.clock, known.end))
                    known.depths.append(depth)
                known.end = struct.clock + struct.length

    def examine(self, update: Update) -> None:
        """Find whether an update fits. Raises GapError, MalformedUpdateError."""
        depths = _Depths(self, update, strict=True)
        ends: dict[int, int] = {}
        for client, structs in update.structs.items():
            if structs and structs[0].clock > self.end(client):
                raise GapError("What came before it is missing")
            for at, struct in enumerate(structs):
                if struct.is_gap:
                    raise GapError("A part of it is missing")
                if depths.of(client, at) > MOST_DEPTH:
                    raise MalformedUpdateError("It is nested too deep")
                ends[client] = struct.clock + struct.length
        for client, ranges in update.deleted.items():
            end = max(self.end(client), ends.get(client, 0))
            if any(clock + length > end for clock, length in ranges):
                raise GapError("What it deletes is missing")

    def depth(self, place: Place) -> int | None:
        """Return how deep a unit is; None when the document does not have it."""
        known = self._clients.get(place[0])
        if known is None or place[1] >= known.end:
            return None
        return known.depths[bisect_right(known.starts, place[1]) - 1]


class _Depths:
    """How deep each struct of an update is: it can stand beside or in others that it brings."""

    def __init__(self, known: Known, update: Update, *, strict: bool) -> None:
        self._known, self._structs, self._strict = known, update.structs, strict
        self._found: dict[Place, int] = {}
        self._clocks: dict[int, list[int]] = {}

    def of(self, client: int, at: int) -> int:
        """Return how deep a struct is. A chain of thousands is no chain of calls."""
        waiting = [(client, at)]
        begun: set[Place] = set()
        while waiting:
            place = waiting[-1]
            if place in self._found:
                waiting.pop()
                continue
            struct = self._structs[place[0]][place[1]]
            needed = [needed for needed in map(self._in_update, _refers_to(struct)) if needed]
            missing = [needed for needed in needed if needed not in self._found]
            if missing and place not in begun:
                begun.add(place)
                waiting += missing
                continue
            if missing and self._strict:
                raise MalformedUpdateError("It goes round in a circle")
            self._found[place] = self._depth(struct)
            waiting.pop()
        return self._found[client, at]

    def _depth(self, struct: Struct) -> int:
        deepest = 0
        for place in _refers_to(struct):
            depth = self._known.depth(place)
            if depth is None:
                inside = self._in_update(place)
                depth = None if inside is None else self._found.get(inside)
            if depth is None and self._strict:
                raise GapError("What it refers to is missing")
            deepest = max(deepest, depth or 0)
        return deepest + (struct.parent is not None)

    def _in_update(self, place: Place) -> Place | None:
        """Return which struct of the update holds a unit that the document lacks."""
        client, clock = place
        structs = self._structs.get(client)
        if not structs or self._known.depth(place) is not None:
            return None
        clocks = self._clocks.get(client)
        if clocks is None:
            clocks = self._clocks[client] = [struct.clock for struct in structs]
        at = bisect_right(clocks, clock) - 1
        if at < 0 or clock >= structs[at].clock + structs[at].length:
            return None
        return client, at


def _refers_to(struct: Struct) -> tuple[Place, ...]:
    return struct.beside if struct.parent is None else (struct.parent,)
