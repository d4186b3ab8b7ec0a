"""Shared libraries in this process: cells, and the runtime that looks at what they left."""

from __future__ import annotations

import ctypes
import functools
import hashlib
import os
import re
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from patina_rust import artifacts, views
from patina_rust.toolchain import chosen, environment

SOURCE = artifacts.PACKAGE / "runtime.rs"
BUILD_SECONDS = 300
# A step takes about a nanosecond.
MOST_STEPS = 1 << 22
OLD_SECONDS = 7 * 86_400.0
OLDEST = (1, 95)
# As dlopen says it of a library, or of one that it was linked with.
NOT_THERE = "cannot open shared object file"
# As in runtime.rs.
SUMMARY_BYTES = 200
FLAGS = ("--edition=2024", "-O", "-Cprefer-dynamic", "--crate-type=cdylib")
_LINK_MAP = 2  # RTLD_DI_LINKMAP
_ROW = ctypes.CFUNCTYPE(
    None, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_ssize_t
)
Row = Callable[[str, str, int], None]


class RuntimeUnavailableError(Exception):
    """The runtime cannot be built: what rustc said."""


class UnloadableError(Exception):
    """A cell was compiled, and cannot be loaded: what the system said."""


def toolchain() -> str:
    """Return which rustc and runtime cells go with. Raises RuntimeUnavailableError."""
    return _key(_rustc(), chosen())


def unpacked() -> Path:
    """Return a folder for libraries that come out of saved states; what is old in it goes."""
    folder = artifacts.cache() / "unpacked"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for path in folder.iterdir():
        if time.time() - path.stat().st_mtime > OLD_SECONDS:
            path.unlink(missing_ok=True)
    return folder


def has_all(libraries: Iterable[str]) -> bool:
    """Return whether those are there with which these were linked. Nothing of them is run."""
    for path in libraries:
        try:
            ctypes.CDLL(path)
        except OSError as error:
            if NOT_THERE in str(error):
                return False
    return True


def _rustc() -> str:
    rustc = shutil.which("rustc")
    if rustc is None:
        raise RuntimeUnavailableError(f"rustc was not found: {artifacts.HINT}")
    return rustc


@functools.cache
def _key(rustc: str, _chosen: str) -> str:
    version = subprocess.check_output([rustc, "-vV"], env=environment())  # noqa: S603 - the toolchain's
    _refuse_old(version.decode())
    parts = version + SOURCE.read_bytes() + repr(FLAGS).encode()
    return hashlib.sha256(parts).hexdigest()[:24]


def _refuse_old(said: str) -> None:
    found = re.search(r"^release: (\d+)\.(\d+)\S*", said, re.MULTILINE)
    if found and (int(found[1]), int(found[2])) < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        raise RuntimeUnavailableError(
            f"rustc {found[0].split()[1]} is too old, cells need {oldest} or newer: run `rustup "
            "update` (or name a newer toolchain in RUSTUP_TOOLCHAIN), then restart the kernel"
        )


def build() -> Path:
    """Return the runtime for the rustc of this machine, built now if need be."""
    rustc, env = _rustc(), environment()
    target = artifacts.cache() / toolchain() / "libpatina_runtime.so"
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        made = Path(folder) / target.name
        # Where it finds libstd, which the cells then find loaded.
        print_folder = [rustc, "--print", "target-libdir"]
        where = subprocess.check_output(print_folder, env=env, text=True).strip()  # noqa: S603
        linked = ("--crate-name=patina_runtime", f"-Clink-arg=-Wl,-rpath,{where}")
        command = [rustc, *FLAGS, *linked, str(SOURCE), "-o", str(made)]
        done = subprocess.run(  # noqa: S603 - rustc on our own source
            command, env=env, capture_output=True, text=True, timeout=BUILD_SECONDS, check=False
        )
        if done.returncode:
            raise RuntimeUnavailableError(done.stderr[-2000:])
        made.replace(target)
    return target


