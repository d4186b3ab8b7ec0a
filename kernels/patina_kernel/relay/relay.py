"""The relay of one kernel: everything is wired together here."""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from contextlib import suppress
from functools import partial
from typing import Any

from patina_kernel.relay.attachment import Attachment
from patina_kernel.relay.bounds import Bounds
from patina_kernel.relay.control import Control
from patina_kernel.relay.core import Core
from patina_kernel.relay.lanes import Lanes, Output
from patina_kernel.relay.loop import guarded
from patina_kernel.relay.messages import replied
from patina_kernel.relay.parking import Parking
from patina_kernel.relay.questions import Questions
from patina_kernel.relay.shell import Shell
from patina_kernel.relay.subshells import Subshells
from patina_kernel.relay.tickets import Tickets, claim
from patina_kernel.runtime import directory, records
from patina_kernel.runtime.process import HAVE_PIDFD, Process
from patina_kernel.wire.channel import Channel, parse
from patina_kernel.wire.ops import Op
from patina_kernel.wire.packet import Packet

# Packets taken in one go, so that a flood of output does not keep requests waiting.
AT_ONCE = 256
PARENT_POLL_SECONDS = 1.0
FORSAKEN_POLL_SECONDS = 1.0


class Relay:
    """Serves a kernel until it is shut down, or its executor ends and cannot be restored."""

    def __init__(self, connection_file: str, *, outlives: bool = False) -> None:
        place = directory.for_kernel(connection_file)
        records.living(place)  # sweeps what was left behind
        self._core = core = Core(connection_file, place, outlives=outlives)
        self._parking = Parking(core)
        self._shell = Shell(core, self._parking.checkpoint)
        self._parking.use(self._shell)
        self._subshells = Subshells(core, self._drain)
        self._attachment = Attachment(core, self._shell, self._watch, self._forget)
        self._tickets = Tickets(core.loop, place)
        self._control = Control(core, self._shell, self._attachment, self._parking, self._tickets)
        self._record = records.write(place, connection_file, self._tickets.path)
        self._questions = Questions(core, self._shell)
        attachment = self._attachment
        self._bounds = Bounds(core, lambda: self._shell.busy, attachment.end, attachment.tell)
        self._wants_input = False
        self._wanted = time.monotonic()

    def start_with(self, waiting: Channel, pid: int, **how: Any) -> None:
        """Attach to a new executor."""
        self._attachment.attach(waiting, pid, **how)

    def start_from(self, ticket: str) -> None:
        """Attach to the parked copy of another kernel. Raises TicketError."""
        claimed = claim(ticket)
        how = {"fork": True, "reseed": claimed.reseed, "report": claimed.report}
        self._core.table = claimed.table
        self._attachment.attach(claimed.channel, claimed.pid, **how)

    def run(self) -> int:
        """Serve; return the exit status."""
        core, sockets = self._core, self._core.sockets
        signal.signal(signal.SIGINT, lambda *_: self._attachment.interrupt())
        signal.signal(signal.SIGTERM, lambda *_: self._stop())
        core.loop.watch(sockets.shell, self._on_shell)
        core.loop.watch(sockets.control, self._control.on_request)
        core.loop.watch(sockets.stdin, self._on_stdin)
        core.loop.watch(sockets.iopub, core.publisher.on_subscription)
        core.loop.watch(sockets.hb, lambda: sockets.hb.send_multipart(sockets.hb.recv_multipart()))
        self._end_when_forsaken()
        self._bounds.watch()
        core.loop.run()
        self._close()
        return core.exit_status

    def end_with(self, pid: int) -> None:
        """End when that process does, whoever our parent is."""
        try:
            parent = Process(pid)
        except OSError:
            self._stop()
            return
        if HAVE_PIDFD:
            self._core.loop.watch(parent.descriptor, self._stop)
        else:
            self._poll(parent)

    def _end_when_forsaken(self) -> None:
        """End a kernel that outlived its server once nobody has come for it in the time set.

        Not while a cell runs: nobody needs to be there for that.
        """
        core = self._core
        patience = core.settings.keep_seconds
        if patience is not None:
            if self._shell.busy or not core.publisher.is_alone:
                self._wanted = time.monotonic()
            since = max(self._wanted, core.publisher.alone_since)
            if time.monotonic() - since > patience:
                self._stop()
        core.loop.call_later(FORSAKEN_POLL_SECONDS, self._end_when_forsaken)

    def _poll(self, parent: Process) -> None:
        if parent.poll() is not None:
            self._stop()
        self._core.loop.call_later(PARENT_POLL_SECONDS, lambda: self._poll(parent))

    def _stop(self) -> None:
        self._core.loop.stopping = True

    def _close(self) -> None:
        core = self._core
        if core.lanes is not None:
            core.lanes.kill()
        core.publisher.flush()
        core.checkpoints.clear()
        self._tickets.close()
        records.remove(self._record, None)
        core.sockets.close()

    # The executor's side

    def _watch(self, lanes: Lanes) -> None:
        handlers: dict[int, Any] = {
            lanes.main.fileno(): self._on_main,
            lanes.control.fileno(): self._on_control_lane,
            lanes.stdin.fileno(): self._on_input_wanted,
            lanes.death: self._on_death,
        }
        for output in lanes.outputs:
            handlers[output.descriptor] = partial(self._read, output)
        lanes.watch(self._core.loop, handlers)

    def _forget(self) -> None:
        """Take what the executor still said, then let go of what belongs to it."""
        guarded(self._drain)
        for output in self._core.lanes.outputs if self._core.lanes else ():
            guarded(partial(self._read, output))
        self._subshells.clear()
        self._control.forget()
        self._forget_question()

    def _forget_question(self) -> None:
        self._wants_input, self._core.question = False, None

    def _on_death(self) -> None:
        if not HAVE_PIDFD:
            # The descriptor is the main lane: only its end means death.
            self._on_main()
            if self._core.lanes is None or self._core.loop.watches(self._core.lanes.main.fileno()):
                return
        self._attachment.on_death()

    def _on_main(self) -> None:
        for _ in range(AT_ONCE):
            if not self._take():
                return

    def _drain(self) -> None:
        while self._take():
            pass

    def _take(self) -> bool:
        """Deal with one packet of the main lane; return whether there may be more."""
        lanes = self._core.lanes
        if lanes is None:
            return False
        try:
            packet = lanes.main.receive_now()
        except (BlockingIOError, OSError):
            return False
        if packet is None:
            self._core.loop.unwatch(lanes.main.fileno())
            return False
        self._on_packet(packet)
        return True

    def _on_packet(self, packet: Packet) -> None:
        publisher = self._core.publisher
        match packet.op:
            case Op.STREAM:
                name, parent, text = map(bytes, packet.frames)
                publisher.stream(name.decode(), parent, text.decode("utf-8", "replace"))
            case Op.IOPUB:
                self._read_outputs()
                publisher.forward(packet.frames)
            case Op.SHELL:
                self._reply(packet)
            case Op.DONE | Op.GLOBALS:
                self._on_done(packet)
            case Op.ABORT:
                self._on_abort()
            case Op.PARKED | Op.ANSWER:
                self._shell.task_done(packet)
            case Op.INTERRUPTED:
                self._attachment.seen_interrupt = True
            case Op.HELLO:
                self._core.hello = parse(packet)
                self._core.ready = True
                self._core.tell_settings()
                self._control.arrived()
                self._shell.pump()

    def _reply(self, packet: Packet) -> None:
        self._read_outputs()
        self._core.publisher.flush()
        self._core.sockets.shell.send_multipart(self._core.messages.signed(packet.frames))
        kind, parent, content = replied(packet.frames)
        if kind == "execute_reply":
            self._core.publisher.replied(content, parent)

    def _on_abort(self) -> None:
        for other in self._shell.receive():  # also what is already on the wire
            self._subshells.route(other)
        self._shell.abort()

    def _on_done(self, packet: Packet) -> None:
        delta, parent = map(bytes, packet.frames)
        if packet.op == Op.GLOBALS:
            self._publish_globals(delta, parent)
            return
        self._core.publisher.flush()
        if delta:
            self._publish_globals(delta, parent)
            self._attachment.cell_ended()
        self._shell.done(parent)

    def _publish_globals(self, delta: bytes, parent: bytes) -> None:
        content = parse(Packet(Op.GLOBALS, [delta], []))
        for row in content["delta"]:
            if row.get("changed") == "gone":
                self._core.table.pop(row["name"], None)
            else:
                self._core.table[row["name"]] = row
        if content["delta"] and self._core.settings.publish_globals:
            self._core.publisher.publish(b"patina", "patina_globals", content, parent)

    def _on_control_lane(self) -> None:
        lanes = self._core.lanes
        packet = lanes.control.receive_now() if lanes else None
        if lanes is None or packet is None:
            if lanes is not None:
                self._core.loop.unwatch(lanes.control.fileno())
            return
        match packet.op:
            case Op.CONTROL:
                frames = self._core.messages.signed(packet.frames)
                self._core.sockets.control.send_multipart(frames)
            case Op.IOPUB:
                self._core.publisher.forward(packet.frames)
            case Op.ANSWER:
                self._control.on_answer(packet)
            case Op.SUBSHELL_NEW:
                self._subshells.add(packet.text.decode(), packet.descriptors[0])
            case Op.SUBSHELL_GONE:
                self._subshells.remove(packet.text.decode())

    def _on_input_wanted(self) -> None:
        lanes = self._core.lanes
        packet = lanes.stdin.receive_now() if lanes else None
        if packet is None:
            if lanes is not None:
                self._core.loop.unwatch(lanes.stdin.fileno())
            return
        self._read_outputs()
        self._drain()
        self._core.publisher.flush()
        self._wants_input = True
        self._core.question = replied(packet.frames)[2]
        self._questions.ask(self._core.messages.signed(packet.frames))

    def _read_outputs(self) -> None:
        """Take what was written to descriptors before the message that comes next."""
        for output in self._core.lanes.outputs if self._core.lanes else ():
            if self._core.loop.watches(output.descriptor) and _has_data(output.descriptor):
                self._read(output)

    def _read(self, output: Output) -> None:
        text, more = output.read()
        if text:
            self._core.publisher.stream(output.name, self._core.parent, text)
        if not more:
            self._core.loop.unwatch(output.descriptor)

    # The clients' side

    def _on_shell(self) -> None:
        for other in self._shell.receive():
            self._subshells.route(other)
        self._shell.pump()

    def _on_stdin(self) -> None:
        message = self._core.messages.verify(self._core.sockets.stdin.recv_multipart())
        if message is not None and self._wants_input and self._core.lanes is not None:
            self._forget_question()
            with suppress(OSError):
                self._core.lanes.stdin.send(Op.INPUT, message.for_executor())


def _has_data(descriptor: int) -> bool:
    poller = select.poll()
    poller.register(descriptor, select.POLLIN)
    return bool(poller.poll(0))


def serve(relay: Relay) -> None:
    """Serve with that relay, then end the process."""
    status = relay.run()
    sys.stdout.flush()
    # Not exit(): what a template has registered for its end is not ours to run.
    os._exit(status)
