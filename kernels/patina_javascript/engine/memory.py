"""Linear memory, from the outside: written to files without its zeros, mapped from them.

A state is the memory and the stack pointer. Both are in a file: a header of one page of
WebAssembly (64 KiB) with a JSON text, then the memory, with holes where it is zero.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import struct
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

PAGE = 1 << 16
MAGIC = "patina-javascript-state 1"
# Up to here a file is read; a larger one is mapped, so that loading takes no time at any size.
READ_BYTES = 32 << 20
# Most headers end within it.
SHORT = 4096
# A free range keeps the allocator's own words at both ends.
MARGIN, HOST_PAGE = 128, 4096

_PROT, _PRIVATE_FIXED, _ANONYMOUS_FIXED = 3, 0x12, 0x32
_libc = ctypes.CDLL(None, use_errno=True)
_libc.mmap.restype = ctypes.c_void_p
_libc.memcmp.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t]
_libc.mmap.argtypes = [
    ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long,
]  # fmt: skip


_zeros = ctypes.create_string_buffer(PAGE)

Range = tuple[int, int]
"""From the first byte to the one behind the last."""


class StateError(Exception):
    """A file that is no state, or not one for this engine: why."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a state needs besides its memory. `length` in bytes; `interrupts`: addresses.

    `changed`: where it differs from the boot image of the name `image`; see changes.py.
    """

    build: str
    prelude: str
    length: int
    stack_pointer: int
    interrupts: tuple[int, int, int]
    image: str = ""
    changed: list[Range] = field(default_factory=list)
    magic: str = MAGIC


def write(path: Path, header: Header, base: int) -> int:
    """Write a state whole or not at all; return how many bytes the file has."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.pwrite(descriptor, json.dumps(asdict(header)).encode().ljust(PAGE, b"\0"), 0)
        os.ftruncate(descriptor, PAGE + header.length)
        for start, end in filled(base, header.length):
            _write_all(
                descriptor, (ctypes.c_char * (end - start)).from_address(base + start), PAGE + start
            )
        return os.fstat(descriptor).st_size
    finally:
        os.close(descriptor)


def _write_all(descriptor: int, data: ctypes.Array[ctypes.c_char], at: int) -> None:
    view = memoryview(data).cast("B")
    while view:
        done = os.pwrite(descriptor, view, at)
        view, at = view[done:], at + done


def same(one: int, other: int, size: int) -> bool:
    """Whether there is the same at two addresses."""
    return bool(_libc.memcmp(one, other, size) == 0)


def filled(base: int, length: int) -> Iterator[Range]:
    """Yield the ranges that are not zero, in pages joined where they touch."""
    zeros = ctypes.addressof(_zeros)
    start: int | None = None
    for at in range(0, length, PAGE):
        if not same(base + at, zeros, PAGE):
            start = at if start is None else start
        elif start is not None:
            yield start, at
            start = None
    if start is not None:
        yield start, length


def read_header(path: Path) -> Header:
    """Return the header of a state. Raises StateError."""
    try:
        with path.open("rb") as file:
            text = file.read(SHORT)
            text = (text if b"\0" in text else text + file.read(PAGE - SHORT)).partition(b"\0")[0]
        header = Header(**json.loads(text))
        size = path.stat().st_size
    except OSError as error:
        raise StateError(f"{path.name} cannot be read: {error.strerror}") from error
    except (ValueError, TypeError) as error:
        raise StateError(f"{path.name} is no saved JavaScript state") from error
    if header.magic != MAGIC:
        raise StateError(f"{path.name} is no saved JavaScript state")
    if size != PAGE + header.length:
        raise StateError(
            f"{path.name} is truncated: it has {size} bytes in place of {PAGE + header.length}"
        )
    return header


def map_in(path: Path, header: Header, base: int) -> None:
    """Put a state's memory in place of what is at `base`; writes to it stay private."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        if os.fstat(descriptor).st_blocks * 512 > READ_BYTES:
            _map(base, header.length, _PRIVATE_FIXED, descriptor, PAGE)
            return
        map_empty(base, header.length)
        _read_filled(descriptor, header.length, base)
    finally:
        os.close(descriptor)


def _read_filled(descriptor: int, length: int, base: int) -> None:
    """Read what is not a hole."""
    at, end = PAGE, PAGE + length
    while at < end:
        try:
            at = os.lseek(descriptor, at, os.SEEK_DATA)
        except OSError:  # nothing but holes up to the end
            return
        hole = min(end, os.lseek(descriptor, at, os.SEEK_HOLE))
        read_range(descriptor, at - PAGE, hole - PAGE, base)
        at = hole


def read_range(descriptor: int, start: int, end: int, base: int) -> None:
    """Read a range of the memory; a hole of the file is zeros."""
    while start < end:
        view = (ctypes.c_char * (end - start)).from_address(base + start)
        done = os.preadv(descriptor, [view], PAGE + start)
        if done <= 0:
            raise OSError(errno.EIO, "the file of the state has been cut")
        start += done


def map_image(path: Path, length: int, base: int) -> None:
    """Map the boot image: kernels of a user share its pages."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        _map(base, length, _PRIVATE_FIXED, descriptor, PAGE)
    finally:
        os.close(descriptor)


def map_empty(base: int, length: int) -> None:
    """Have zeros from an address on."""
    if length:
        _map(base, length, _ANONYMOUS_FIXED, -1, 0)


def _map(base: int, length: int, flags: int, descriptor: int, offset: int) -> None:
    found = _libc.mmap(base, length, _PROT, flags, descriptor, offset)
    if found != base:
        raise OSError(ctypes.get_errno(), "the engine's memory could not be mapped")


def release(base: int, ranges: bytes) -> int:
    """Give free ranges (pairs of start and size) back to the system; return their bytes."""
    total = 0
    for start, end in _joined(sorted(struct.iter_unpack("<II", ranges))):
        first = (start + MARGIN + HOST_PAGE - 1) & -HOST_PAGE
        last = (end - MARGIN) & -HOST_PAGE
        if last - first >= PAGE:
            _map(base + first, last - first, _ANONYMOUS_FIXED, -1, 0)
            total += last - first
    return total


def _joined(ranges: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    joined: list[list[int]] = []
    for start, size in ranges:
        if joined and start - joined[-1][1] <= 32:
            joined[-1][1] = start + size
        else:
            joined.append([start, start + size])
    yield from ((start, end) for start, end in joined)
