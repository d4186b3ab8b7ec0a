"""Versions of a notebook that could not be merged, each in a file of its own beside it."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Literal

from patina_lab.document.errors import TsnbError
from patina_lab.document.format import read, write
from patina_lab.sources.sourcefile import SourceFile

MOST = 32
"""Files that one room makes: clients cause them."""
_NAMESPACE = uuid.UUID("6f2b7c52-61f4-4b0e-9a37-1f0f3d4a4d52")
Kind = Literal["unsynced", "kept", "unreadable"]


class Backups:
    """Writes them. The same version twice is one file."""

    def __init__(self) -> None:
        self._made: set[Path] = set()

    async def keep(self, file: SourceFile, text: str, kind: Kind) -> str:
        """Write a version beside a notebook; return the file's name. Raises OSError.

        It becomes a notebook of its own: two files with one id would be taken for one that moved.
        """
        name = _name(file, text.encode(), kind)
        await self._write(file, name, _own(text))
        return name

    async def copy(self, file: SourceFile) -> str:
        """Keep what a file is now, whatever that is; return the copy's name. Raises OSError."""
        data = await asyncio.to_thread(file.path.read_bytes)
        name = _name(file, data, "unreadable")
        await self._write(file, name, data)
        return name

    async def _write(self, file: SourceFile, name: str, data: bytes) -> None:
        path = file.path.with_name(name)
        self._made = await asyncio.to_thread(_there, self._made)
        if path not in self._made and len(self._made) >= MOST:
            raise OSError(errno.EDQUOT, f"There are {MOST} such files already", str(path))
        if await asyncio.to_thread(file.write_beside, name, data):
            self._made.add(path)


def _there(paths: set[Path]) -> set[Path]:
    return {path for path in paths if path.exists()}


def _name(file: SourceFile, data: bytes, kind: Kind) -> str:
    return f"{file.path.stem}.{kind}-{hashlib.sha256(data).hexdigest()[:8]}{file.path.suffix}"


def _own(text: str) -> bytes:
    try:
        document = read(text)
    except TsnbError:
        return text.encode()
    return write(replace(document, id=str(uuid.uuid5(_NAMESPACE, text)))).encode()
