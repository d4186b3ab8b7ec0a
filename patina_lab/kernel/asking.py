"""Requests on the control channel that only Patina's kernels know: `patina_<name>_request`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from queue import Empty
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.session import Session
from zmq import EVENTS, ZMQError

from patina_lab.text import Text
from patina_lab.text import gettext as _
from patina_lab.wire import telling, told

QUICK_SECONDS = 10.0
GONE = "Gone"
"""The name of the error where the channels were closed."""


class KernelRefusedError(Exception):
    """The kernel answered with an error, or not in time: what, and what to do (`hint`)."""

    def __init__(self, name: str, message: Text, hint: Text) -> None:
        super().__init__(message)
        self.name, self.message, self.hint = name, message, hint


class Asking:
    """Asks over a client's control channel; many questions may wait at the same time."""

    def __init__(self, client: AsyncKernelClient) -> None:
        self._client = client
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}

    async def __call__(
        self, name: str, content: dict[str, Any] | None = None, seconds: float = QUICK_SECONDS
    ) -> dict[str, Any]:
        """Return the content of the reply. Raises KernelRefusedError."""
        message = self._client.session.msg(f"patina_{name}_request", content or {})
        request = str(message["header"]["msg_id"])
        reply = asyncio.get_running_loop().create_future()
        self._waiting[request] = reply
        try:
            self._client.control_channel.send(message)
            look_again(self._client.control_channel)
            answer: dict[str, Any] = await asyncio.wait_for(reply, seconds)
        except TimeoutError as error:
            raise KernelRefusedError(
                "Timeout",
                _("The kernel did not answer to %1 in %2 s", name, f"{seconds:g}"),
                _("Try again."),
            ) from error
        finally:
            self._waiting.pop(request, None)
        if answer.get("status") != "ok":
            raise KernelRefusedError(
                str(answer.get("ename")),
                told(answer, "evalue"),
                told(answer, "hint"),
            )
        return answer

    def tell(self, name: str, content: dict[str, Any]) -> None:
        """Send a request of which the reply is of no interest."""
        message = self._client.session.msg(f"patina_{name}_request", content)
        self._client.control_channel.send(message)
        look_again(self._client.control_channel)

    def on_reply(self, message: dict[str, Any]) -> None:
        """Take a message of the control channel."""
        waiting = self._waiting.get(str(message["parent_header"].get("msg_id", "")))
        if waiting is not None and not waiting.done():
            waiting.set_result(message["content"])

    def close(self) -> None:
        """Give up what waits: no answer will come."""
        for waiting in self._waiting.values():
            if not waiting.done():
                said = telling({"evalue": _("The kernel is gone")})
                waiting.set_result({"status": "error", "ename": GONE, **said})


@asynccontextmanager
async def asking(manager: AsyncKernelManager) -> AsyncIterator[Asking]:
    """Ask a kernel that no run of ours belongs to."""
    own = manager.session
    session = Session(key=own.key, signature_scheme=own.signature_scheme)
    client: AsyncKernelClient = manager.client(session=session)
    client.control_channel.start()
    ask = Asking(client)
    pump = asyncio.create_task(_pump(client, ask))
    try:
        yield ask
    finally:
        pump.cancel()
        await asyncio.gather(pump, return_exceptions=True)
        client.stop_channels()


def look_again(channel: Any) -> None:
    """Have what waits on a channel look for messages; call it after each send.

    jupyter_client sends past the asynchronous socket. libzmq then takes note of messages that have
    come, and tells of them no more: who waits for one would wait for ever.
    """
    channel.socket.get(EVENTS)


async def _pump(client: AsyncKernelClient, ask: Asking) -> None:
    while True:
        try:
            ask.on_reply(await client.get_control_msg())
        except (Empty, ValueError):
            continue
        except ZMQError:
            return
