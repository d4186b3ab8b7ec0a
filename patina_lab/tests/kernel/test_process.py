"""What is known of a kernel's end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from types import SimpleNamespace
from typing import Any

from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager

from patina_lab.kernel.death import death
from patina_lab.kernel.process import KernelProcess, known_status, missing_programs


def no_kernels() -> AsyncMappingKernelManager:
    """Return Jupyter's manager of kernels with none."""
    return AsyncMappingKernelManager()  # type: ignore[no-untyped-call]


def ended_in(group: int, port: int) -> KernelProcess:
    """Return a kernel that has ended, of a process group, for which a port was chosen."""
    ports = dict.fromkeys(("shell_port", "iopub_port", "stdin_port", "control_port"), 0)
    connection = {"transport": "tcp", "ip": "127.0.0.1", **ports, "hb_port": port}
    manager: Any = SimpleNamespace(
        provisioner=SimpleNamespace(pgid=group), get_connection_info=lambda: connection
    )
    kernels = no_kernels()
    kernels._kernels["k"] = manager
    return KernelProcess(kernels, "k")


def test_a_kernel_from_the_template_that_ended_is_not_said_to_be_hung_up() -> None:
    assert known_status(-1, of_own_child=False) is None
    assert "SIGHUP" not in death(known_status(-1, of_own_child=False)).cause
    assert known_status(-9, of_own_child=False) == -9


def test_a_kernel_of_our_own_can_be_hung_up() -> None:
    assert death(known_status(-1, of_own_child=True)).cause == "killed by SIGHUP"


def test_what_a_kernelspec_needs_and_the_server_lacks_is_told() -> None:
    needs = {"metadata": {"patina": {"programs": ["python3", "no-such-program"]}}}
    assert missing_programs(needs) == ["no-such-program"]
    assert missing_programs({"metadata": {}}) == missing_programs({}) == []


async def test_a_kernel_that_was_removed_meanwhile_is_neither_asked_for_nor_ended_again() -> None:
    removed = KernelProcess(no_kernels(), "removed")
    assert not removed.lacks_a_port()
    await removed.end()
    removed.leave()


def test_a_port_is_not_called_anothers_while_a_process_of_the_kernels_own_is_left() -> None:
    command = ("sh", "-c", "sleep 60 >/dev/null & echo")
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        port = somebody.getsockname()[1]
        for is_left in (True, False):
            kernel = subprocess.Popen(command if is_left else "true", start_new_session=True)
            kernel.wait()
            try:
                assert ended_in(kernel.pid, port).lacks_a_port() is not is_left
            finally:
                if is_left:
                    os.killpg(kernel.pid, signal.SIGKILL)
