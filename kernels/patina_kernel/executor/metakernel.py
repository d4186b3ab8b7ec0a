"""What kernels on MetaKernel have in common: they want its class, and none of its commands."""

from __future__ import annotations

import sys
from typing import Any

from metakernel import MetaKernel

from patina_kernel.executor.history import History
from patina_kernel.executor.kernel import ForkableKernel


class ForkableMetaKernel(ForkableKernel, MetaKernel):
    """MetaKernel's magics, shell and help are off: `%`, `!` and `?` are the language's."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        # MetaKernel writes to stdout past the stream that knows its cell.
        sys.stdout.__dict__.pop("write", None)
        self.history = History()

    def reload_magics(self) -> None:
        """Load none."""
        self.line_magics, self.cell_magics = {}, {}

    async def do_history(self, hist_access_type: Any, *_: Any, **how: Any) -> dict[str, Any]:
        """Return earlier cells of this kernel."""
        found = self.history.find(hist_access_type, **how)
        return {"status": "ok", "history": found}

    async def do_shutdown(self, restart: bool) -> dict[str, Any]:
        """End; MetaKernel's would write a file of history that all its kernels share."""
        return {"status": "ok", "restart": restart}
