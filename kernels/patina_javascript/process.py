"""The host's half of `process`: this kernel's own process, and no other."""

from __future__ import annotations

import os
import resource
import signal
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from patina_javascript.host import Host


class ProcessError(Exception):
    """What a cell may not do with processes."""


def _pid(_: Host, __: Any, ___: bytes) -> int:
    return os.getpid()


def _cwd(host: Host, _: Any, __: bytes) -> str:
    return str(host.directory)


def _env(_: Host, __: Any, ___: bytes) -> dict[str, str]:
    return dict(os.environ)


def _cpu(_: Host, __: Any, ___: bytes) -> dict[str, int]:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {"user": int(used.ru_utime * 1e6), "system": int(used.ru_stime * 1e6)}


def _exit(_: Host, value: Any, __: bytes) -> None:
    _flush()
    os._exit(int(value["code"]) & 0xFF)


def _kill(_: Host, value: Any, __: bytes) -> None:
    if int(value["pid"]) != os.getpid():
        raise ProcessError("a notebook can end its own process only (process.pid)")
    number = getattr(signal, str(value["signal"]), None)
    if not isinstance(number, signal.Signals):
        raise ProcessError(f"there is no signal {value['signal']}")
    _flush()
    # The engine handles some for itself; sent by a person they mean what they always do.
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


def _flush() -> None:
    sys.stdout.flush()
    sys.stderr.flush()


OPS: dict[str, Callable[..., Any]] = {
    "process.pid": _pid,
    "process.cpu": _cpu,
    "process.cwd": _cwd,
    "process.env": _env,
    "process.exit": _exit,
    "process.kill": _kill,
}
