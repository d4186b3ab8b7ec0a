"""What a kernel class needs to run in the executor, whatever its language."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from ipykernel.jsonutil import json_clean
from ipykernel.kernelbase import Kernel
from traitlets import Any as AnyTrait

from patina_kernel.executor.lane import as_frames
from patina_kernel.language import Language
from patina_kernel.wire import packet
from patina_kernel.wire.ops import Op

END_OF_INPUT = "\x04"


class ForkableKernel(Kernel):  # type: ignore[misc]
    """A mixin, first among the bases; `patina` is the language it speaks."""

    # Lanes stand in for what upstream wants to be ZMQ streams.
    shell_stream = AnyTrait()
    control_stream = AnyTrait()
    debugpy_stream = AnyTrait()

    patina: Language
    _info: dict[str, Any] | None = None

    @property
    def kernel_info(self) -> dict[str, Any]:
        """The reply to kernel_info_request: made once, so that asking never changes any state."""
        if self._info is None:
            info = dict(super().kernel_info)
            features = [*info.get("supported_features", ()), "patina-fork"]
            self._info = {**info, "supported_features": features}
        return self._info

    def pre_handler_hook(self) -> None:
        """A request is about to be handled: an interrupt now raises KeyboardInterrupt."""
        super().pre_handler_hook()
        signal.signal(signal.SIGINT, self._on_interrupt)

    def _on_interrupt(self, number: int, frame: FrameType | None) -> None:
        # So that the relay knows a cell that goes on, catching it, from one that is stuck.
        if self.parent.lanes.main is not None:
            self.parent.lanes.main.send(Op.INTERRUPTED)
        signal.default_int_handler(number, frame)

    async def execute_request(
        self, stream: Any, ident: list[bytes], parent: dict[str, Any]
    ) -> None:
        """Run a cell, and reply even when an interrupt comes before or after the user's code."""
        sent = stream.sent
        try:
            await super().execute_request(stream, ident, parent)
        except KeyboardInterrupt:
            if stream.sent == sent:
                self._reply_interrupted(stream, ident, parent)

    def _reply_interrupted(self, stream: Any, ident: list[bytes], parent: dict[str, Any]) -> None:
        error = {"ename": "KeyboardInterrupt", "evalue": "", "traceback": ["KeyboardInterrupt"]}
        self.session.send(self.iopub_socket, "error", error, parent, ident=self._topic("error"))
        content = {"status": "error", "execution_count": self.execution_count, **error}
        self.session.send(stream, "execute_reply", content, parent, ident=ident)
        self._abort_queues()

    def _abort_queues(self, subshell_id: str | None = None) -> None:
        """The queues are the relay's."""
        if subshell_id is None:
            self.parent.lanes.main.send(Op.ABORT)
        else:
            self.parent.subshells.get(subshell_id).lane.send(Op.ABORT)

    def _input_request(
        self,
        prompt: str,
        ident: list[bytes],
        parent: dict[str, Any],
        password: bool = False,  # noqa: FBT001, FBT002 - upstream's signature
    ) -> str:
        sys.stdout.flush()
        sys.stderr.flush()
        lane = self.parent.lanes.stdin
        while packet.readable(lane.socket):
            lane.receive()  # answers to questions that were interrupted
        content = json_clean({"prompt": prompt, "password": password})
        self.session.send(self.stdin_socket, "input_request", content, parent, ident=ident)
        try:
            packet.readable(lane.socket, None)
        except KeyboardInterrupt:
            raise KeyboardInterrupt("Interrupted by user") from None
        answer = lane.receive()
        value = self._input_value(answer.frames) if answer else END_OF_INPUT
        if value == END_OF_INPUT:
            raise EOFError
        return value

    def _input_value(self, frames: list[Any]) -> str:
        _, rest = self.session.feed_identities(as_frames(frames), copy=False)
        reply = self.session.deserialize(rest, copy=False)
        return str(reply["content"].get("value", ""))

    @contextmanager
    def _cancel_on_sigint(self, future: asyncio.Future[Any]) -> Iterator[None]:
        """As upstream, but waking the loop: upstream's waits for the loop's next event."""
        loop = asyncio.get_running_loop()

        def cancel(*_: object) -> None:
            if self.parent.lanes.main is not None:
                self.parent.lanes.main.send(Op.INTERRUPTED)
            loop.call_soon_threadsafe(future.cancel)

        before = signal.signal(signal.SIGINT, cancel)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)
