"""The starter's side of a nursery: templates are started when first wanted, used when warm."""

from __future__ import annotations

import hashlib
import os
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from patina_kernel.nursery import STARTER, log
from patina_kernel.runtime import directory, pages
from patina_kernel.wire import packet
from patina_kernel.wire.channel import Channel, parse
from patina_kernel.wire.ops import Op

START_SECONDS = 10.0
# What of the environment matters to a process before its first line of user code: a template with
# another value of these is another template. All else is set in the copy.
MATTERS = (
    "PYTHON", "LD_", "DYLD_", "OMP_", "OPENBLAS", "MKL_", "BLIS_", "NUMEXPR", "MPL", "POLARS",
    "CONDA", "VIRTUAL_ENV", "PATH", "HOME", "IPYTHON", "JUPYTER", "LANG", "LC_", "TZ", "MALLOC_",
    "GLIBC_TUNABLES", "PATINA_CARRY", "XDG_",
    # A template of Rust has a compiler wait, which is of use only to kernels that want it so.
    "CARGO", "RUST", "PATINA_TARGET_DIR", "PATINA_TOOLCHAIN", "PATINA_SCCACHE", "PATINA_CARGO",
)  # fmt: skip


class ColdError(RuntimeError):
    """There is no warm template (yet): start the kernel the ordinary way."""


class SilentError(ConnectionError):
    """A template that does not answer."""


class Nurseries:
    """The templates this process has started; they end with it."""

    def __init__(self) -> None:
        # Kernels are started by several threads at a time.
        self._lock = threading.Lock()
        self._started: dict[str, subprocess.Popen[bytes]] = {}

    def start_kernel(
        self, command: Sequence[str], place: Path, connection_file: str, **how: Any
    ) -> int:
        """Return the process id of a new kernel's relay. `how`: env, cwd.

        Raises ColdError, having started a template for the next time. Takes START_SECONDS where a
        template is stopped, or slow to be swapped in: call it in a thread of its own.
        """
        env: Mapping[str, str] = how["env"]
        path = _socket(command, place, env)
        request = {"connection_file": connection_file, "env": dict(env), "cwd": str(how["cwd"])}
        try:
            return _ask(str(path), request)
        except OSError as error:
            with self._lock:
                if isinstance(error, SilentError):
                    self._end_template(str(path))
                self._start_template(command, str(path), env)
            raise ColdError(str(error)) from error

    @staticmethod
    def log(command: Sequence[str], place: Path, env: Mapping[str, str]) -> log.Log:
        """Return where that template, and kernels made from it, write what no client gets."""
        return log.of_template(_socket(command, place, env))

    def _end_template(self, path: str) -> None:
        """End one that does not answer: else each kernel would wait for it in vain."""
        silent = self._started.pop(path, None)
        if silent is not None:
            silent.kill()
            silent.wait()
            Path(path).unlink(missing_ok=True)

    def _start_template(self, command: Sequence[str], path: str, env: Mapping[str, str]) -> None:
        running = self._started.get(path)
        if running is not None and running.poll() is None:
            return  # still getting warm
        # Not our JPY_PARENT_PID or ticket: they are this one kernel's.
        kept = {name: value for name, value in env.items() if name.startswith(MATTERS)}
        # Not our stderr: kernels can outlive us, and would keep a pipe of ours open.
        with log.of_template(Path(path)).begun() as said:
            self._started[path] = subprocess.Popen(  # noqa: S603 - the kernelspec's command
                [*command, "--nursery", path],
                env=pages.asked_for({**kept, STARTER: str(os.getpid())}),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )


def _ask(path: str, request: dict[str, Any]) -> int:
    with directory.connect(path) as sock:
        channel = Channel(sock)
        channel.send_json(Op.START, request)
        if not packet.readable(sock, START_SECONDS):
            raise SilentError("the template does not answer")
        answer = channel.receive()
    content = parse(answer) if answer is not None else {}
    if "pid" not in content:
        raise ConnectionError("the template has ended, or is out of date")
    return int(content["pid"])


def _socket(command: Sequence[str], place: Path, env: Mapping[str, str]) -> Path:
    return place / f"{_key(command, env)}.nursery"


def _key(command: Sequence[str], env: Mapping[str, str]) -> str:
    matters = sorted(item for item in env.items() if item[0].startswith(MATTERS))
    return hashlib.sha256(repr((list(command), matters)).encode()).hexdigest()[:16]
