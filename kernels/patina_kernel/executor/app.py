"""The application: ipykernel's, its sockets replaced by lanes to the relay."""

from __future__ import annotations

import os
import random
import sys
from typing import Any

from ipykernel.displayhook import ZMQDisplayHook
from ipykernel.kernelapp import IPKernelApp
from ipykernel.kernelbase import Kernel
from jupyter_client.session import Session
from traitlets import Any as AnyTrait
from traitlets import Type

from patina_kernel.executor.kernel import ForkableKernel
from patina_kernel.executor.lane import Lane, Lanes
from patina_kernel.executor.outstream import OutStream
from patina_kernel.executor.subshells import ShellChannelThread, Subshells
from patina_kernel.wire.ops import Op


class ExecutorApp(IPKernelApp):
    """Sets a kernel up. Its steps stand in for those of IPKernelApp of the same names."""

    name = "ipython-kernel"  # users' configuration files are named after it
    kernel_class = Type(ForkableKernel, klass=Kernel)
    lanes = AnyTrait()
    control_thread = AnyTrait()
    # In a template: what runs a user's code waits until there is a user.
    deferred = False

    def init_crash_handler(self) -> None:
        """None: it would print into the wrong place."""

    def init_connection_file(self) -> None:
        """The connection file is the relay's."""

    def write_connection_file(self, **_: Any) -> None:
        """The connection file is the relay's."""

    def log_connection_info(self) -> None:
        """The connection file is the relay's."""

    def init_poller(self) -> None:
        """It is the relay that watches the server."""

    def init_heartbeat(self) -> None:
        """It is the relay's."""

    def close(self) -> None:
        """There is no socket to close."""

    def init_sockets(self) -> None:
        """Make lanes."""
        self.lanes = Lanes()
        self.session = Session(parent=self)
        self.session.key = b""  # the relay signs and verifies
        self.iopub_socket = Lane(self.lanes, Op.IOPUB)
        self.iopub_thread = self.iopub_socket
        self.shell_socket = Lane(self.lanes, Op.SHELL)
        self.stdin_socket = Lane(self.lanes, Op.STDIN, "stdin")
        self.control_socket = Lane(self.lanes, Op.CONTROL, "control")
        self.subshells = Subshells(self.lanes, self.shell_socket)
        self.shell_channel_thread = ShellChannelThread(self.subshells)

    def init_io(self) -> None:
        """Redirect output; the relay also reads descriptors 1 and 2."""
        self.configure_tornado_logger()
        sys.stdout.flush()
        sys.stderr.flush()
        sys.stdout = OutStream(self.session, self.lanes, self.iopub_socket, "stdout")
        sys.stderr = OutStream(self.session, self.lanes, self.iopub_socket, "stderr")
        self.displayhook = ZMQDisplayHook(self.session, self.iopub_socket)
        sys.displayhook = self.displayhook
        self.patch_io()

    def init_kernel(self) -> None:
        """Make the kernel."""
        self.kernel = self.kernel_class.instance(
            parent=self,
            session=self.session,
            shell_stream=self.shell_socket,
            control_stream=self.control_socket,
            control_thread=self.control_thread,
            shell_channel_thread=self.shell_channel_thread,
            iopub_thread=self.iopub_thread,
            iopub_socket=self.iopub_socket,
            stdin_socket=self.stdin_socket,
            log=self.log,
            profile_dir=self.profile_dir,
            user_ns=self.user_ns,
        )
        self.displayhook.get_execution_count = lambda: self.kernel.execution_count

    def init_extensions(self) -> None:
        """Load a user's extensions, now or when there is a user."""
        if not self.deferred:
            super().init_extensions()

    def init_code(self) -> None:
        """Run a user's start-up files, now or when there is a user."""
        if not self.deferred:
            super().init_code()

    def catch_up(self) -> None:
        """Do what was deferred."""
        if self.deferred:
            self.deferred = False
            if self.shell is not None:  # a kernel of another language has none of IPython's
                self.init_extensions()
                self.init_code()

    def keep_random_state(self) -> None:
        """Make what is made once of random parts, such as the banner's tip, without taking any.

        A program's random numbers must not depend on whether somebody asked for the banner.
        """
        before = random.getstate()
        _ = self.kernel.kernel_info
        random.setstate(before)

    @staticmethod
    def leave_launch_directory() -> None:
        """`python -m` puts the directory it was started in first; users expect '' there."""
        if sys.path and sys.path[0] in ("", os.getcwd()):  # noqa: PTH109 - compared as text
            del sys.path[0]
