"""Versions of a notebook that could not be merged, each in a file of its own beside it."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import uuid
from dataclasses import replace
from typing import Literal

from patina_lab.document.errors import TsnbError
from patina_lab.document.format import read, write
from patina_lab.rooms.sourcefile import SourceFile

log = logging.getLogger("patina_lab.rooms")
MOST = 32
"""Files that one room makes: clients cause them."""
_NAMESPACE = uuid.UUID("6f2b7c52-61f4-4b0e-9a37-1f0f3d4a4d52")
Kind = Literal["unsynced", "kept", "unreadable"]


class Backups:
    """Writes them. The same version twice is one file."""

    def __init__(self) -> None:
        self._made = 0

    async def keep(self, file: SourceFile, text: str, kind: Kind) -> str | None:
        """Write a version beside a notebook; return the file's name, None when that failed.

        It becomes a notebook of its own: two files with one id would be taken for one that moved.
        """
        name = _name(file, text.encode(), kind)
        return await self._tried(file, name, _own(text))

    async def copy(self, file: SourceFile) -> str | None:
        """Keep what a file is now, whatever that is; return the copy's name."""
        data = await asyncio.to_thread(file.path.read_bytes)
        name = _name(file, data, "unreadable")
        return await self._tried(file, name, data)

    async def _tried(self, file: SourceFile, name: str, data: bytes) -> str | None:
        if self._made >= MOST:
            log.error("%s is not kept: there are %d such files already", name, MOST)
            return None
        try:
            self._made += await asyncio.to_thread(file.write_beside, name, data)
        except OSError:
            log.exception("%s cannot be written", name)
            return None
        return name


def _name(file: SourceFile, data: bytes, kind: Kind) -> str:
    return f"{file.path.stem}.{kind}-{hashlib.sha256(data).hexdigest()[:8]}{file.path.suffix}"


def _own(text: str) -> bytes:
    try:
        document = read(text)
    except TsnbError:
        return text.encode()
    return write(replace(document, id=str(uuid.uuid5(_NAMESPACE, text)))).encode()
