"""Starting a kernel: the process splits in two before anything of ZMQ is imported.

The parent becomes the relay, so that whoever started it watches, interrupts and kills it like any
kernel; the child becomes the executor.
"""

from __future__ import annotations

import importlib
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from patina_kernel.runtime import limits, pages
from patina_kernel.wire import packet
from patina_kernel.wire.channel import Channel

TICKET = "PATINA_FORK_TICKET"
OUTLIVE = "PATINA_OUTLIVE"
PARENT = "JPY_PARENT_PID"


@dataclass(frozen=True, slots=True)
class Arguments:
    """`rest` is for the kernel's application (traitlets)."""

    connection_file: str
    nursery: str | None
    rest: list[str]


def parse(arguments: list[str]) -> Arguments:
    """Return the parsed command line: -f FILE, --nursery SOCKET, and the rest."""
    named: dict[str, str] = {}
    rest: list[str] = []
    left = iter(arguments)
    for argument in left:
        name, equals, value = argument.partition("=")
        if name.lstrip("-") in ("f", "nursery"):
            named[name.lstrip("-")] = value if equals else next(left, "")
        else:
            rest.append(argument)
    return Arguments(named.get("f", ""), named.get("nursery"), rest)


def main(kernel: str, arguments: list[str], preload: tuple[str, ...] = ()) -> None:
    """Start what the command line asks for; never returns. `kernel` is a class: "module:name"."""
    parsed = parse(arguments)
    pages.forget(os.environ)
    if parsed.nursery:
        from patina_kernel.nursery.template import Template

        Template(kernel, parsed.rest, preload).serve(parsed.nursery)
    serve_forked(parsed.connection_file)
    split(parsed.connection_file, lambda waiting: _execute(kernel, parsed.rest, waiting))


def serve_forked(connection_file: str) -> bool:
    """Serve a fork, when the environment has a ticket for one: then never returns; else False."""
    ticket = os.environ.pop(TICKET, None)
    if not ticket:
        return False
    relay = _relay(connection_file)
    relay.start_from(ticket)
    _serve(relay)
    return True


def split(connection_file: str, execute: Callable[[Channel], None], **how: Any) -> None:
    """Become two: a relay, and a child that calls `execute` with its end of a socket."""
    ours, theirs = packet.pair()
    pid = os.fork()
    if pid == 0:
        ours.close()
        # A group of its own: what interrupts it interrupts what it has started, not the relay.
        os.setsid()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        limits.confine()
        execute(Channel(theirs))
        os._exit(0)
    theirs.close()
    relay = _relay(connection_file)
    relay.start_with(Channel(ours), pid, **how)
    _serve(relay)


def load(kernel: str) -> Any:
    """Return the class that "module:name" names."""
    module, _, name = kernel.partition(":")
    return getattr(importlib.import_module(module), name)


def _execute(kernel: str, rest: list[str], waiting: Channel) -> None:
    from patina_kernel.executor.executor import Executor

    executor = Executor(load(kernel), rest)
    executor.boot(as_template=False)
    attach = waiting.receive()
    waiting.close()
    if attach is not None:
        executor.serve(attach)


def _relay(connection_file: str) -> Any:
    from patina_kernel.relay.relay import Relay

    relay = Relay(connection_file, outlives=_outlives())
    parent = os.environ.get(PARENT, "")
    if parent.isdigit() and int(parent) > 1 and not _outlives():
        relay.end_with(int(parent))
    return relay


def _serve(relay: Any) -> None:
    from patina_kernel.relay.relay import serve

    serve(relay)


def _outlives() -> bool:
    return os.environ.get(OUTLIVE) == "1"
