"""Images of processes: what comes back is what was there, or it is said why nothing does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
from patina_kernel import images
from patina_kernel.images import MAGIC, WHERE_BYTES, ImageError, Thawed
from patina_kernel.wire import packet
from patina_kernel.wire.channel import parse

pytestmark = pytest.mark.skipif(
    images.reason_not_here() is not None, reason="images cannot be made on this machine"
)

# A process with a state, which writes its image, and then, out of it, says what it is asked.
PROGRAM = """
import json, mmap, os, signal, sys, threading, time
from pathlib import Path
from patina_kernel import images
from patina_kernel.wire import packet
from patina_kernel.wire.channel import Channel

path, file = Path(sys.argv[1]), open(sys.argv[2], "rb", buffering=0)
ours, theirs = packet.pair()
file.read(3)
large = bytearray(os.urandom(1 << 20)) * 8
total = sum(large)
heard = []
signal.signal(signal.SIGUSR1, lambda *_: heard.append(1))
{before}
where = images.where("a key")
if images.write(path, theirs.fileno(), where, {folders}):
    channel = Channel(theirs)
    channel.send_json(1, dict(lost=[]))
    while (asked := channel.receive()) is not None:
        channel.send_json(2, eval(bytes(asked.text)))
"""


def write(tmp_path: Path, before: str = "", folders: str = "[]") -> Path:
    """Write an image, sealed, of a process that has ended."""
    path = tmp_path / "image"
    (tmp_path / "data").write_text("0123456789")
    code = PROGRAM.format(before=textwrap.dedent(before), folders=folders)
    command = [sys.executable, "-c", code, str(path), str(tmp_path / "data")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    images.seal(path)
    return path


def thaw(path: Path) -> Thawed:
    return images.thaw(path, images.where("a key"))


def ask(thawed: Thawed, question: str) -> Any:
    thawed.channel.send(1, [question.encode()])
    assert packet.readable(thawed.channel.socket, 30)
    answer = thawed.channel.receive()
    assert answer is not None
    return parse(answer)


def end(thawed: Thawed) -> None:
    thawed.channel.close()
    assert os.waitpid(thawed.pid, 0)[1] == 0


def test_memory_files_signals_and_folder_come_back(tmp_path: Path) -> None:
    thawed = thaw(write(tmp_path))
    assert ask(thawed, "sum(large) == total")
    assert ask(thawed, "file.read(3).decode()") == "345"
    assert ask(thawed, "os.getcwd()") == str(tmp_path)
    assert ask(thawed, "os.kill(os.getpid(), signal.SIGUSR1) or heard") == [1]
    assert ask(thawed, "os.getpid()") == thawed.pid
    end(thawed)


def test_it_can_do_what_processes_do(tmp_path: Path) -> None:
    thawed = thaw(write(tmp_path))
    begin = "threading.Thread(target=heard.append, args=[2])"
    assert ask(thawed, f"(t := {begin}).start() or t.join() or heard") == [2]
    assert ask(thawed, "os.waitstatus_to_exitcode(os.waitpid(os.fork() or os._exit(3), 0)[1])") == 3
    assert ask(thawed, "os.system('exit 4') >> 8") == 4
    # The heap grows and shrinks as before, and modules that were not loaded are found.
    assert ask(thawed, "len([bytearray(1000) for _ in range(100_000)])") == 100_000
    assert ask(thawed, "__import__('ctypes').CDLL(None).malloc_trim(0) in (0, 1)")
    assert ask(thawed, "__import__('decimal').Decimal(1).is_signed()") is False
    # The program that thaws is not in it any more.
    lines = ask(thawed, "Path('/proc/self/maps').read_text().split('\\n')")
    assert not [line for line in lines if line.startswith("2000")]
    assert ask(thawed, "threading.main_thread().native_id") != 0
    end(thawed)


def test_two_come_out_of_one_and_an_image_of_one_that_came_out(tmp_path: Path) -> None:
    path = write(tmp_path)
    first, second = thaw(path), thaw(path)
    assert ask(first, "heard.append(5) or heard") == [5]
    assert ask(second, "heard") == []
    end(second)
    again = tmp_path / "again"
    first.channel.send(
        1,
        [f"images.write(Path('{again}'), channel.fileno(), where, []) and dict(lost=[])".encode()],
    )
    assert parse(first.channel.receive() or pytest.fail("it has ended")) is False
    end(first)
    images.seal(again)
    other = thaw(again)  # what it says at once is the answer to the question: it has been thawed
    assert ask(other, "heard") == [5]
    end(other)


def test_the_file_may_go_while_a_process_lives_that_came_out_of_it(tmp_path: Path) -> None:
    path = write(tmp_path)
    thawed = thaw(path)
    path.write_bytes(b"")
    assert ask(thawed, "sum(large) == total")
    end(thawed)


def test_a_file_that_is_gone_leads_nowhere_and_its_number_stays_taken(tmp_path: Path) -> None:
    path = write(tmp_path)
    (tmp_path / "data").unlink()
    thawed = thaw(path)
    assert ask(thawed, "file.read(3).decode()") == ""
    end(thawed)


def library(folder: Path, number: int) -> Path:
    """Make a library that knows a number."""
    folder.mkdir(exist_ok=True)
    source, built = folder / f"{number}.c", folder / "a.so"
    source.write_text(f"int number(void) {{ return {number}; }}")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", built, source], check=True)
    return built


def test_libraries_in_a_folder_of_builds_may_be_gone(tmp_path: Path) -> None:
    built = library(tmp_path / "built", 7)
    load = f"import ctypes\nlibrary = ctypes.CDLL({str(built)!r})"
    path = write(tmp_path, load, f"[{str(built.parent)!r}]")
    built.unlink()
    thawed = thaw(path)
    assert ask(thawed, "library.number()") == 7
    end(thawed)


def test_what_is_behind_descriptors_is_as_it_was(tmp_path: Path) -> None:
    """Duplicates are duplicates, devices devices; what leads to the process itself still does."""
    before = """
        import socket
        both = os.dup(file.fileno())
        urandom = os.open("/dev/urandom", os.O_RDONLY)
        reader, writer = os.pipe()
        left, right = socket.socketpair()
        again = left.dup()
    """
    thawed = thaw(write(tmp_path, before))
    assert ask(thawed, "os.read(both, 2).decode() + file.read(2).decode()") == "3456"
    assert ask(thawed, "len(set(os.read(urandom, 64)))") > 8
    assert ask(thawed, "os.write(writer, b'a') and os.read(reader, 9).decode()") == "a"
    assert ask(thawed, "again.send(b'b') and right.recv(9).decode()") == "b"
    assert ask(thawed, "right.send(b'c') and left.recv(9).decode()") == "c"
    end(thawed)


def test_descriptors_of_who_thaws_it_are_not_in_it(tmp_path: Path) -> None:
    path = write(tmp_path)
    foreign = os.open(os.devnull, os.O_RDONLY)
    os.dup2(foreign, 77)
    os.set_inheritable(77, True)
    try:
        thawed = thaw(path)
    finally:
        os.close(foreign)
        os.close(77)
    assert "77" not in ask(thawed, "os.listdir('/proc/self/fd')")
    end(thawed)


def test_memory_that_was_reserved_takes_no_room_and_what_is_hidden_is_kept(tmp_path: Path) -> None:
    before = """
        import ctypes
        libc = ctypes.CDLL(None, use_errno=True)
        libc.mmap.restype = ctypes.c_void_p
        libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
        libc.mprotect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
        own = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
        reserved = libc.mmap(None, 1 << 34, 3, own | 0x4000, -1, 0)  # MAP_NORESERVE
        for place in range(0, 1 << 28, 1 << 21):
            ctypes.memset(reserved + place, 5, 1)
        hidden = libc.mmap(None, 4096, 3, own, -1, 0)
        ctypes.memset(hidden, 42, 4096)
        libc.mprotect(hidden, 4096, 0)
    """
    path = write(tmp_path, before)
    assert path.stat().st_size < 100 << 20
    thawed = thaw(path)
    assert ask(thawed, "ctypes.string_at(reserved + (1 << 27), 1)[0]") == 5
    resident = "int(Path('/proc/self/statm').read_text().split()[1])"
    assert ask(thawed, resident) * 4096 < 150 << 20
    assert ask(thawed, "libc.mprotect(hidden, 4096, 3) or ctypes.string_at(hidden, 2)[1]") == 42
    end(thawed)


def test_what_is_wiped_in_forks_still_is(tmp_path: Path) -> None:
    before = """
        secret = mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        secret.madvise(18)  # MADV_WIPEONFORK
        secret[0] = 7
    """
    thawed = thaw(write(tmp_path, before))
    assert ask(thawed, "secret[0]") == 7
    child = "os.waitpid(os.fork() or os._exit(secret[0]), 0)[1]"
    assert ask(thawed, child) == 0
    end(thawed)


def test_only_its_owner_may_read_it_whoever_could_read_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "image").touch(0o644)
    assert write(tmp_path).stat().st_mode & 0o777 == 0o600


def test_a_folder_of_builds_may_be_named_by_a_link(tmp_path: Path) -> None:
    built = library(tmp_path / "real", 7)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    load = f"import ctypes\nlibrary = ctypes.CDLL({str(built)!r})"
    path = write(tmp_path, load, f"[{str(tmp_path / 'link')!r}]")
    built.unlink()
    thawed = thaw(path)
    assert ask(thawed, "library.number()") == 7
    end(thawed)


def test_a_library_with_other_bytes_is_named_whatever_its_times_say(tmp_path: Path) -> None:
    built = library(tmp_path / "there", 7)
    path = write(tmp_path, f"import ctypes\nlibrary = ctypes.CDLL({str(built)!r})")
    built.write_bytes(built.read_bytes())  # as an update that changes nothing
    thawed = thaw(path)
    assert ask(thawed, "library.number()") == 7
    end(thawed)
    before = built.stat()
    assert library(tmp_path / "there", 8).stat().st_size == before.st_size
    os.utime(built, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(ImageError, match=r"a\.so has changed since"):
        thaw(path)


def test_memory_that_is_shared_with_others_cannot_be_in_an_image(tmp_path: Path) -> None:
    before = "shared = mmap.mmap(-1, 4096)"
    with pytest.raises(AssertionError, match="/dev/zero"):
        write(tmp_path, before)


@pytest.mark.parametrize(
    ("name", "reason"),
    [("kernel", "another kernel"), ("processor", "processor"), ("key", "another toolchain")],
)
def test_an_image_of_elsewhere_is_refused(tmp_path: Path, name: str, reason: str) -> None:
    path = write(tmp_path)
    with pytest.raises(ImageError, match=reason):
        images.thaw(path, {**images.where("a key"), name: "another"})


def test_one_that_was_cut_off_or_is_none_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    with pytest.raises(ImageError, match="another length"):
        thaw(path)
    # Short of its memory, though its seal is right: the program itself finds out.
    told = json.dumps({**images.where("a key"), "bytes": len(whole) - 4096}).encode()
    head = MAGIC + told.ljust(WHERE_BYTES, b"\0")
    path.write_bytes(head + whole[len(head) : -4096])
    with pytest.raises(ImageError, match="too early"):
        thaw(path)
    path.write_bytes(b"something else")
    assert not images.begins(path)
    with pytest.raises(ImageError, match="cannot be read"):
        thaw(path)


def test_where_it_cannot_be_written_that_is_said(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="cannot be written: No such file"):
        images.write(tmp_path / "missing" / "image", 0, {}, [])
