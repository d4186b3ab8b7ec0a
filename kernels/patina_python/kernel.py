"""The kernel class: IPython's, in the shared executor."""

from __future__ import annotations

from typing import Any

from ipykernel.ipkernel import IPythonKernel
from patina_kernel.executor.kernel import ForkableKernel

from patina_python.language import PythonLanguage


class PythonKernel(ForkableKernel, IPythonKernel):  # type: ignore[misc]
    """IPython; everything ipykernel does, and forks."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.patina = PythonLanguage(self)
