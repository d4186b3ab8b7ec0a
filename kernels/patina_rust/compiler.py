"""The compiler process: started on demand, shared by a kernel's copies, asked over a socket."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from patina_rust import artifacts, building, phases, places, sharing
from patina_rust.leftovers import end_builds
from patina_rust.phases import Tell

LOOK_SECONDS = 0.02
# A compiler in waiting needs this much, and something must be left.
STANDBY_BYTES = 2_000_000_000
# What of the environment makes a compiler another one.
MATTERS = ("PATH", "HOME", "CARGO", "RUST", "PATINA_TOOLCHAIN", "PATINA_SCCACHE", "PATINA_CARGO")

# What the code has that may ask for crates.
NEW_CRATE = ":dep "

Result = TypeVar("Result")


class CompilerError(Exception):
    """There is no compiler, or it ended: why, and what to do."""


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
        """Have a compiler, when there is none at all; keep it for others. Raises CompilerError."""
        self._hold()
        if not any(places.is_used(folder) for folder in places.existing()):
            self.need_another()

    def need_another(self) -> None:
        """Have a compiler in waiting, for the next kernel. Raises CompilerError."""
        key, binary = _key()
        self._hold()
        with places.choosing():
            there, folder = _guarded(lambda: places.waiting(key))
            if there or folder is None or not _has_memory():
                return
            _sweep(folder)
            _begin(folder, binary, key)

    def await_build(self) -> None:
        """Wait until the compiler itself is built, where it is not. Raises CompilerError."""
        try:
            building.ensured(self.tell)
        except building.BuildFailedError as error:
            raise CompilerError(str(error)) from error

    def claim(self) -> None:
        """Have a compiler of one's own, and do not wait until it answers. Raises CompilerError."""
        key, binary = _key()
        self._hold()
        if self._place is None:
            self._place = _guarded(lambda: places.choose(key))
            _sweep(self._place.folder)
        _begin(self._place.folder, binary, key)

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
        asked = {"ask": "compile", **how}
        building = False
        if self._place is not None and NEW_CRATE in code:
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
            self._users = _guarded(places.use), root


def _guarded(do: Callable[[], Result]) -> Result:
    try:
        return do()
    except places.UnwritableError as error:
        raise CompilerError(str(error)) from error


def _key() -> tuple[str, Path]:
    """Return what a compiler must be like, and its binary. Raises CompilerError."""
    try:
        binary = artifacts.find()
    except artifacts.NotBuiltError as error:
        raise CompilerError(str(error)) from error
    matters = sorted(item for item in os.environ.items() if item[0].startswith(MATTERS))
    return hashlib.sha256(repr((str(binary), matters)).encode()).hexdigest()[:24], binary


def _has_memory() -> bool:
    with suppress(OSError, ValueError, IndexError):
        text = Path("/proc/meminfo").read_text().partition("MemAvailable:")[2]
        return int(text.split()[0]) * 1024 > STANDBY_BYTES
    return True


def _begin(folder: Path, binary: Path, key: str) -> None:
    """Start a compiler there, unless there is one."""
    lock = _guarded(lambda: places.locked(folder))
    if lock is None:
        return
    try:
        end_builds(folder)
        (folder / "key").write_text(key)
        (folder / "socket").unlink(missing_ok=True)
        with (folder / "log").open("wb") as log:
            subprocess.run(  # noqa: S603 - our own binary
                [str(binary), "begin", str(folder)],
                stdin=lock, stdout=log, stderr=log, env=_environment(folder), check=False,
            )  # fmt: skip
    except OSError as error:
        raise CompilerError(f"the compiler could not be started: {error}") from error
    finally:
        os.close(lock)  # the process has it, as long as it lives


def _sweep(folder: Path) -> None:
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
