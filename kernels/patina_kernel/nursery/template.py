"""The template's side of a nursery: one process, single-threaded, that never runs user code."""

from __future__ import annotations

import gc
import importlib
import os
import select
import signal
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from patina_kernel import forking
from patina_kernel.launch import load, serve_forked, split
from patina_kernel.nursery import STARTER, log
from patina_kernel.runtime import directory
from patina_kernel.runtime.process import start_time
from patina_kernel.wire import packet
from patina_kernel.wire.channel import Channel, parse
from patina_kernel.wire.ops import Op

# A template that nobody has used for so long ends.
IDLE_SECONDS = 1800.0
LOOK_SECONDS = 1.0
STDERR = 2


class Template:
    """Boots a kernel, then hands out copies of it."""

    def __init__(self, kernel: str, rest: list[str], preload: tuple[str, ...]) -> None:
        self._kernel, self._rest, self._preload = kernel, rest, preload
        self._starter = int(os.environ.get(STARTER) or os.getppid())
        self._starter_time = start_time(self._starter)

    def serve(self, path: str) -> None:
        """Serve at a socket until nobody needs it; never returns."""
        self._boot()
        self._packages = _stamp()
        listening = directory.listen(Path(path))
        place = Path(path).stat()
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        used = time.monotonic()
        while time.monotonic() - used < IDLE_SECONDS and self._is_wanted(path, place):
            log.bound(STDERR)
            if select.select([listening], [], [], LOOK_SECONDS)[0]:
                used = time.monotonic()
                self._accept(listening)
        with suppress(OSError):
            if Path(path).stat().st_ino == place.st_ino:
                Path(path).unlink()
        log.of_template(Path(path)).end(STDERR)
        os._exit(0)

    def _boot(self) -> None:
        from patina_kernel.executor.executor import Executor

        importlib.import_module("patina_kernel.relay.relay")
        for name in self._preload:
            with suppress(ImportError):
                importlib.import_module(name)
        self._executor = Executor(load(self._kernel), self._rest)
        self._executor.boot(as_template=True)
        forking.capabilities()
        for stream in (sys.__stdout__, sys.__stderr__):
            if stream is not None:
                stream.flush()  # else each copy would write it again
        gc.collect()
        # What is shared by all copies need not be looked at, and thereby copied, in each.
        gc.freeze()

    def _is_wanted(self, path: str, place: os.stat_result) -> bool:
        """Return whether our starter lives, and our socket is where it was."""
        if start_time(self._starter) != self._starter_time:
            return False
        try:
            return Path(path).stat().st_ino == place.st_ino
        except OSError:
            return False

    def _accept(self, listening: socket.socket) -> None:
        sock, _ = listening.accept()
        with sock:
            if not directory.is_ours(sock) or not packet.readable(sock, LOOK_SECONDS):
                return
            channel = Channel(sock)
            request = channel.receive()
            if request is None:
                return
            if _stamp() != self._packages:
                # Packages were installed since: a copy would have the old ones.
                channel.send_json(Op.ACK, {"status": "stale"})
                os._exit(0)
            pid = os.fork()
            if pid == 0:
                listening.close()
                # Not the new kernel's: its forks would report it as a connection they lost.
                channel.close()
                self._start(parse(request))
            channel.send_json(Op.ACK, {"pid": pid})

    def _start(self, request: dict[str, Any]) -> None:
        """Be a new kernel: its relay, or both its relay and its executor. Never returns."""
        try:
            os.setsid()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            os.environ.clear()
            os.environ.update(request["env"])
            os.chdir(request["cwd"])
            sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
            if not serve_forked(request["connection_file"]):
                streams = self._executor.streams
                fresh = {"env": dict(os.environ), "cwd": request["cwd"]}
                split(
                    request["connection_file"],
                    lambda waiting: self._become(waiting, streams),
                    fresh=fresh,
                )
        except BaseException as error:  # noqa: BLE001 - nothing of the template must run on here
            print(f"patina: the kernel could not be started: {error}", file=sys.__stderr__)
        os._exit(1)

    def _become(self, waiting: Channel, streams: tuple[Any, Any]) -> None:
        sys.stdout, sys.stderr = streams
        attach = waiting.receive()
        waiting.close()
        if attach is not None:
            self._executor.become_new(attach)


def _stamp() -> tuple[tuple[str, int], ...]:
    """Return what changes when packages are installed or removed."""
    found = []
    for entry in sys.path:
        with suppress(OSError):
            found.append((entry, Path(entry or ".").stat().st_mtime_ns))
    return tuple(pair for pair in found if "site-packages" in pair[0] or "dist-packages" in pair[0])
