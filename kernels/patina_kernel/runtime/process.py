"""Processes that may not be our children: watched and signalled without mistaking one for another.

Linux: pidfd, which a recycled pid cannot fool. Elsewhere: the pid with its start time.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

HAVE_PIDFD = hasattr(os, "pidfd_open")
POLL_SECONDS = 0.05


def start_time(pid: int) -> str:
    """Return a text that tells two processes of the same pid apart; empty when there is none."""
    stat = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        with suppress(OSError):
            # The name, second, is in brackets and may hold anything: count from its end.
            return stat.read_text().rpartition(")")[2].split()[19]
        return ""
    command = ("ps", "-o", "lstart=", "-p", str(pid))
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603


def boot_id() -> str:
    """Return a text that tells two starts of the system apart; empty where there is none."""
    with suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return ""


def is_zombie(pid: int) -> bool:
    """Return whether the process has ended and only waits to be reaped."""
    with suppress(OSError, IndexError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    return False


def wait_status(pid: int) -> int | None:
    """Return how a process has ended, as waitpid(2) does, while it waits to be reaped by another.

    None where that cannot be known. Linux: `exit_code` of proc_pid_stat(5), which is 0 as well for
    those who may not read it.
    """
    if not is_zombie(pid):
        return None
    with suppress(OSError, IndexError, ValueError):
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[49]) or None
    return None


class Process:
    """A process that is not our child, with the face of `subprocess.Popen`.

    Its exit status belongs to its real parent: `returncode` is UNKNOWN_STATUS once it has ended.
    """

    UNKNOWN_STATUS = -1
    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        """Raises ProcessLookupError when there is no such process."""
        self.pid = pid
        self.returncode: int | None = None
        self.descriptor = os.pidfd_open(pid) if HAVE_PIDFD else -1
        self._started = start_time(pid)
        if not self._started:
            raise ProcessLookupError(pid)

    def poll(self) -> int | None:
        """Return None while it runs, then its status."""
        if self.returncode is None and (
            start_time(self.pid) != self._started or is_zombie(self.pid)
        ):
            self.returncode = self.UNKNOWN_STATUS
            self.close()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end. Raises subprocess.TimeoutExpired."""
        end = None if timeout is None else time.monotonic() + timeout
        while self.poll() is None:
            if end is not None and time.monotonic() > end:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0)
            time.sleep(POLL_SECONDS)
        return self.UNKNOWN_STATUS

    def send_signal(self, number: int) -> None:
        """Signal it, if it still runs."""
        if self.poll() is not None:
            return
        with suppress(ProcessLookupError):
            if HAVE_PIDFD:
                signal.pidfd_send_signal(self.descriptor, number)
            else:
                os.kill(self.pid, number)

    def kill(self) -> None:
        """Kill it."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def close(self) -> None:
        """Let go of the descriptor."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1
