"""Which kernels there are."""

from __future__ import annotations

from typing import Any

from jupyter_core.utils import ensure_async

from patina_lab.kernel.process import install_hint
from patina_lab.problem import bad_request
from patina_lab.rooms.newruns import NewKernel
from patina_lab.text import gettext as _


class Specs:
    """The kernelspecs of this server."""

    def __init__(self, manager: Any) -> None:
        """Ask `manager`, a KernelSpecManager; it may be asynchronous."""
        self._manager = manager

    async def all(self) -> dict[str, Any]:
        """Return all, by name."""
        specs: dict[str, Any] = await ensure_async(self._manager.get_all_specs())
        return specs

    async def kernel(self, name: str) -> NewKernel:
        """Return a kernel that a run can be given; a problem where there is none."""
        specs = await self.all()
        if name not in specs:
            raise bad_request(
                _("There is no kernel named %1", name[:80]),
                _("This server has %1", ", ".join(sorted(specs)))
                if specs
                else _("This server has no kernels"),
                install_hint(name),
            )
        return NewKernel(name, specs[name]["spec"]["language"])
