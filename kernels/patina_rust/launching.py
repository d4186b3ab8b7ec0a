"""Compiler processes: what one must be like for a kernel, and how it is started."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from patina_rust import artifacts, joint, places, toolchain
from patina_rust.leftovers import end_builds

# What of the environment makes a compiler another one.
MATTERS = ("PATH", "HOME", "CARGO", "RUST", "PATINA_TOOLCHAIN", "PATINA_SCCACHE", "PATINA_CARGO")
# What a compiler in waiting is to take (see compiler/src/taken.rs).
WISH = "wish.json"

STANDBY = "PATINA_STANDBY"  # 0: none waits
# In the key, where others have their crates: this one is for nobody (see compiler/src/lifetime.rs).
NOBODYS = "0"

Result = TypeVar("Result")


class CompilerError(Exception):
    """There is no compiler, or it ended: why, and what to do."""


@dataclass(frozen=True, slots=True)
class Crates:
    """Crates that a notebook has from its start: the cell that takes them, and their Cargo.lock."""

    cell: str = ""
    lock: str = ""

    def asked(self, cwd: Path) -> dict[str, Any]:
        """Return how a compiler is asked for them."""
        how = {"from": 0, "code": self.cell, "notes": [], "lock": self.lock, "needed": True}
        return {"ask": "compile", **how, "cwd": str(cwd)}


@dataclass(frozen=True, slots=True)
class Kind:
    """What a compiler is like: another one is of no use. `key` has a space where it has crates."""

    binary: Path
    key: str

    @classmethod
    def of(cls, cell: str = "") -> Kind:
        """Return that of a compiler that has these crates, or none. Raises CompilerError."""
        try:
            binary = artifacts.find()
        except artifacts.NotBuiltError as error:
            raise CompilerError(str(error)) from error
        matters = sorted(item for item in os.environ.items() if item[0].startswith(MATTERS))
        key = _hash(repr((str(binary), matters, toolchain.chosen())))
        return cls(binary, f"{key} {_hash(cell)}" if cell else key)

    @classmethod
    def of_left(cls, crates: Crates) -> Kind:
        """Return what one is like that is left with these crates. Raises CompilerError."""
        if may_wait():
            return cls.of(crates.cell)
        plain = cls.of()
        return cls(plain.binary, f"{plain.key} {NOBODYS}")


def may_wait() -> bool:
    """Return whether a person wants compilers to wait for the notebooks to come."""
    return os.environ.get(STANDBY) != "0"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def guarded(do: Callable[[], Result]) -> Result:
    """Return what this returns. Raises CompilerError where folders cannot be written."""
    try:
        return do()
    except places.UnwritableError as error:
        raise CompilerError(str(error)) from error


def begin(folder: Path, kind: Kind, wish: Crates | None = None) -> None:
    """Start a compiler there, unless there is one; while it waits, it takes what is wished."""
    lock = guarded(lambda: places.locked(folder))
    if lock is None:
        return
    try:
        end_builds(folder)
        joint.drop_unused(folder)
        (folder / "key").write_text(kind.key)
        (folder / WISH).unlink(missing_ok=True)
        if wish:
            (folder / WISH).write_text(json.dumps(wish.asked(folder)))
        (folder / "socket").unlink(missing_ok=True)
        with (folder / "log").open("wb") as log:
            subprocess.run(  # noqa: S603 - our own binary
                [str(kind.binary), "begin", str(folder)],
                stdin=lock, stdout=log, stderr=log, env=_environment(folder), check=False,
            )  # fmt: skip
    except OSError as error:
        raise CompilerError(f"the compiler could not be started: {error}") from error
    finally:
        os.close(lock)  # the process has it, as long as it lives


def sweep(folder: Path) -> None:
    """Delete the libraries of cells of another notebook, that used this folder before."""
    for built in folder.glob("target/*/debug"):
        # By cargo, and without it.
        for library in (*built.glob("cell-*.so"), *built.glob("deps/cell-*.so")):
            library.unlink(missing_ok=True)


def _environment(folder: Path) -> dict[str, str]:
    home = os.environ.get("PATINA_CARGO_HOME")
    return {
        **os.environ,
        **({"CARGO_HOME": home} if home else {}),
        "EVCXR_TMPDIR": str(folder),
        "PATINA_RUST_STUB": str(folder),
        # A cell is one module: between the parts that rustc makes of it nothing is to be found.
        "CARGO_PROFILE_DEV_LTO": "off",
    }
