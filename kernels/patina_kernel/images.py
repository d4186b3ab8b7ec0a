"""Images: a process kept in a file, exactly, and brought back from it (see native/image.h).

An image goes with one build of Linux's kernel, one kind of processor, and the files that the
process had mapped. The file of a saved state may begin with one; what a language's snapshots write
stands behind it, so that a state can be loaded where its image cannot.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import signal
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from patina_kernel.forking import build, native
from patina_kernel.text import gettext as _
from patina_kernel.wire import packet
from patina_kernel.wire.channel import Channel, parse

# As in native/image.h.
MAGIC = b"PATINA image 2\n\0"
WHERE_BYTES = 1008
# What is in C, and in Python.
CODE = (".py", ".c", ".h", ".js", ".rs")
# Half a second a gigabyte; a machine that has much else to do takes longer.
SLOWEST_SECONDS, SLOWEST_BYTES = 60.0, 20_000_000
HELD_BYTES = 4096

KERNEL = _("it is of another kernel of Linux")
PROCESSOR = _("it is of another kind of processor")
KEY = _("it is of another toolchain")
PROGRAM = _("it is of another version of Patina's kernels")
DIFFERS = {"kernel": KERNEL, "program": PROGRAM, "processor": PROCESSOR, "key": KEY}


class ImageError(Exception):
    """There is no image, or it cannot be used here: why."""


@dataclass(frozen=True, slots=True)
class Thawed:
    """A process out of an image, which waits at the other end of `channel` as parked copies do.

    `lost`: what it could not be given back, as lines of a report.
    """

    channel: Channel
    pid: int
    lost: tuple[dict[str, Any], ...] = ()

    def end(self) -> None:
        """Let it end."""
        self.channel.close()
        os.waitpid(self.pid, 0)


def where(key: str) -> dict[str, str]:
    """Return what an image of a process here goes with. Raises ImageError: there are none here."""
    if reason := reason_not_here():
        raise ImageError(reason)
    system = os.uname()
    kernel = f"{system.release} {system.version} {system.machine}"
    return {"kernel": kernel, "processor": _processor(), "program": program(), "key": key}


@functools.cache
def _processor() -> str:
    """Return what tells kinds of processors apart: libraries have chosen their code by it."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").split("\n")
    kinds = {line for line in lines if line.startswith(("vendor_id", "flags", "model name"))}
    return hashlib.sha256("\n".join(sorted(kinds)).encode()).hexdigest()[:24]


@functools.cache
def program() -> str:
    """Return what tells versions of the kernels apart: their code is in the image, too.

    It is that of the code which this process has if it is asked early: files may be replaced while
    it runs. Languages that keep images ask when their kernel is made; it takes 15 ms.
    """
    told, folder = hashlib.sha256(), Path(__file__).parents[1]
    for package in sorted(folder.glob("patina_*")):
        for file in sorted(path for path in package.rglob("*.*") if path.suffix in CODE):
            name = file.relative_to(folder)
            if "tests" not in name.parts:
                told.update(str(name).encode() + b"\0" + file.read_bytes())
    return told.hexdigest()[:24]


@functools.cache
def reason_not_here() -> str | None:
    """Return why there are no images on this machine, or None where there are."""
    if build.reason_not_here():
        return _("that is had on Linux with x86-64 and glibc only")
    try:
        build.ensure(build.thaw())
    except build.BuildError as error:
        return _("what is in C is not built: %1", error)
    return None if native.load() else _("what is in C cannot be used on this machine")


def write(path: Path, channel: int, where: dict[str, str], folders: Sequence[str]) -> bool:
    """Write an image of this process, its threads held; return whether it was just thawed.

    It may return twice, the second time in another process at another time: `channel` then leads to
    whoever thaws it. `folders`: whose files may be gone by then. Raises ImageError.
    """
    library = native.load()
    if library is None:
        raise ImageError(reason_not_here())
    try:
        path.unlink(missing_ok=True)  # what follows is for its owner only, whoever could read that
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        descriptor = os.open(path, flags, 0o600)
    except OSError as error:
        raise ImageError(_("%1 cannot be written: %2", path, error.strerror)) from error
    try:
        if library.write_image(
            descriptor, channel, json.dumps(where), list(map(_slashed, folders))
        ):
            return True
    except native.ImageError as error:
        os.close(descriptor)
        raise ImageError(_("%1: %2", error.what, os.strerror(error.number))) from error
    os.close(descriptor)
    return False


