"""The compiler process: started on demand, shared by a kernel's copies, asked over a socket."""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from patina_rust import building, locks, phases, places, sharing, waiting
from patina_rust.launching import CompilerError, Crates, Kind, begin, guarded, may_wait, sweep
from patina_rust.leftovers import end_builds
from patina_rust.phases import Tell

LOOK_SECONDS = 0.02
# What the code has that may ask for crates.
NEW_CRATE = ":dep "


class CompilerEndedError(CompilerError):
    """It ended while it was asked."""


class UnknownStateError(Exception):
    """The compiler was started anew and does not have this state."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One error of a cell: rustc's code (may be empty), its message, and a report with colours."""

    code: str
    message: str
    report: str


@dataclass(frozen=True, slots=True)
class Compiled:
    """A cell to run. `state` is the compiler's after it; no library: nothing is to be run.

    `outline`: a cell that makes the state anew in a new compiler. `cleared`: values are forgotten
    before it runs. `lock`: the Cargo.lock of its crates.
    """

    state: int
    library: str
    function: str
    variables: tuple[tuple[str, str], ...]
    items: tuple[str, ...]
    outline: str
    said: str
    html: str
    cleared: bool
    warnings: tuple[str, ...]
    lock: str

    @property
    def has_crates(self) -> bool:
        """Whether there are crates; where not, the lock is none of ours."""
        return self.outline.startswith(":dep ")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a name is to be completed or explained: `position` is a byte of `code`."""

    context: str
    code: str
    position: int


@dataclass(frozen=True, slots=True)
class Completed:
    """What can stand from byte `start` to byte `end`: texts, each with its kind."""

    matches: tuple[tuple[str, str], ...] = ()
    start: int = 0
    end: int = 0


class CellError(Exception):
    """A cell that does not compile."""

    def __init__(self, failures: tuple[Failure, ...]) -> None:
        super().__init__(failures[0].message if failures else "the cell does not compile")
        self.failures = failures


def _silent(_: str) -> None:
    """Tell nobody."""


class Compiler:
    """Asks the compiler process. It holds locks only between two questions, so it can be forked."""

    def __init__(self) -> None:
        # Is told what is waited for, several times a second.
        self.tell: Tell = _silent
        # A descriptor, and the folder of all builds for which it says that compilers are needed.
        self._users: tuple[int, Path] | None = None
        self._place: places.Place | None = None

    def need_any(self) -> None:
        """Have a compiler, when there is none at all, and keep it for others.

        Where none is to wait, keep those that kernels have. Raises CompilerError.
        """
        self._hold()
        if may_wait():
            waiting.need_any()

    def need_another(self, crates: Crates | None = None) -> None:
        """Have a compiler in waiting, for the next kernel. Raises CompilerError.

        With crates: one more, that has them.
        """
        self._hold()
        if crates:
            waiting.need_one_with(crates)
        else:
            waiting.need_another()

    def await_build(self) -> None:
        """Wait until the compiler itself is built, where it is not. Raises CompilerError."""
        try:
            building.ensured(self.tell)
        except building.BuildFailedError as error:
            raise CompilerError(str(error)) from error

    def claim(self, cell: str = "") -> None:
        """Have a compiler of one's own, and do not wait until it answers. Raises CompilerError.

        That which has the crates of this cell is preferred.
        """
        plain = Kind.of()
        self._hold()
        if self._place is None:
            keys = (Kind.of(cell).key, plain.key)
            self._place = guarded(lambda: places.choose(*keys))
            sweep(self._place.folder)
        begin(self._place.folder, plain)

    def prefer(self, cell: str) -> None:
        """Have the compiler in waiting that has the crates of this cell, if there is one.

        That which one has waits again. Raises CompilerError.
        """
        kind = Kind.of(cell)
        if self._place is None or places.key_of(self._place.folder) == kind.key:
            return
        if better := guarded(lambda: places.better(kind.key)):
            self._place.close()
            self._place = better
            sweep(better.folder)

    def take(self, crates: Crates) -> Compiled:
        """Have crates from the start; what is left then waits for who needs the same.

        Those that are folders it does not keep (see compiler/src/taken.rs). Raises what `compile`
        raises.
        """
        made = self._compile(crates.asked(Path.cwd()))
        if self._place is not None and not locks.has_folders(made.lock):
            (self._place.folder / "key").write_text(Kind.of_left(crates).key)
        return made

    def leave(self) -> None:
        """Hold nothing any more."""
        if self._users is not None:
            os.close(self._users[0])
        if self._place is not None:
            self._place.close()
        self._users = self._place = None

    def shared(self) -> tuple[dict[str, Any], list[int]]:
        """Return what another process needs to use this compiler, too: and the locks it is to hold.

        It asks nothing of it before this one has ended.
        """
        if self._users is None or self._place is None:
            return {}, []
        users, root = self._users
        told = {"key": Kind.of().key, "root": str(root), "folder": str(self._place.folder)}
        return told, [users, self._place.family]

    def inherit(self, shared: Mapping[str, Any], descriptors: Sequence[int]) -> None:
        """Use the compiler that is `shared`, if it is as ours would be."""
        with suppress(CompilerError):
            if descriptors and shared["key"] == Kind.of().key:
                users, family = descriptors
                self._users = (users, Path(shared["root"]))
                self._place = places.Place(Path(shared["folder"]), family)
                return
        for descriptor in descriptors:
            os.close(descriptor)

    def held(self) -> frozenset[str]:
        """Return the paths of what is held open."""
        users = [self._users[1] / "users"] if self._users else []
        family = [self._place.folder / "family"] if self._place else []
        return frozenset(map(str, [*users, *family]))

    def compile(
        self, state: int, code: str, notes: Sequence[Sequence[str]], lock: str = ""
    ) -> Compiled:
        """Compile a cell. Raises CellError, UnknownStateError, CompilerError."""
        how = {"from": state, "code": code, "notes": notes, "lock": lock, "cwd": str(Path.cwd())}
        return self._compile({"ask": "compile", **how})

    def _compile(self, asked: dict[str, Any]) -> Compiled:
        building = False
        if self._place is not None and NEW_CRATE in asked["code"]:
            sharing.share(self._place.folder)
        try:
            for line in self._ask(asked):
                if line["status"] != "busy":
                    return _compiled(line)
                building = line["phase"] == "compiling"
                self.tell(phases.of(line))
        except KeyboardInterrupt:
            if building and self._place is not None:
                end_builds(self._place.folder)
            raise
        raise CompilerEndedError("the compiler ended while it compiled this cell")

    def complete(self, place: Place) -> Completed:
        """Complete a name. Raises CompilerError."""
        for line in self._ask({"ask": "complete", **_fields(place)}):
            matches = tuple((one["code"], one["kind"]) for one in line["matches"])
            return Completed(matches, line["start"], line["end"])
        return Completed()

    def inspect(self, place: Place) -> str:
        """Explain a name; empty when nothing is known. Raises CompilerError."""
        return next((line["text"] for line in self._ask({"ask": "inspect", **_fields(place)})), "")

    def _ask(self, asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
        with self._connected() as sock:
            try:
                sock.sendall(json.dumps(asked).encode() + b"\n")
                with sock.makefile("rb") as file:
                    for line in file:
                        yield json.loads(line)
            except ConnectionError:
                return

    def _connected(self) -> socket.socket:
        """Connect, once a compiler listens: that which is there, or one that is started now."""
        began, times = time.monotonic(), 0
        while True:
            if self._place is not None:
                sock = socket.socket(socket.AF_UNIX)
                with suppress(OSError):
                    sock.connect(str(self._place.folder / "socket"))
                    return sock
                sock.close()
            if self._place is None or not places.is_used(self._place.folder):
                if times:
                    raise CompilerError(_log(self._place))
                self.claim()
                times += 1
            self.tell(phases.starting(time.monotonic() - began))
            time.sleep(LOOK_SECONDS)

    def _hold(self) -> None:
        root = places.root()
        if self._users is not None and self._users[1] != root:
            os.close(self._users[0])  # a template's: this kernel's environment names another
            self._users = None
        if self._users is None:
            self._users = guarded(places.use), root


def _log(place: places.Place | None) -> str:
    text = (place.folder / "log").read_text("utf-8", "replace").strip() if place else ""
    return f"the compiler of Rust did not start: {text[-2000:] or 'it said nothing'}"


def _fields(place: Place) -> dict[str, Any]:
    return {"context": place.context, "code": place.code, "position": place.position}


def _compiled(answer: dict[str, Any]) -> Compiled:
    match answer.pop("status"):
        case "unknown":
            raise UnknownStateError
        case "failed":
            raise CellError(tuple(Failure(**one) for one in answer["errors"]))
    variables = tuple((name, kind) for name, kind in answer.pop("variables"))
    items, warnings = tuple(answer.pop("items")), tuple(answer.pop("warnings"))
    return Compiled(variables=variables, items=items, warnings=warnings, **answer)
