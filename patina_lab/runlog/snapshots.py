"""Saved states: `<notebook>.tsnb.runs/<run id>.snapshot/`, signed by the machine that made them.

Loading a state runs what it says. One that this machine's key has not signed is somebody else's
code: it is loaded only when a person says so.
"""

from __future__ import annotations

import errno
import hashlib
import hmac
import os
import secrets
import shutil
from contextlib import suppress
from pathlib import Path

import msgspec
from jupyter_core.paths import jupyter_data_dir

from patina_lab.confined import replacing
from patina_lab.model.ids import Seq
from patina_lab.model.run import SavedState
from patina_lab.syncing import sync_file, sync_folder

FORMAT = 1
STATE, DESCRIPTION = "state", "snapshot.json"
KEY_BYTES = 32
_LEVELS = 2
"""The folders below a notebook's: that of its runs, and that of a state."""


class Description(msgspec.Struct, frozen=True, kw_only=True):
    """What a saved state is of. `signature`: HMAC-SHA-256 of all the other fields."""

    format: int
    run: str
    seq: int
    at: str
    kernel_name: str
    bytes: int
    sha256: str
    signature: str = ""


class Snapshot:
    """The saved state of one run, in its folder. All methods that touch much of it block."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def state(self) -> Path:
        """The kernel's own file."""
        return self.folder / STATE

    @property
    def fresh(self) -> Path:
        """Where a new state is written before it takes the place of the one there is."""
        return self.folder.with_name(self.folder.name + ".new")

    @property
    def aside(self) -> Path:
        """Where the state before is while a new one takes its place."""
        return self.folder.with_name(self.folder.name + ".old")

    def recover(self) -> None:
        """Put a state back in its place that a crash left aside. Raises OSError."""
        if self.folder.exists():
            shutil.rmtree(self.aside, ignore_errors=True)
        elif self.aside.exists():
            self.aside.rename(self.folder)

    def begin(self) -> Path:
        """Return where the kernel is to write a new state. Raises OSError."""
        shutil.rmtree(self.fresh, ignore_errors=True)
        self.fresh.mkdir(parents=True)
        return self.fresh / STATE

    def finish(self, run: str, seq: Seq, at: str, kernel_name: str) -> SavedState:
        """Sign what the kernel wrote, and put it in its place. Raises OSError."""
        state = self.fresh / STATE
        description = Description(
            format=FORMAT,
            run=run,
            seq=seq,
            at=at,
            kernel_name=kernel_name,
            bytes=state.stat().st_size,
            sha256=_sha256(state),
        )
        signed = msgspec.structs.replace(description, signature=_signature(description))
        (self.fresh / DESCRIPTION).write_bytes(msgspec.json.encode(signed))
        # Before the one there is goes: after a power cut there must be one of them.
        for path in (state, self.fresh / DESCRIPTION):
            sync_file(path)
        sync_folder(self.fresh)
        self.recover()
        # At every moment there is one of them: a crash must not cost both.
        if self.folder.exists():
            self.folder.rename(self.aside)
        try:
            self.fresh.rename(self.folder)
            sync_folder(self.folder.parent)
        finally:
            self.recover()
        return SavedState(at, seq, description.bytes)

    def give_to(self, other: Snapshot) -> None:
        """Make it the saved state of another run; ours stays ours. Raises OSError."""
        found = self.describe()
        if found is None:
            return
        run = other.folder.stem
        given = msgspec.structs.replace(found, run=run)
        if self.is_ours(found.run) and found.run == self.folder.stem:
            given = msgspec.structs.replace(given, signature=_signature(given))
        with replacing(self.folder / DESCRIPTION, _LEVELS) as file:
            file.write(msgspec.json.encode(given))
        self.folder.rename(other.folder)

    def give_up(self) -> None:
        """Forget a state that was begun."""
        shutil.rmtree(self.fresh, ignore_errors=True)

    def describe(self) -> Description | None:
        """Return what the saved state says of itself; None when there is none."""
        with suppress(OSError, msgspec.DecodeError):
            text = (self.folder / DESCRIPTION).read_bytes()
            description = msgspec.json.decode(text, type=Description)
            return description if self.state.is_file() else None
        return None

    def saved(self) -> SavedState | None:
        """Return what is saved, in short."""
        found = self.describe()
        return SavedState(found.at, Seq(found.seq), found.bytes) if found else None

    def is_ours(self, run: str) -> bool:
        """Whether this machine signed this state for this run, and nobody has changed it since."""
        found = self.describe()
        if found is None or found.run != run:
            return False
        with suppress(OSError):
            same = hmac.compare_digest(found.signature, _signature(found))
            return same and hmac.compare_digest(found.sha256, _sha256(self.state))
        return False

    def remove(self) -> None:
        """Delete it."""
        for folder in (self.aside, self.folder):
            shutil.rmtree(folder, ignore_errors=True)
        self.give_up()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _signature(description: Description) -> str:
    signed = msgspec.json.encode(msgspec.structs.replace(description, signature=""))
    return hmac.new(_key(), signed, hashlib.sha256).hexdigest()


def _key() -> bytes:
    """Return this machine's key, made when it is needed first; nobody else may read it.

    Raises OSError for what is none: with an empty one anybody could sign.
    """
    path = Path(jupyter_data_dir()) / "patina_lab" / "snapshot.key"
    if not path.exists():
        _make_key(path)
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise OSError(errno.EINVAL, "It is no key. Delete it, and another one is made", str(path))
    return key


def _make_key(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Whole or not at all: two servers may make it at the same time, and one key must win.
    fresh = path.with_name(f".{secrets.token_hex(8)}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        # Before it has its name: else a power cut may leave that to an empty file.
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        os.link(fresh, path)
    fresh.unlink()
