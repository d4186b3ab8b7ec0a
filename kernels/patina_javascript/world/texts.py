"""Texts and digests: what native code does faster."""

from __future__ import annotations

import hashlib
from typing import Any

from patina_javascript.host import Host, HostError, Reply

BOM = "\ufeff"
DIGESTS = {"SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}


def decode(_: Host, __: Any, data: bytes) -> str:
    """Return the text of UTF-8; what is none becomes U+FFFD, a byte order mark is left out."""
    return data.decode("utf-8", "replace").removeprefix(BOM)


def encode(_: Host, value: Any, __: bytes) -> Reply:
    """Return a well-formed text as UTF-8."""
    return Reply(None, value.encode("utf-8"))


def digest(_: Host, value: Any, data: bytes) -> Reply:
    """Return a digest of bytes: {algorithm}, as in Web Cryptography."""
    name = DIGESTS.get(value["algorithm"].upper())
    if name is None:
        known = ", ".join(DIGESTS)
        raise HostError(f"no digest {value['algorithm']!r}; there are {known}", "NotSupportedError")
    return Reply(None, hashlib.new(name, data).digest())
