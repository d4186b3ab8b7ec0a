"""Presence: what clients of a Y-document say of themselves. Pure.

A message is `1 <length> <count>` and for each client its id, a clock, and its state as JSON
(y-protocols, "awareness.js"). Pages send what they have heard of others back; it is left out.
"""

from __future__ import annotations

import json
from typing import NamedTuple

from pycrdt import Decoder, Encoder

from patina_lab.updates.content import MOST_CLIENT, MalformedUpdateError

MOST_BYTES = 64 * 2**10


class Present(NamedTuple):
    """What is said of one client; `state` is JSON, `null` when it left."""

    client: int
    clock: int
    state: str


def heard(message: bytes) -> list[Present]:
    """Return what a message says. Raises MalformedUpdateError."""
    outer = Decoder(message[1:])
    try:
        length = outer.read_var_uint()
        if length != outer.length:
            raise MalformedUpdateError("It says more than it holds")
        count = outer.read_var_uint()
        if count * 3 > outer.length:
            raise MalformedUpdateError("It says more than it holds")
        found = [_present(outer) for _ in range(count)]
    except (IndexError, RuntimeError, ValueError, RecursionError) as error:
        raise MalformedUpdateError("It is no presence") from error
    if outer.length:
        raise MalformedUpdateError("It is longer than it says")
    return found


def _present(decoder: Decoder) -> Present:
    client, clock = decoder.read_var_uint(), decoder.read_var_uint()
    state = decoder.read_var_string()
    if client > MOST_CLIENT or decoder.length < 0:
        raise MalformedUpdateError("It says more than it holds")
    if not isinstance(json.loads(state), dict | None):
        raise MalformedUpdateError("A state is an object")
    return Present(client, clock, state)


def message_of(present: list[Present]) -> bytes:
    """Return the message that says this."""
    inner = Encoder()
    inner.write_var_uint(len(present))
    for one in present:
        inner.write_var_uint(one.client)
        inner.write_var_uint(one.clock)
        inner.write_var_string(one.state)
    outer = Encoder()
    outer.write_var_uint(1)
    outer.write_var_uint(len(inner.to_bytes()))
    return outer.to_bytes() + inner.to_bytes()
