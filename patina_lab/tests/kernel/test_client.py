"""The stdin channel: a kernel that asks at once is heard."""

from __future__ import annotations

import asyncio
from pathlib import Path

import zmq.asyncio

from patina_lab.kernel.client import Client

CONNECTED = 10.0


async def test_a_client_can_be_asked_when_the_kernel_has_its_connection(tmp_path: Path) -> None:
    client = Client(transport="ipc", ip=str(tmp_path / "k"))
    client.stdin_port = 1
    try:
        assert not await client.until_can_be_asked(0.05), "nobody is there"
        with zmq.asyncio.Context() as context, context.socket(zmq.ROUTER) as kernel:
            kernel.router_mandatory = True
            kernel.bind(f"ipc://{tmp_path / 'k'}-1")
            assert await client.until_can_be_asked(CONNECTED)
            await asyncio.wait_for(_asked(kernel, client.session.bsession), CONNECTED)
            socket = client.stdin_channel.socket
            assert await asyncio.wait_for(socket.recv(), CONNECTED) == b"Name?"
    finally:
        client.stop_channels()


async def _asked(kernel: zmq.asyncio.Socket, client: bytes) -> None:
    """Ask a client; a peer that is not known is an error, as this one may be for a millisecond."""
    while True:
        try:
            await kernel.send_multipart([client, b"Name?"])
        except zmq.ZMQError as error:
            if error.errno != zmq.EHOSTUNREACH:
                raise
            await asyncio.sleep(0.001)
        else:
            return
