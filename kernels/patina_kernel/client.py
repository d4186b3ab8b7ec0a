"""Asking a running kernel something on its control channel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient

from patina_kernel.text import kept, said, told

REPLY_SECONDS = 60.0


class KernelRequestError(RuntimeError):
    """The kernel answered with an error, or not at all: what, and what to do (`hint`).

    `name`: the kernel's for the error; `alternatives`: what else can be done; `wording`: how
    translators know `evalue`, the message, and `hint`.
    """

    def __init__(
        self, message: str, hint: str = "", name: str = "", alternatives: tuple[str, ...] = ()
    ) -> None:
        super().__init__(message)
        self.hint, self.name, self.alternatives = hint, name, alternatives

    @property
    def wording(self) -> dict[str, Any]:
        """As in a message of the kernel's."""
        found: dict[str, Any] = told(evalue=said(self), hint=self.hint).get("wording", {})
        return found


async def ask(
    connection_file: str | Path,
    name: str,
    content: dict[str, Any] | None = None,
    seconds: float = REPLY_SECONDS,
) -> dict[str, Any]:
    """Return the content of the reply to `patina_<name>_request`. Raises KernelRequestError."""
    client = AsyncKernelClient()
    client.load_connection_file(str(connection_file))
    channel = client.control_channel
    channel.start()
    try:
        message = client.session.msg(f"patina_{name}_request", content or {})
        channel.send(message)
        reply = await _reply(channel, message["header"]["msg_id"], seconds)
    except TimeoutError as error:
        raise KernelRequestError(
            f"the kernel did not answer to {name}", "is it running?"
        ) from error
    finally:
        client.stop_channels()
    if reply.get("status") != "ok":
        raise KernelRequestError(
            kept({"evalue": "", **reply}, "evalue"),
            kept({"hint": "", **reply}, "hint"),
            str(reply.get("ename") or ""),
            tuple(map(str, reply.get("alternatives") or ())),
        )
    return reply


async def _reply(channel: Any, request: str, seconds: float) -> dict[str, Any]:
    from queue import Empty

    while True:
        try:
            message = await channel.get_msg(timeout=seconds)
        except Empty:
            raise TimeoutError from None
        if message["parent_header"].get("msg_id") == request:
            content: dict[str, Any] = message["content"]
            return content