class Program:
    """What the cells have made in this process: their variables, behind one pointer."""

    def __init__(self) -> None:
        self._runtime: ctypes.CDLL | None = None
        self._store: int | None = None
        self._views: list[Callable[..., None]] = []

    def load(self) -> None:
        """Load the runtime. Raises RuntimeUnavailableError."""
        if self._runtime is None:
            # So that a crash says what happened where; evcxr's own process has it, too.
            os.environ.setdefault("RUST_BACKTRACE", "0")
            self._runtime = ctypes.CDLL(str(build()))

    def run(self, library: str, function: str) -> None:
        """Run a cell, here. It may end the process, as may all that it starts.

        Raises UnloadableError.
        """
        cell = getattr(_loaded(library), function)
        cell.argtypes, cell.restype = (ctypes.c_void_p,), ctypes.c_void_p
        self._store = cell(self._store)
        self.flush()

    def flush(self) -> None:
        """Have lines without an end leave the buffer of Rust's stdout."""
        if self._runtime is not None:
            self._runtime.patina_flush()

    def clear(self) -> None:
        """Forget all variables: what they own is given back."""
        if self._runtime is not None and self._store:
            self._runtime.patina_clear(ctypes.c_void_p(self._store))
        self._store = None
        self.forget_views()

    def add_view(self, library: str) -> None:
        """Have values told by a function of this library, too (see views.py)."""
        view = getattr(_loaded(library), views.FUNCTION)
        view.argtypes, view.restype = (ctypes.c_void_p, _ROW), None
        self._views.append(view)

    def forget_views(self) -> None:
        """Ask them no more: a type of the same name is another one now."""
        self._views.clear()

    def reseed(self) -> None:
        """Have the hash maps to come be of another order than the original's."""
        if self._runtime is not None:
            self._runtime.patina_reseed(ctypes.c_size_t(1 + secrets.randbelow(MOST_STEPS)))

    def forget_threads(self) -> None:
        """Be in a copy, where the threads of the async runtime are not."""
        if self._runtime is not None:
            self._runtime.patina_forget_runtime(ctypes.c_void_p(self._store))

    def values(self, row: Row) -> None:
        """Call `row` with name, value and length of each variable of a type that can be shown.

        A length may be -1: it has none; or NO_TEXT (see views.py).
        """
        if self._runtime is None:
            return

        def called(name: int, chars: int, text: int, more: int, length: int) -> None:
            row(_text(name, chars), _text(text, more), length)

        tell = _ROW(called)
        self._runtime.patina_values(ctypes.c_void_p(self._store), tell)
        for view in self._views:
            view(ctypes.c_void_p(self._store), tell)


def _loaded(path: str) -> ctypes.CDLL:
    """Load a library that is not loaded yet. Raises UnloadableError.

    glibc takes files with the same inode for the same library, and in a process that came out of an
    image libraries are loaded whose files are gone: their inodes may be others' now.
    """
    try:
        loaded = ctypes.CDLL(path)
    except OSError as error:
        said = str(error).removeprefix(f"{path}: ")
        raise UnloadableError(f"the cell cannot be loaded: {said}") from error
    if _name(loaded) == path:
        return loaded
    with tempfile.NamedTemporaryFile(dir=unpacked(), suffix=".so", delete=False) as other:
        other.write(Path(path).read_bytes())
    return _loaded(other.name)


def _name(library: ctypes.CDLL) -> str:
    """Return the name by which a library was loaded: `l_name` of its link map, see dlinfo(3)."""
    linked = ctypes.POINTER(ctypes.c_char_p)()
    ctypes.CDLL(None).dlinfo(ctypes.c_void_p(library._handle), _LINK_MAP, ctypes.byref(linked))
    return os.fsdecode(linked[1] or b"")


def _text(address: int | None, count: int) -> str:
    return ctypes.string_at(address, count).decode("utf-8", "replace") if address else ""
