"""Kernels without a run of ours: those of plain notebooks and consoles, forked and undone, too."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, cast

from jupyter_client.manager import AsyncKernelManager
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager

from patina_lab import wire
from patina_lab.document.manifest import wire_report
from patina_lab.kernel.asking import Asking, KernelRefusedError, asking
from patina_lab.kernel.connection import report_lines
from patina_lab.kernel.process import is_patina
from patina_lab.problem import conflict, not_found
from patina_lab.runlog.variables import global_rows
from patina_lab.runs.states import RESTORE_SECONDS
from patina_lab.text import gettext as _
from patina_lab.wire import told

LOOK_SECONDS = 2.0
PAUSE_SECONDS = 0.1


class PlainKernels:
    """Asks kernels of the server's kernel manager."""

    def __init__(self, kernels: AsyncMappingKernelManager) -> None:
        self._kernels = kernels
        self._undone: defaultdict[str, set[str]] = defaultdict(set)
        """Of each kernel the cells that were undone, by the ids of their messages."""

    def _manager(self, kernel: str) -> AsyncKernelManager:
        if kernel not in self._kernels:
            raise not_found(
                _("There is no such kernel"),
                _("No kernel %1 runs here", repr(kernel[:80])),
                _("GET api/kernels lists those that run."),
            )
        manager = cast("AsyncKernelManager", self._kernels.get_kernel(kernel))
        if not is_patina(manager):
            raise conflict(
                _("This kernel cannot do that"),
                _("%1 is none of Patina's kernels", manager.kernel_name),
                _("Choose a Patina kernel for this notebook."),
            )
        return manager

    async def fork(self, kernel: str, wanted: wire.ForkKernel) -> wire.ForkedKernel:
        """Start a kernel that is a fork of another, for a console or a notebook to use."""
        name = self._manager(kernel).kernel_name
        await self._at_rest(kernel)
        try:
            made = await self._kernels.start_kernel(
                kernel_name=name, fork_of=kernel, reseed=wanted.reseed
            )
        except Exception as error:
            said = {
                "evalue": str(error),
                "hint": getattr(error, "hint", ""),
                "wording": getattr(error, "wording", {}),
            }
            hint = told(said, "hint") or _("Wait until it is idle, and try again.")
            reason = told(said, "evalue")
            raise conflict(_("The kernel could not be forked"), reason, hint) from error
        provisioner: Any = self._manager(made).provisioner
        lines = (provisioner.fork_reply or {}).get("report") or []
        report = wire_report(report_lines(lines))
        return wire.ForkedKernel(id=made, name=str(name), report=report)

    async def _at_rest(self, kernel: str) -> None:
        """Wait a little for the end of a cell. A kernel is forked, and answers, only after it."""
        async with self._asking(kernel) as ask:
            deadline = asyncio.get_running_loop().time() + LOOK_SECONDS
            while (await ask("state", {}, LOOK_SECONDS))["busy"]:
                if asyncio.get_running_loop().time() > deadline:
                    raise conflict(
                        _("The kernel could not be forked"),
                        _("A cell is running"),
                        _("Wait until it has ended, or interrupt it."),
                    )
                await asyncio.sleep(PAUSE_SECONDS)

    async def undo(self, kernel: str) -> wire.UndoneKernel:
        """Go back to the state before the last cell that is not undone yet."""
        async with self._asking(kernel) as ask:
            if (await ask("state"))["busy"]:
                raise conflict(
                    _("Nothing was undone"), _("A cell is running"), _("Interrupt it first.")
                )
            left = self._left(kernel, (await ask("checkpoints"))["checkpoints"])
            if not left:
                reason = _("No state from before an earlier cell is kept")
                hint = _("Kernels keep the latest states while memory allows. Run the cells again.")
                raise conflict(_("Nothing was undone"), reason, hint)
            last = left.pop()
            await ask("restore", {"checkpoint": last["checkpoint"]}, RESTORE_SECONDS)
            self._undone[kernel].add(last["msg_id"])
            return wire.UndoneKernel(left=len(left), msg_id=last["msg_id"])

    def _left(self, kernel: str, kept: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the checkpoints before cells that are not undone, oldest first."""
        undone = self._undone[kernel]
        undone &= {entry["msg_id"] for entry in kept}
        return [entry for entry in kept if entry["msg_id"] and entry["msg_id"] not in undone]

    async def variables(self, kernel: str) -> list[wire.Global]:
        """Return the variables, as they were seen last."""
        async with self._asking(kernel) as ask:
            return global_rows((await ask("globals", {}, LOOK_SECONDS))["globals"])

    async def variable(self, kernel: str, content: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the kernel says of one variable."""
        async with self._asking(kernel) as ask:
            return await ask("globals", dict(content), LOOK_SECONDS)

    @asynccontextmanager
    async def _asking(self, kernel: str) -> AsyncIterator[Asking]:
        try:
            async with asking(self._manager(kernel)) as ask:
                yield ask
        except KernelRefusedError as error:
            if error.name == "NoSuchGlobal":
                what = _("There is no such variable")
                raise not_found(what, error.message, error.hint) from error
            raise conflict(_("The kernel did not do that"), error.message, error.hint) from error
