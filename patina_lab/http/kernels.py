"""Front doors of kernels by their own id: for plain notebooks and consoles."""

from __future__ import annotations

from collections.abc import Awaitable
from http import HTTPStatus

from patina_lab import wire
from patina_lab.http.operation import PatinaHandler, operation
from patina_lab.http.states import page_asked


class ForkKernelHandler(PatinaHandler):
    """`api/patina/kernels/{kernel}/fork`."""

    @operation("execute", body=wire.ForkKernel, reply=wire.ForkedKernel, status=HTTPStatus.CREATED)
    def post(self, kernel: str, wanted: wire.ForkKernel) -> Awaitable[wire.ForkedKernel]:
        """Start a kernel that is a fork of this one."""
        return self.service.kernels.fork(kernel, wanted)


class UndoKernelHandler(PatinaHandler):
    """`api/patina/kernels/{kernel}/undo`."""

    @operation("execute", reply=wire.UndoneKernel)
    def post(self, kernel: str) -> Awaitable[wire.UndoneKernel]:
        """Go back to the state before the last cell."""
        return self.service.kernels.undo(kernel)


class KernelGlobalsHandler(PatinaHandler):
    """`api/patina/kernels/{kernel}/globals`."""

    @operation("execute", reply=list[wire.Global])
    def get(self, kernel: str) -> Awaitable[list[wire.Global]]:
        """List the variables."""
        return self.service.kernels.variables(kernel)


class KernelGlobalHandler(PatinaHandler):
    """`api/patina/kernels/{kernel}/globals/{name}`."""

    @operation("execute", reply=wire.GlobalPage, query=("path", "offset", "limit"))
    def get(self, kernel: str, name: str) -> Awaitable[wire.GlobalPage]:
        """Open a variable: `?path=` a part of it, `?offset=` and `?limit=` some of its children."""
        return self.service.kernels.variable(kernel, name, *page_asked(self))
