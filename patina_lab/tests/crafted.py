"""Bytes of the Y protocol as no library writes them (lib0, "encoding.js")."""

from __future__ import annotations


def number(value: int) -> bytes:
    """Return a variable-length integer."""
    data = bytearray()
    while value > 127:
        data.append(value & 127 | 128)
        value >>= 7
    return bytes([*data, value])


def numbers_of(data: bytes) -> list[int]:
    """Return the integers that bytes are made of."""
    numbers: list[int] = []
    value = shift = 0
    for byte in bytes(data):
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            numbers.append(value)
            value = shift = 0
    return numbers


def gc(length: int, client: int = 7, clock: int = 0) -> bytes:
    """Return an update that says of some units of a client only that they are gone."""
    return b"\x01\x01" + number(client) + number(clock) + b"\x00" + number(length) + b"\x00"


def sync(kind: int, update: bytes) -> bytes:
    """Return the frame of an update (`kind` 2) or of an answer (1)."""
    return bytes([0, kind]) + number(len(update)) + update