def _slashed(folder: str) -> str:
    """Return a folder as /proc tells it, and so that no other folder begins like it."""
    return f"{Path(folder).resolve()}/"


def begins(path: Path) -> bool:
    """Return whether a file begins with an image. Raises OSError."""
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def seal(path: Path) -> None:
    """Note in an image how long the file is, so that one that was cut off is known by that."""
    with path.open("r+b") as file:
        told = {**_told(file.read(len(MAGIC) + WHERE_BYTES)), "bytes": path.stat().st_size}
        file.seek(len(MAGIC))
        file.write(json.dumps(told).encode().ljust(WHERE_BYTES, b"\0"))


def _told(head: bytes) -> dict[str, object]:
    told: dict[str, object] = json.loads(head[len(MAGIC) :].rstrip(b"\0"))
    return told


def check(path: Path, here: dict[str, str]) -> None:
    """Raise ImageError where the image at the start of a file cannot be used here."""
    try:
        with path.open("rb") as file:
            told = _told(file.read(len(MAGIC) + WHERE_BYTES))
        length = path.stat().st_size
    except (OSError, ValueError) as error:
        raise ImageError(_("it cannot be read: %1", error)) from error
    for name, value in here.items():
        if told.get(name) != value:
            raise ImageError(DIFFERS[name])
    if told.get("bytes") != length:
        raise ImageError(_("the file has another length than was written"))


def thaw(path: Path, here: dict[str, str]) -> Thawed:
    """Bring a process back from the image at the start of a file. Raises ImageError."""
    check(path, here)
    try:
        return _thaw(path, build.ensure(build.thaw()))
    except (OSError, build.BuildError) as error:
        raise ImageError(_("it could not be begun: %1", error)) from error


def _thaw(path: Path, program: Path) -> Thawed:
    ours, theirs = packet.pair()
    with ExitStack() as stack:
        stack.callback(theirs.close)
        channel = Channel(ours)
        not_thawed = stack.enter_context(ExitStack())
        not_thawed.callback(channel.close)
        image = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        stack.callback(os.close, image)
        heard, said = os.pipe()
        stack.callback(os.close, heard)
        try:
            pid = _begin(program, image, theirs.fileno(), said)
        finally:
            os.close(said)
        theirs.close()
        ready = packet.readable(ours, SLOWEST_SECONDS + os.fstat(image).st_size / SLOWEST_BYTES)
        told = channel.receive() if ready else None
        if told is None:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            why = _why(os.read(heard, HELD_BYTES).decode(errors="replace"))
            raise ImageError(why if ready else _("it takes too long; the machine is very busy"))
        not_thawed.pop_all()
        return Thawed(channel, pid, tuple(parse(told)["lost"]))


def _begin(program: Path, image: int, channel: int, said: int) -> int:
    """Start the program in a group of its own, with these three descriptors."""
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDWR, 0),
        (os.POSIX_SPAWN_DUP2, 0, 1),
        (os.POSIX_SPAWN_DUP2, said, 2),
        (os.POSIX_SPAWN_DUP2, image, image),  # to the same number: it is passed on
        (os.POSIX_SPAWN_DUP2, channel, channel),
    ]
    words = [str(program), str(image), str(channel)]
    return os.posix_spawn(program, words, os.environ, file_actions=actions, setpgroup=0)


def _why(line: str) -> str:
    """Return in words what the program said (a word, a tab, what it is about)."""
    word, _tab, what = line.partition("\t")
    if word == "file":
        return _("%1 has changed since, or is gone", what)
    if word == "kernel":
        return _("this kernel of Linux cannot do it: %1", what)
    return _("%1: %2", word, what) if word else _("its process ended at once")
