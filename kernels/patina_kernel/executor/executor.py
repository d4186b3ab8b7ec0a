"""The executor's main thread: it serves the relay, runs cells, and is forked between them."""

from __future__ import annotations

import asyncio
import atexit
import json
import os
import sys
import time
import uuid
from typing import Any

from ipykernel.kernelbase import Kernel
from tornado.ioloop import IOLoop

from patina_kernel.executor import imaging, lifeline
from patina_kernel.executor.answers import DELTA_SECONDS, Answers, as_message
from patina_kernel.executor.app import ExecutorApp
from patina_kernel.executor.control import ControlThread
from patina_kernel.executor.forker import Forker
from patina_kernel.executor.imaging import Imaging
from patina_kernel.executor.lane import as_frames
from patina_kernel.executor.loops import renew
from patina_kernel.executor.parking import Parking, Woken
from patina_kernel.forking import ForkRefusedError
from patina_kernel.images import Thawed
from patina_kernel.language import Language, ReportLine
from patina_kernel.relay.messages import DELIMITER
from patina_kernel.text import gettext as _
from patina_kernel.wire.channel import Channel, parse
from patina_kernel.wire.ops import Op
from patina_kernel.wire.packet import Frame, Packet

# The rest of a delta that took too long follows when nothing else is to be done.
REST_SECONDS = 0.05


