"""A WebSocket by hand: it reads nothing unless told to, and answers no ping (RFC 6455)."""

from __future__ import annotations

import asyncio
import os
import socket
import struct
from urllib.parse import urlsplit

_BINARY, _PING, _CLOSE, _PONG = 0x82, 0x89, 8, 10


class RawSocket:
    """Opened by `open`. What is not read stays with the system, and then with the server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._closed = False

    @classmethod
    async def open(cls, url: str, headers: dict[str, str], buffer_bytes: int = 4096) -> RawSocket:
        """Connect, with as little room for what is not read as the system allows."""
        place = urlsplit(url)
        family, kind, protocol, _, address = socket.getaddrinfo(
            place.hostname, place.port, type=socket.SOCK_STREAM
        )[0]
        connection = socket.socket(family, kind, protocol)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer_bytes)
        connection.setblocking(False)
        await asyncio.get_running_loop().sock_connect(connection, address)
        reader, writer = await asyncio.open_connection(sock=connection, limit=buffer_bytes)
        path = place.path + (f"?{place.query}" if place.query else "")
        lines = [f"GET {path} HTTP/1.1", f"Host: {place.netloc}", "Upgrade: websocket"]
        lines += ["Connection: Upgrade", "Sec-WebSocket-Version: 13"]
        lines += ["Sec-WebSocket-Key: MDEyMzQ1Njc4OTAxMjM0NQ=="]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        writer.write("\r\n".join([*lines, "", ""]).encode())
        reply = await reader.readuntil(b"\r\n\r\n")
        assert b" 101 " in reply.splitlines()[0], reply
        return cls(reader, writer)

    async def send(self, message: bytes) -> None:
        """Send a binary frame."""
        mask = os.urandom(4)
        length = len(message)
        if length < 126:
            head = struct.pack("!BB", _BINARY, 0x80 | length)
        elif length < 2**16:
            head = struct.pack("!BBH", _BINARY, 0x80 | 126, length)
        else:
            head = struct.pack("!BBQ", _BINARY, 0x80 | 127, length)
        masked = bytes(byte ^ mask[at % 4] for at, byte in enumerate(message))
        self._writer.write(head + mask + masked)
        await self._writer.drain()

    async def closing_code(self) -> int:
        """Read to the end; return the code that the server closed with, 1006 without one."""
        try:
            while True:
                opcode, data = await self._frame()
                if opcode == _CLOSE:
                    return int(struct.unpack("!H", data[:2])[0]) if data else 1005
        except (asyncio.IncompleteReadError, ConnectionError):
            return 1006

    async def _frame(self) -> tuple[int, bytes]:
        first, length = await self._reader.readexactly(2)
        self._closed = self._closed or first & 0x0F == _CLOSE
        if length == 126:
            (length,) = struct.unpack("!H", await self._reader.readexactly(2))
        elif length == 127:
            (length,) = struct.unpack("!Q", await self._reader.readexactly(8))
        return first & 0x0F, await self._reader.readexactly(length)

    @property
    def is_closed(self) -> bool:
        """Whether the server was seen to close it."""
        return self._closed

    async def settle(self) -> None:
        """Return once the server has taken what was sent, or closed: it answers a ping in order."""
        mask = bytes(4)
        try:
            self._writer.write(struct.pack("!BB", _PING, 0x80) + mask)
            while (await self._frame())[0] not in (_PONG, _CLOSE):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            self._closed = True

    async def close(self) -> None:
        """Be gone, without a word."""
        self._writer.transport.abort()
