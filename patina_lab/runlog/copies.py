"""Runs that were copied together with their notebook: they become runs of their own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import msgspec

from patina_lab.confined import through_no_link
from patina_lab.runlog.records import Header, decode, encode


def made_own(path: Path, names: Mapping[str, str], notebook: str, copy_of: str) -> bool:
    """Make a copied log the one of a new run of `notebook`; tell whether it was a copied one.

    `names`: the new ids of all copied runs. A fork stays the fork of its parent's copy. Whole or
    not at all. Raises OSError.
    """
    with open(path, "rb", opener=through_no_link()) as old:
        header = _header(old.readline())
        if header is None or (header.id, header.notebook) != (path.stem, copy_of):
            return False
        parent = header.parent
        if parent is not None:
            parent = msgspec.structs.replace(parent, run=names.get(parent.run, parent.run))
        run = names[path.stem]
        header = msgspec.structs.replace(header, id=run, notebook=notebook, parent=parent)
        temporary = path.with_name(f".{run}.jsonl.new")
        try:
            with temporary.open("wb") as new:
                new.write(encode(header))
                shutil.copyfileobj(old, new)
                new.flush()
                os.fsync(new.fileno())
            temporary.rename(path.with_name(f"{run}.jsonl"))
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    path.unlink()
    return True


def _header(line: bytes) -> Header | None:
    with suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        record = decode(line)
        return record if isinstance(record, Header) else None
    return None
