"""The channels of a live kernel: opened so that nothing is missed, and read while they are open."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from zmq import ZMQError

from patina_lab.kernel.messages import is_idle, parent_of
from patina_lab.kernel.process import (
    ANSWER_SECONDS,
    START_SECONDS,
    KernelProcess,
    KernelStartError,
    PortTakenError,
)
from patina_lab.text import gettext as _

log = logging.getLogger(__name__)
QUIET_SECONDS, PAUSE_SECONDS = 5.0, 0.1
"""How long a dead kernel's last words are waited for, and the pause that ends them."""
_FIRST_ANSWER_SECONDS = 0.05
Handle = Callable[[dict[str, Any]], None]


class Handlers(NamedTuple):
    """What becomes of a channel's messages."""

    iopub: Handle
    shell: Handle
    stdin: Handle
    control: Handle


class Channels:
    """Those of one client to one kernel."""

    def __init__(self, process: KernelProcess) -> None:
        self._process, self.client = process, process.client()
        self.on_lost: Callable[[], object] = lambda: None
        self._tasks: list[asyncio.Task[None]] = []
        self._heard = 0

    async def open(self, handlers: Handlers, *, is_busy: bool = False) -> None:
        """Open the channels and wait until the kernel answers on all that we need.

        `is_busy`: it may run a cell; a Patina kernel answers all the same. Raises KernelStartError
        when the kernel dies first, or does not answer in two minutes.
        """
        self.client.start_channels(hb=False)
        await self._alive(self._ask_beside if is_busy else self.client.kernel_info)
        self._tasks = [
            asyncio.create_task(self._pump(self.client.get_iopub_msg, handlers.iopub)),
            asyncio.create_task(self._pump(self.client.get_shell_msg, handlers.shell)),
            asyncio.create_task(self._pump(self.client.get_stdin_msg, handlers.stdin)),
            asyncio.create_task(self._pump(self.client.get_control_msg, handlers.control)),
        ]
        for task in self._tasks:
            task.add_done_callback(self._pump_ended)

    def _ask_beside(self) -> str:
        """Ask on the control channel, where nothing waits for the end of a cell."""
        message = self.client.session.msg("kernel_info_request")
        self.client.control_channel.send(message)
        return str(message["header"]["msg_id"])

    async def _alive(self, ask: Callable[[], str]) -> None:
        answering = asyncio.create_task(self._answering(ask))
        dying = asyncio.create_task(self._process.died())
        try:
            done, _waiting = await asyncio.wait(
                (answering, dying), timeout=START_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            answering.cancel()
            dying.cancel()
        if answering not in done:
            reason = _("It did not answer within two minutes")
            kind = KernelStartError
            if dying in done:
                reason = _("Its process ended")
                if self._process.lacks_a_port():
                    reason, kind = _("Another process took one of its ports"), PortTakenError
            hint = _("The server's log has what the kernel printed.")
            raise kind(_("The kernel did not start"), reason, hint)
        answering.result()

    async def _answering(self, ask: Callable[[], str]) -> None:
        """Ask until nothing can be missed of what the kernel says, nor of what it asks."""
        await self._until_heard(ask)
        if not await self.client.until_can_be_asked(ANSWER_SECONDS):
            log.warning("The stdin channel of a kernel is not connected: it may ask unheard")

    async def _until_heard(self, ask: Callable[[], str]) -> None:
        """Ask until the kernel's idle status arrives: then we are subscribed."""
        asked: set[str] = set()
        patience = _FIRST_ANSWER_SECONDS
        while True:
            # A kernel that is there at once, as a fork is, may answer before we are subscribed.
            asked.add(ask())
            deadline = asyncio.get_running_loop().time() + patience
            patience = min(2 * patience, ANSWER_SECONDS)
            while (left := deadline - asyncio.get_running_loop().time()) > 0:
                message = await self._next_iopub(left)
                if message and is_idle(message) and parent_of(message) in asked:
                    return

    async def _next_iopub(self, seconds: float) -> dict[str, Any] | None:
        try:
            return await asyncio.wait_for(self.client.get_iopub_msg(), seconds)
        except TimeoutError:
            return None

    async def _pump(self, receive: Callable[[], Awaitable[dict[str, Any]]], handle: Handle) -> None:
        while True:
            try:
                message = await receive()
                self._heard += 1
                handle(message)
            except ZMQError:
                raise  # The channel is closed.
            except Exception:
                # A message that is no message, or that nothing can be made of, must not stop
                # the next: the run would wait for the end of its cell for ever.
                log.exception("Left out a message of a kernel")
                await asyncio.sleep(0)

    def _pump_ended(self, task: asyncio.Task[None]) -> None:
        """Say that a channel has failed; nothing comes from it any more."""
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("A channel of a kernel failed", exc_info=error)
            self.on_lost()

    async def quiet(self) -> None:
        """Wait until nothing more comes: what a kernel said last outlives it, in the sockets."""
        deadline = asyncio.get_running_loop().time() + QUIET_SECONDS
        heard = -1
        while heard != self._heard and asyncio.get_running_loop().time() < deadline:
            heard = self._heard
            await asyncio.sleep(PAUSE_SECONDS)

    async def close(self) -> None:
        """Read no more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
