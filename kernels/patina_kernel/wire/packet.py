"""Packets: an operation, some frames, some file descriptors; sent whole or not at all.

Where the system has `SOCK_SEQPACKET` (Linux), one packet is one send: an exception that a signal
raises in the middle of user code cannot leave half a message behind. Elsewhere (macOS) it is a
byte stream, and signals are held back while a packet is written. Bodies over INLINE_BYTES travel
in an anonymous file, whose descriptor goes along: the socket never carries more than fits.
"""

from __future__ import annotations

import array
import mmap
import os
import select
import signal
import socket
import struct
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

INLINE_BYTES = 60_000
MAX_DESCRIPTORS = 16
SEND_BUFFER_BYTES = 1 << 20
# Above this a frame of an anonymous file is not copied out of its mapping.
COPY_BYTES = 4096

HEADER = struct.Struct("<BBHI")  # operation, whether the body is in a file, frames, body bytes
KIND = socket.SOCK_SEQPACKET if hasattr(os, "memfd_create") else socket.SOCK_STREAM

Frame = bytes | memoryview


@dataclass(frozen=True, slots=True)
class Packet:
    """What arrived. Its file descriptors belong to the receiver."""

    op: int
    frames: list[Frame]
    descriptors: list[int]

    @property
    def text(self) -> bytes:
        """The first frame, as bytes."""
        return bytes(self.frames[0]) if self.frames else b""


def pair() -> tuple[socket.socket, socket.socket]:
    """Return two ends of a new connection."""
    ends = socket.socketpair(socket.AF_UNIX, KIND)
    for end in ends:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
    return ends


def send(
    sock: socket.socket, op: int, frames: Sequence[Frame] = (), descriptors: Sequence[int] = ()
) -> None:
    """Send a packet, waiting while the peer is slow. Raises OSError when the peer is gone."""
    lengths = struct.pack(f"<{len(frames)}I", *map(_length, frames))
    total = len(lengths) + sum(map(_length, frames))
    if total <= INLINE_BYTES:
        header = HEADER.pack(op, 0, len(frames), total)
        _send(sock, b"".join((header, lengths, *frames)), descriptors)
        return
    body = _anonymous_file((lengths, *frames))
    try:
        _send(sock, HEADER.pack(op, 1, len(frames), total), (body, *descriptors))
    finally:
        os.close(body)


def receive(sock: socket.socket, flags: int = 0) -> Packet | None:
    """Return the next packet; None at the end.

    With MSG_DONTWAIT raises BlockingIOError when none is there.
    """
    try:
        data, descriptors = _receive(sock, flags)
    except ConnectionResetError:
        return None
    if not data:
        return None
    op, in_file, count, total = HEADER.unpack_from(data)
    if not in_file:
        return Packet(op, list(_split(memoryview(data)[HEADER.size :], count, len(data))), descriptors)
    body = descriptors.pop(0)
    try:
        mapping = mmap.mmap(body, total, mmap.MAP_PRIVATE, mmap.PROT_READ | mmap.PROT_WRITE)
    finally:
        os.close(body)
    return Packet(op, list(_split(memoryview(mapping), count, COPY_BYTES)), descriptors)


def readable(sock: socket.socket, seconds: float | None = 0) -> bool:
    """Return whether something (or the end) is there to be received; None waits for ever."""
    poller = select.poll()  # not select(): it fails above descriptor 1023
    poller.register(sock, select.POLLIN)
    return bool(poller.poll(None if seconds is None else seconds * 1000))


def _length(frame: Frame) -> int:
    return frame.nbytes if isinstance(frame, memoryview) else len(frame)


def _split(body: memoryview, count: int, copy_up_to: int) -> Iterator[Frame]:
    start = 4 * count
    for length in struct.unpack_from(f"<{count}I", body):
        part = body[start : start + length]
        yield bytes(part) if length <= copy_up_to else part
        start += length


def _anonymous_file(parts: Sequence[Frame]) -> int:
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("patina", os.MFD_CLOEXEC)
    else:
        descriptor, path = tempfile.mkstemp(prefix="patina-")
        os.unlink(path)  # noqa: PTH108 - no Path is needed for a file that has no name
    for part in parts:
        view = memoryview(part).cast("B")
        while view:
            view = view[os.write(descriptor, view) :]
    return descriptor


def _ancillary(descriptors: Sequence[int]) -> list[tuple[int, int, bytes]]:
    packed = array.array("i", descriptors).tobytes()
    return [(socket.SOL_SOCKET, socket.SCM_RIGHTS, packed)] if descriptors else []


if KIND == socket.SOCK_STREAM:

    @contextmanager
    def _signals_held() -> Iterator[None]:
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _send(sock: socket.socket, data: bytes, descriptors: Sequence[int]) -> None:
        with _signals_held():
            sent = sock.sendmsg([data], _ancillary(descriptors))
            sock.sendall(data[sent:])

    def _receive(sock: socket.socket, flags: int) -> tuple[bytes, list[int]]:
        # The writer writes packets whole: once the first byte is there, the rest is on its way.
        sock.recv(1, flags | socket.MSG_PEEK)
        with _signals_held():
            header, descriptors = _receive_message(sock, HEADER.size, socket.MSG_WAITALL)
            if not header or HEADER.unpack(header)[1]:
                return header, descriptors
            total = HEADER.unpack(header)[3]
            return header + sock.recv(total, socket.MSG_WAITALL), descriptors

else:

    def _send(sock: socket.socket, data: bytes, descriptors: Sequence[int]) -> None:
        sock.sendmsg([data], _ancillary(descriptors))

    def _receive(sock: socket.socket, flags: int) -> tuple[bytes, list[int]]:
        return _receive_message(sock, INLINE_BYTES + HEADER.size, flags)


def _receive_message(sock: socket.socket, size: int, flags: int) -> tuple[bytes, list[int]]:
    room = socket.CMSG_SPACE(4 * MAX_DESCRIPTORS)
    data, ancillary, _, _ = sock.recvmsg(size, room, flags)
    descriptors = array.array("i")
    for level, kind, payload in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            descriptors.frombytes(payload[: len(payload) - len(payload) % descriptors.itemsize])
    for descriptor in descriptors:
        os.set_inheritable(descriptor, False)
    return data, list(descriptors)
