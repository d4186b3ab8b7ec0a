"""Updates of Y-documents, looked into before they come near a document. Pure.

What an update says is found out here and nowhere else: pycrdt applies one or fails. The format is
Yjs's first ("v1": encoding.js, ContentAny.js and the others; lib0, "encoding.js"). What it allows
and no notebook has is refused, as is every number that is not written in the shortest way: another
reader may read it differently.
"""

from __future__ import annotations

from typing import NamedTuple

MOST_CLOCK = 2**31
MOST_CLIENT = 2**53


class Limits(NamedTuple):
    """What an update may hold."""

    parts: int = 250_000
    """Structs, values and deleted ranges: each costs time, whatever its bytes."""
    run: int = 2**24
    """Units of deleted content. A few bytes can claim any number of them."""
    depth: int = 64
    """How deep plain values are nested. Readers recurse: too deep, and the process ends."""


OF_CLIENTS = Limits()
OF_DOCUMENTS = Limits(2**31, 2**53, 2**31)
"""What a document says of itself was let in before."""

_GC, _SKIP = 0, 10
_HAS_ORIGIN, _HAS_RIGHT, _HAS_KEY, _CONTENT = 0x80, 0x40, 0x20, 0x1F
_MOST_TYPE = 2
"""Shared types: array, map, text."""
_FIXED_BYTES = {127: 0, 126: 0, 124: 4, 123: 8, 122: 8, 121: 0, 120: 0}
_INTEGER, _TEXT, _OBJECT, _ARRAY, _BYTES = 125, 119, 118, 117, 116

Place = tuple[int, int]
"""A client's id, and the clock of one of its units."""


class MalformedUpdateError(ValueError):
    """Bytes that are no update, or one that no notebook's client sends."""


class Struct(NamedTuple):
    """A piece of history: `length` units of a client, from `clock` on."""

    clock: int
    length: int
    parent: Place | None = None
    """The shared type it is in; None also in one that has a name of its own."""
    beside: tuple[Place, ...] = ()
    """What it stood next to: it is in the same type."""
    is_gap: bool = False


class Update(NamedTuple):
    """What an update brings."""

    structs: dict[int, list[Struct]]
    deleted: dict[int, list[Place]]
    """By client: clock and length."""
    parts: int


def decoded(data: bytes, limits: Limits = OF_CLIENTS) -> Update:
    """Return what an update brings. Raises MalformedUpdateError."""
    reader = _Reader(data, limits)
    try:
        structs = reader.structs()
        deleted = reader.deleted()
    except IndexError:
        raise MalformedUpdateError("It ends too early") from None
    except UnicodeDecodeError:
        raise MalformedUpdateError("A text in it is no UTF-8") from None
    if reader.at != len(data):
        raise MalformedUpdateError("It is longer than it says")
    return Update(structs, deleted, reader.parts)