class Executor:
    """One kernel of some language."""

    def __init__(self, kernel_class: type[Kernel], arguments: list[str]) -> None:
        self.loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self.loop)
        self.app = ExecutorApp.instance(kernel_class=kernel_class)
        self._control = ControlThread(self._dispatch_control, self._answer, self._leave)
        self.app.control_thread = self._control
        self._arguments = arguments
        self._forker = Forker(lambda: self._language)
        self._parking = Parking(self._forker, self)
        self._imaging = Imaging(self._parking, lambda: self._language)
        self._waiting_jobs: list[Packet] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._leaving = False
        self._copied = False
        self._cell_parent: bytes = b"{}"
        self._delta_seconds = DELTA_SECONDS

    def boot(self, *, as_template: bool) -> None:
        """Make the kernel; a template runs no code of a user's."""
        self.app.deferred = as_template
        self.app.leave_launch_directory()
        self.app.initialize(self._arguments)
        self._control.make_io_loop()
        self.app.io_loop = IOLoop.current()
        self.app.keep_random_state()
        self.loop.run_until_complete(self._start())
        for stream in (sys.stdout, sys.stderr):
            stream.later = self._control.call_later  # type: ignore[union-attr]
        self._answers = Answers(self._language)
        # A relay made from the same template gives these up; the executor takes them again.
        self.streams = (sys.stdout, sys.stderr)

    async def _start(self) -> None:
        self.app.kernel.start()

    @property
    def _language(self) -> Language:
        language: Language = self.app.kernel.patina
        return language

    @property
    def _main(self) -> Channel:
        channel: Channel | None = self.app.lanes.main
        assert channel is not None
        return channel

    def serve(self, attach: Packet) -> None:
        """Attach to a relay and serve it; never returns."""
        self._attach(attach, ())
        self._serve()

    def become_new(self, attach: Packet) -> None:
        """In a process made from a template: become a kernel of its own; never returns."""
        renew(self.loop)
        self._copied = True
        self._control.renew()
        self._control.make_io_loop()
        self.app.kernel.ident = str(uuid.uuid4())
        report = self._language.after_fork(reseed=True)
        self._language.fresh_randomness()
        self._attach(attach, report)
        self._serve()

    # Attaching

    def _attach(self, packet: Packet, report: tuple[ReportLine, ...]) -> None:
        info = parse(packet)
        main, control, stdin, out, err, life = packet.descriptors
        self._take_outputs(out, err)
        lifeline.hold(life)
        self._life = life
        self._take_identity(info)
        lanes = self.app.lanes
        lanes.main, lanes.control, lanes.stdin = map(Channel.of_descriptor, (main, control, stdin))
        self._leaving = False
        if info.get("fresh"):
            self._take_environment(info["fresh"])
        self.app.catch_up()
        self.loop.add_reader(main, self._on_packet)
        self._control.start(lanes.control)
        self._hello([*info.get("report", ()), *(line.told() for line in report)])

    @staticmethod
    def _take_outputs(out: int, err: int) -> None:
        nowhere = os.open(os.devnull, os.O_RDONLY)
        for descriptor, place in ((nowhere, 0), (out, 1), (err, 2)):
            os.dup2(descriptor, place)
            os.close(descriptor)

    def _take_identity(self, info: dict[str, Any]) -> None:
        session, kernel = self.app.session, self.app.kernel
        session.session, session.pid = info["session"], os.getpid()
        if info.get("connection_file"):
            self.app.connection_file = info["connection_file"]
        kernel.record_ports(info["ports"])
        if info.get("session_name"):
            os.environ["JPY_SESSION_NAME"] = info["session_name"]
            shell = getattr(kernel, "shell", None)
            if shell is not None:
                shell.user_ns["__session__"] = info["session_name"]

    def _take_environment(self, fresh: dict[str, Any]) -> None:
        os.environ.clear()
        os.environ.update(fresh["env"])
        os.chdir(fresh["cwd"])
        self._language.read_environment()

    def _hello(self, report: list[dict[str, Any]]) -> None:
        content = {
            "pid": os.getpid(),
            "kernel_info": self.app.kernel.kernel_info,
            "language": self._language.name,
            "engine": self._language.engine,
            "sees_interrupts": self._language.sees_interrupts,
            "looks_aside": self._language.looks_aside,
            "report": report,
            "control": sorted(self.app.kernel.control_handlers),
            "shell": sorted(self.app.kernel.shell_handlers),
        }
        self._main.send_json(Op.HELLO, content)

    # Serving

    def _serve(self) -> None:
        while not self._leaving:
            try:
                self.loop.run_forever()
            except KeyboardInterrupt:
                continue
            while self._waiting_jobs:
                self._do(self._waiting_jobs.pop(0))
            shell = getattr(self.app.kernel, "shell", None)
            self._leaving = self._leaving or bool(getattr(shell, "exit_now", False))
        self._end()

    def _on_packet(self) -> None:
        packet = self._main.receive()
        if packet is None:
            lifeline.die()
        elif packet.op == Op.REQUEST:
            task = self.loop.create_task(self._handle(packet.frames))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        elif packet.op == Op.SETTINGS:
            self._delta_seconds = float(parse(packet)["globals_ms"]) / 1e3
        else:
            # Outside the loop: a copy must not find itself inside a callback of it.
            self._waiting_jobs.append(packet)
            self.loop.stop()

    async def _handle(self, frames: list[Frame]) -> None:
        header = bytes(frames[[bytes(frame[:10]) for frame in frames].index(DELIMITER) + 2])
        code = self._code(frames, header)
        if code is not None:
            self._language.inspector.before_cell(code)
        try:
            await self.app.subshells.main_callback(as_frames(frames))
        except Exception:
            self.app.log.error("Exception in a request handler", exc_info=True)
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            # After the reply: nobody waits for it.
            delta = self._delta(header) if code is not None else b""
            self._main.send(Op.DONE, [delta, header])

    @staticmethod
    def _code(frames: list[Frame], header: bytes) -> str | None:
        """Return the code of a cell; None for any other request."""
        if b'"execute_request"' not in header:
            return None
        content = json.loads(
            bytes(frames[[bytes(frame[:10]) for frame in frames].index(DELIMITER) + 5])
        )
        return str(content.get("code", ""))

    def _delta(self, parent: bytes) -> bytes:
        self._cell_parent = parent
        try:
            started = time.perf_counter()
            delta = self._language.inspector.delta(self._delta_seconds)
            message = as_message(delta, time.perf_counter() - started)
        except Exception:
            self.app.log.warning("The globals could not be looked at", exc_info=True)
            return b'{"delta": [], "total": 0, "ms": 0}'
        if not delta.complete:
            self.loop.call_later(REST_SECONDS, self._rest_of_delta)
        return json.dumps(message).encode()

    def _rest_of_delta(self) -> None:
        if not self._tasks:  # else the end of that cell brings it
            self._main.send(Op.GLOBALS, [self._delta(self._cell_parent), self._cell_parent])

    # Jobs

    def _do(self, packet: Packet) -> None:
        if packet.op == Op.PARK:
            woken = self._parking.park(self._main, parse(packet)["why"])
            if woken is not None:
                self._wake(woken)
        elif packet.op == Op.JOB:
            job = parse(packet)
            if job["type"] == "patina_save_request":
                self._save(job)
            elif job["type"] == "patina_load_request":
                self._load(job)
            else:
                self._answer_job(job, [], 0.0)

    def _save(self, job: dict[str, Any]) -> None:
        started = time.perf_counter()
        kept = self._imaging.save(job["content"])
        if isinstance(kept, Woken):
            self._wake(kept)
        else:
            self._answer_job(job, kept, time.perf_counter() - started)

    def _load(self, job: dict[str, Any]) -> None:
        started = time.perf_counter()
        count = self.app.kernel.execution_count
        thawed = self._imaging.load(job["content"], count=count)
        if not isinstance(thawed, Thawed):
            self._answer_job(job, thawed, time.perf_counter() - started)
            return
        content = imaging.answer(thawed, started)
        waiting = [thawed.channel.fileno()]
        self._main.send_json(Op.ANSWER, {"id": job["id"], "content": content}, waiting)
        thawed.channel.close()

    def _answer_job(self, job: dict[str, Any], before: list[ReportLine], took: float) -> None:
        """Answer; `before` is told before what the answer itself reports, and took so long."""
        content = self._answers.answer(job["type"], job["content"])
        if before and content["status"] == "ok":
            content["report"] = [*(line.told() for line in before), *content["report"]]
            content["ms"] = round(content["ms"] + took * 1e3, 3)
            self._imaging.sealed(job["content"], before)
        self._main.send_json(Op.ANSWER, {"id": job["id"], "content": content})
        if self._answers.tells:
            self._rest_of_delta()

    def _wake(self, woken: Woken) -> None:
        """This is a copy, and it goes live."""
        info = parse(woken.packet)
        self._copied = True
        lanes = self.app.lanes
        renew(self.loop, {lanes.main.fileno()})
        renew(self._control.loop)
        self._control.renew()
        self._control.make_io_loop()
        self.app.subshells.drop()
        lanes.close()
        os.close(self._life)
        self._waiting_jobs.clear()
        self.app.kernel.ident = str(uuid.uuid4())
        report = self._language.after_fork(reseed=bool(info.get("reseed")))
        if (arrival := woken.arrival) is not None:
            self._language.after_thaw(arrival.given, arrival.descriptors)
            self.app.kernel.execution_count = arrival.given["count"]
        # Only now: what it would touch is mended.
        self._forker.wake()
        self._attach(woken.packet, report)

    def quiesce(self) -> set[int]:
        """Stop our threads for a fork; return their numbers."""
        if self.app.subshells.busy:
            hint = _("wait until it has ended")
            raise ForkRefusedError(_("a subshell is running a request"), hint)
        numbers = {*self._control.native_ids(), *self.app.subshells.native_ids()}
        self._control.stop(self.app.lanes.control)
        self.app.subshells.stop()
        return numbers | self._language.rest()

    def resume(self) -> None:
        """Go on after the fork."""
        self.app.subshells.restart()
        self._control.start(self.app.lanes.control)

    def own_descriptors(self) -> set[int]:
        """Return what leads to the relay."""
        lanes = self.app.lanes
        return {lanes.main.fileno(), lanes.control.fileno(), lanes.stdin.fileno(), self._life}

    # Requests of the control thread

    def _dispatch_control(self, frames: Any) -> Any:
        return self.app.kernel.dispatch_control(frames)

    def _answer(self, kind: str, content: dict[str, Any]) -> dict[str, Any]:
        return self._answers.answer(kind, content)

    def _leave(self) -> None:
        self._leaving = True
        self.loop.call_soon_threadsafe(self.loop.stop)

    def _end(self) -> None:
        """End the process; in a copy without what was registered for the original's end."""
        try:
            sys.stdout.flush()
            sys.stderr.flush()
            if not self._copied:
                atexit._run_exitfuncs()
        finally:
            os._exit(0)
