"""The name of a document's history, by which a client that holds another one is told apart. Pure.

Two histories of the same text cannot be merged: the text would be there twice. So each history
begins under a name of its own, as the first client of its Y-document. The ids of clients are random
numbers, of 32 bits in Yjs and of 53 in pycrdt. Those of histories have a mark in the upper 21 bits,
which a client of pycrdt has once in two million times (it would be asked to reload).
"""

from __future__ import annotations

import secrets

from pycrdt import Decoder

from patina_lab.updates.content import MalformedUpdateError

_RANDOM_BITS = 32
_MARK = 0x15A71A
"""The upper 21 bits: 2^53 is the end of what Yjs can count."""
_OF_FILES = 0
"""The name under which jupyter-collaboration begins a history; ours did in the first versions."""


def new_name() -> int:
    """Return the name of a history that begins now."""
    return _MARK << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS)


def is_name(client: int) -> bool:
    """Whether an id is the name of a history, and no client's."""
    return client >> _RANDOM_BITS == _MARK or client == _OF_FILES


def names_in(state: bytes) -> set[int]:
    """Return the histories of which a state vector knows. Raises MalformedUpdateError."""
    decoder = Decoder(state)
    names: set[int] = set()
    try:
        for _ in range(decoder.read_var_uint()):
            client, clock = decoder.read_var_uint(), decoder.read_var_uint()
            if clock and is_name(client):
                names.add(client)
    except IndexError:
        raise MalformedUpdateError("That is no state vector") from None
    return names
