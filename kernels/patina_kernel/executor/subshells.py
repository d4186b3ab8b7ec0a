"""Extra shells (JEP 91): each a thread with a loop and a lane of its own, stopped for a fork."""

from __future__ import annotations

import asyncio
import threading
import uuid
from functools import partial
from typing import Any

from ipykernel.subshell_manager import UnknownSubshellError
from ipykernel.utils import _async_in_context

from patina_kernel.executor.lane import Lane, Lanes, as_frames
from patina_kernel.executor.loops import renew
from patina_kernel.wire import packet
from patina_kernel.wire.channel import Channel
from patina_kernel.wire.ops import Op


class Subshell:
    """One of them."""

    def __init__(self, name: str, callback: Any) -> None:
        self.id, self.aborting = name, False
        self.loop = asyncio.new_event_loop()
        self.lock = asyncio.Lock()
        ours, self.theirs = packet.pair()
        self.lane = Channel(ours)
        self.busy = 0
        self._callback = _async_in_context(partial(callback, name))
        self._tasks: set[asyncio.Task[Any]] = set()
        self.loop.add_reader(ours.fileno(), self._on_packet)
        self.thread = self._start()

    def _start(self) -> threading.Thread:
        thread = threading.Thread(target=self._run, name=f"subshell-{self.id}", daemon=True)
        thread.start()
        return thread

    def restart(self) -> None:
        """Begin again after `stop`."""
        self.thread = self._start()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()

    def stop(self) -> None:
        """End the thread."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()

    def _on_packet(self) -> None:
        message = self.lane.receive()
        if message is None:
            self.loop.remove_reader(self.lane.fileno())
            return
        task = self.loop.create_task(self._handle(message.frames))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _handle(self, frames: list[Any]) -> None:
        self.busy += 1
        try:
            await self._callback(as_frames(frames))
        finally:
            self.busy -= 1
            self.lane.send(Op.DONE)


class _Channel:
    """Stands for the manager's control channel: a question is answered on the spot."""

    def __init__(self, manager: Subshells) -> None:
        self._manager = manager
        self._reply: dict[str, Any] = {}
        self.from_socket = self

    def send_json(self, question: dict[str, Any]) -> None:
        """Ask."""
        self._reply = self._manager.control(question)

    def recv_json(self) -> dict[str, Any]:
        """Return the answer."""
        return self._reply


class _Pair:
    """Stands for the pair that GUI event loops poll."""

    def __init__(self, lane: Lane) -> None:
        self.to_stream = lane


class Subshells:
    """What ipykernel knows as its subshell manager."""

    def __init__(self, lanes: Lanes, shell_lane: Lane) -> None:
        self._lanes, self._shell_lane = lanes, shell_lane
        self._shells: dict[str, Subshell] = {}
        self._callback: Any = None
        self.main_callback: Any = None
        self.control_to_shell_channel = _Channel(self)

    def set_on_recv_callback(self, callback: Any) -> None:
        """Say what handles a request."""
        self._callback = callback
        self.main_callback = _async_in_context(partial(callback, None))

    def get(self, name: str) -> Subshell:
        """Return one. Raises UnknownSubshellError."""
        try:
            return self._shells[name]
        except KeyError:
            raise UnknownSubshellError(name) from None

    def control(self, question: dict[str, Any]) -> dict[str, Any]:
        """Create, delete or list."""
        try:
            match question["type"]:
                case "create":
                    return {"status": "ok", "subshell_id": self._create()}
                case "delete":
                    self._delete(self.get(question["subshell_id"]))
                    return {"status": "ok"}
                case _:
                    return {"status": "ok", "subshell_id": self.list_subshell()}
        except UnknownSubshellError as error:
            return {"status": "error", "evalue": str(error)}

    def _create(self) -> str:
        shell = Subshell(str(uuid.uuid4()), self._callback)
        self._shells[shell.id] = shell
        assert self._lanes.control is not None
        self._lanes.control.send(Op.SUBSHELL_NEW, [shell.id.encode()], [shell.theirs.fileno()])
        shell.theirs.close()
        return shell.id

    def _delete(self, shell: Subshell) -> None:
        del self._shells[shell.id]
        assert self._lanes.control is not None
        self._lanes.control.send(Op.SUBSHELL_GONE, [shell.id.encode()])
        shell.stop()
        shell.lane.close()
        shell.loop.close()

    @property
    def busy(self) -> bool:
        """Whether one of them runs a request."""
        return any(shell.busy for shell in self._shells.values())

    def stop(self) -> None:
        """End their threads for a while."""
        for shell in self._shells.values():
            shell.stop()

    def restart(self) -> None:
        """Go on after `stop`."""
        for shell in self._shells.values():
            shell.restart()

    def drop(self) -> None:
        """In a copy: they are the original's."""
        for shell in self._shells.values():
            renew(shell.loop, {shell.lane.fileno()})
            shell.lane.close()
        self._shells.clear()

    def list_subshell(self) -> list[str]:
        """Return their ids."""
        return list(self._shells)

    def get_subshell_to_shell_channel_socket(self, _: str | None) -> Lane:
        """Return the lane that replies go out on."""
        return self._shell_lane

    get_shell_channel_to_subshell_socket = get_subshell_to_shell_channel_socket

    def get_shell_channel_to_subshell_pair(self, _: str | None) -> _Pair:
        """Return what GUI event loops poll."""
        return _Pair(self._shell_lane)

    def get_subshell_aborting(self, name: str) -> bool:
        """Return whether it is aborting."""
        return self.get(name).aborting

    def set_subshell_aborting(self, name: str, aborting: bool) -> None:  # noqa: FBT001
        """Say whether it is aborting."""
        self.get(name).aborting = aborting

    def get_subshell_asyncio_lock(self, name: str) -> asyncio.Lock:
        """Return the lock that keeps its requests in sequence."""
        return self.get(name).lock

    def subshell_id_from_thread_id(self, thread: int) -> str | None:
        """Return the subshell of a thread; None for the main one's. Raises RuntimeError."""
        if thread == threading.main_thread().ident:
            return None
        for shell in self._shells.values():
            if shell.thread.ident == thread:
                return shell.id
        raise RuntimeError(f"Thread id {thread!r} does not correspond to a subshell of this kernel")


class ShellChannelThread:
    """What ipykernel knows as its shell channel thread; the thread itself is the relay."""

    def __init__(self, manager: Subshells) -> None:
        self.parent_thread = threading.main_thread()
        self.manager = manager