class _Reader:
    def __init__(self, data: bytes, limits: Limits = OF_CLIENTS) -> None:
        self.data, self.at, self.parts, self.run = data, 0, 0, 0
        self._limits = limits

    def integer(self, most: int) -> int:
        data, at = self.data, self.at
        byte = data[at]
        at += 1
        value = byte & 0x7F
        shift = 7
        while byte >= 0x80:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if not byte or value > most:
                raise MalformedUpdateError("A number in it is too large or too long")
        self.at = at
        if value > most:
            raise MalformedUpdateError("A number in it is too large")
        return value

    def count(self, bytes_each: int) -> int:
        """Read how many things follow; each takes some bytes, so that there cannot be too many."""
        count = self.integer(MOST_CLOCK)
        if count * bytes_each > len(self.data) - self.at:
            raise MalformedUpdateError("It says more than it holds")
        self.parts += count
        if self.parts > self._limits.parts:
            raise MalformedUpdateError("It has too many parts")
        return count

    def skip(self, length: int) -> None:
        if length > len(self.data) - self.at:
            raise MalformedUpdateError("It says more than it holds")
        self.at += length

    def text(self) -> str:
        length = self.integer(MOST_CLOCK)
        start = self.at
        self.skip(length)
        return self.data[start : self.at].decode()

    def place(self) -> Place:
        return self.integer(MOST_CLIENT), self.integer(MOST_CLOCK)

    def structs(self) -> dict[int, list[Struct]]:
        found: dict[int, list[Struct]] = {}
        for _ in range(self.count(3)):
            count = self.count(2)
            client, clock = self.place()
            if client in found:
                raise MalformedUpdateError("A client is in it twice")
            found[client] = structs = []
            for _ in range(count):
                struct = self._struct(clock)
                structs.append(struct)
                clock += struct.length
                if not struct.length or clock > MOST_CLOCK:
                    raise MalformedUpdateError("A length in it is implausible")
        return found

    def _struct(self, clock: int) -> Struct:
        info = self.data[self.at]
        self.at += 1
        if info in (_GC, _SKIP):
            return Struct(clock, self._claimed(), is_gap=info == _SKIP)
        beside: list[Place] = []
        if info & _HAS_ORIGIN:
            beside.append(self.place())
        if info & _HAS_RIGHT:
            beside.append(self.place())
        parent = None if beside else self._parent()
        if not beside and info & _HAS_KEY:
            self.text()
        return Struct(clock, self._content(info & _CONTENT), parent, tuple(beside))

    def _parent(self) -> Place | None:
        has_name = self.integer(1)
        if not has_name:
            return self.place()
        self.text()
        return None

    def _claimed(self) -> int:
        """Read a length of which there is nothing to see."""
        length = self.integer(MOST_CLOCK)
        self.run += length
        if self.run > self._limits.run:
            raise MalformedUpdateError("A length in it is implausible")
        return length

    def _content(self, kind: int) -> int:
        """Read past a content; return its length in units."""
        match kind:
            case 1:
                return self._claimed()
            case 4:
                text = self.text()
                return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2
            case 8:
                count = self.count(1)
                for _ in range(count):
                    self._value()
                return count
            case 3:
                self.skip(self.integer(MOST_CLOCK))
            case 7:
                self.integer(_MOST_TYPE)
            case _:
                raise MalformedUpdateError("It holds what no notebook has")
        return 1

    def _value(self) -> None:
        """Read past a plain value, however deep it claims to be."""
        open_counts = [1]
        in_object = [False]
        while open_counts:
            if not open_counts[-1]:
                open_counts.pop()
                in_object.pop()
                continue
            open_counts[-1] -= 1
            if in_object[-1]:
                self.text()
            kind = self.data[self.at]
            self.at += 1
            if kind in (_OBJECT, _ARRAY):
                is_object = kind == _OBJECT
                open_counts.append(self.count(1 + is_object))
                in_object.append(is_object)
                if len(open_counts) > self._limits.depth:
                    raise MalformedUpdateError("A value in it is nested too deep")
            else:
                self._simple(kind)

    def _simple(self, kind: int) -> None:
        if kind in _FIXED_BYTES:
            self.skip(_FIXED_BYTES[kind])
        elif kind == _TEXT:
            self.text()
        elif kind == _BYTES:
            self.skip(self.integer(MOST_CLOCK))
        elif kind == _INTEGER:
            # The bit below the first byte's highest is the sign: longest is a 53-bit number.
            start = self.at
            while self.data[self.at] >= 0x80:
                self.at += 1
            self.at += 1
            if self.at - start > 8:
                raise MalformedUpdateError("A number in it is too long")
        else:
            raise MalformedUpdateError("It holds a value of no known kind")

    def deleted(self) -> dict[int, list[Place]]:
        found: dict[int, list[Place]] = {}
        for _ in range(self.count(2)):
            client = self.integer(MOST_CLIENT)
            ranges = found.setdefault(client, [])
            for _ in range(self.count(2)):
                clock, length = self.integer(MOST_CLOCK), self.integer(MOST_CLOCK)
                if clock + length > MOST_CLOCK:
                    raise MalformedUpdateError("A length in it is implausible")
                ranges.append((clock, length))
        return found
