"""The control thread: control requests and questions are answered while the main thread is busy.

It ends before each fork and begins again after it; its event loop, and what waits in it, stays.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

from ipykernel.thread import CONTROL_THREAD_NAME
from tornado.ioloop import IOLoop

from patina_kernel.executor.lane import as_frames
from patina_kernel.executor.lifeline import die
from patina_kernel.wire.channel import Channel, parse
from patina_kernel.wire.ops import Op

Answer = Callable[[str, dict[str, Any]], dict[str, Any]]


class ControlThread:
    """What ipykernel knows as its control thread: `io_loop` and its name."""

    name = CONTROL_THREAD_NAME

    def __init__(
        self, dispatch: Callable[[Any], Any], answer: Answer, leave: Callable[[], None]
    ) -> None:
        self._dispatch, self._answer, self._leave = dispatch, answer, leave
        self._thread: threading.Thread | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self.renew()

    def renew(self) -> None:
        """Begin with a new event loop: what waits in the old one is not ours."""
        self.loop = asyncio.new_event_loop()
        self.io_loop: IOLoop | None = None
        self._tasks = set()

    def make_io_loop(self) -> IOLoop:
        """Return tornado's face of the loop."""
        if self.io_loop is None:
            self.io_loop = IOLoop(asyncio_loop=self.loop, make_current=False)  # type: ignore[call-arg]
        return self.io_loop

    def start(self, lane: Channel) -> None:
        """Serve the lane."""
        self.loop.add_reader(lane.fileno(), self._on_packet, lane)
        self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)
        # Debuggers would stop it together with the cell they stop.
        self._thread.pydev_do_not_trace = True  # type: ignore[attr-defined]
        self._thread.is_pydev_daemon_thread = True  # type: ignore[attr-defined]
        self._thread.start()

    def stop(self, lane: Channel) -> None:
        """End the thread; what it is in the middle of goes on when it is started again."""
        if self._thread is None:
            return
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self._thread = None
        self.loop.remove_reader(lane.fileno())

    @property
    def ident(self) -> int | None:
        """The thread's identity."""
        return self._thread.ident if self._thread else None

    def call_later(self, seconds: float, callback: Callable[[], None]) -> bool:
        """Have something called by the thread; False when it does not run."""
        if self._thread is None:
            return False
        self.loop.call_soon_threadsafe(self.loop.call_later, seconds, callback)
        return True

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()

    def _on_packet(self, lane: Channel) -> None:
        packet = lane.receive()
        if packet is None:
            die()  # the relay is gone
        elif packet.op == Op.CONTROL_REQUEST:
            task = self.loop.create_task(self._dispatch(as_frames(packet.frames)))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        elif packet.op == Op.ASK:
            question = parse(packet)
            content = self._answer(question["type"], question["content"])
            lane.send_json(Op.ANSWER, {"id": question["id"], "content": content})
        elif packet.op == Op.EXIT:
            self._leave()
