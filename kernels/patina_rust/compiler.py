"""The compiler process: started on demand, shared by forks, asked over a socket of its folder."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from patina_rust import artifacts

START_SECONDS = 180.0
LOOK_SECONDS = 0.02
MOST_FOLDERS = 16


class CompilerError(Exception):
    """There is no compiler, or it ended: why, and what to do."""


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
    """A cell to run. `state` is the compiler's after it; no library: nothing is to be run."""

    state: int
    library: str
    function: str
    variables: tuple[tuple[str, str], ...]
    items: tuple[str, ...]
    said: str


class CellError(Exception):
    """A cell that does not compile."""

    def __init__(self, failures: tuple[Failure, ...]) -> None:
        super().__init__(failures[0].message if failures else "the cell does not compile")
        self.failures = failures


class Compiler:
    """Asks the compiler process. Holds nothing open between two questions, so it can be forked."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def begin(self) -> None:
        """Start the process, and do not wait for it. Raises CompilerError."""
        try:
            binary = artifacts.find()
        except artifacts.NotBuiltError as error:
            raise CompilerError(str(error)) from error
        folder, lock = _free_folder()
        (folder / "socket").unlink(missing_ok=True)
        environment = {
            **os.environ,
            "EVCXR_TMPDIR": str(folder),
            "PATINA_RUST_STUB": str(folder),
        }
        with (folder / "log").open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own binary
                [str(binary), str(folder / "socket")],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=environment, pass_fds=(lock,), start_new_session=True,
            )  # fmt: skip
        os.close(lock)  # the process has it, as long as it lives
        self._folder = folder

    def compile(self, state: int, code: str, notes: list[list[str]]) -> Compiled:
        """Compile a cell. Raises CellError, UnknownStateError, CompilerError."""
        pids = [os.getpid(), *(pid for pid in [os.getppid()] if pid > 1)]
        asked = {"pids": pids, "from": state, "code": code, "notes": notes}
        with self._connect() as sock:
            sock.sendall(json.dumps(asked).encode() + b"\n")
            with sock.makefile("rb") as file:
                line = file.readline()
        if not line:
            self._folder = None
            raise CompilerError("the compiler ended while it compiled this cell; run it again")
        return _read(json.loads(line))

    def copied(self) -> None:
        """Be in a copy of this process, whose child the compiler is not."""
        self._process = None

    def _connect(self) -> socket.socket:
        if self._folder is not None:
            with suppress(OSError):
                return self._waited(time.monotonic() + START_SECONDS)
        self.begin()
        return self._waited(time.monotonic() + START_SECONDS)

    def _waited(self, end: float) -> socket.socket:
        """Connect, once a process that has just been started listens."""
        assert self._folder is not None
        sock = socket.socket(socket.AF_UNIX)
        while True:
            try:
                sock.connect(str(self._folder / "socket"))
            except OSError:
                if not self._starts() or time.monotonic() > end:
                    sock.close()
                    if self._process is not None and self._process.poll() is not None:
                        raise CompilerError(self._log()) from None
                    raise
                time.sleep(LOOK_SECONDS)
            else:
                return sock

    def _starts(self) -> bool:
        """Return whether somebody has the folder's lock."""
        assert self._folder is not None
        with (self._folder / "lock").open("ab") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def _log(self) -> str:
        assert self._folder is not None
        text = (self._folder / "log").read_text("utf-8", "replace").strip()
        self._folder = None
        return f"the compiler of Rust did not start: {text[-2000:]}"


def _free_folder() -> tuple[Path, int]:
    """Return a build folder that nobody uses, and its lock, locked. Kept for next time."""
    base = os.environ.get("PATINA_TARGET_DIR")
    root = Path(base) if base else Path.home() / ".patina" / "evcxr" / "rust"
    for number in range(MOST_FOLDERS):
        folder = root / str(number)
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise CompilerError(f"{folder} cannot be written: {error.strerror}") from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
        else:
            return folder, lock
    folder = Path(tempfile.mkdtemp(prefix="patina-rust-"))
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    return folder, lock


def _read(answer: dict[str, Any]) -> Compiled:
    match answer.pop("status"):
        case "unknown":
            raise UnknownStateError
        case "failed":
            raise CellError(tuple(Failure(**one) for one in answer["errors"]))
    variables = tuple((name, kind) for name, kind in answer.pop("variables"))
    return Compiled(**{**answer, "variables": variables, "items": tuple(answer["items"])})
