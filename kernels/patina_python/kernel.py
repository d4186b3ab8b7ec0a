"""The kernel class: IPython's, in the shared executor."""

from __future__ import annotations

import asyncio
from typing import Any

from ipykernel.ipkernel import IPythonKernel
from patina_kernel.executor.kernel import ForkableKernel

from patina_python.debugger import DebuggerShell, DebuggerStream
from patina_python.language import PythonLanguage


class PythonKernel(ForkableKernel, IPythonKernel):
    """IPython; everything ipykernel does, and forks."""

    def __init__(self, **kwargs: Any) -> None:
        control = kwargs["control_thread"]
        super().__init__(
            debugpy_stream=DebuggerStream(lambda: control.loop),
            debug_shell_socket=DebuggerShell(asyncio.get_event_loop(), kwargs["session"]),
            **kwargs,
        )
        self.patina = PythonLanguage(self)

    def renew_debugger(self) -> None:
        """In a copy: its control thread has a new event loop, on which stops are waited for."""
        if hasattr(self, "debugger"):
            self.debugger.stopped_queue = type(self.debugger.stopped_queue)()
            waiting = self.poll_stopped_queue()
            asyncio.run_coroutine_threadsafe(waiting, self.control_thread.loop)
