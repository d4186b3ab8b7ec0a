"""matplotlib in a kernel from a warm template, where it was imported for another environment.

matplotlib reads MPLBACKEND when it is imported; the backend itself is imported with the first
figure, in the kernel, where it finds the shell and shows figures after each cell.
"""

from __future__ import annotations

import os
import sys

INLINE = "module://matplotlib_inline.backend_inline"


def read_environment() -> None:
    """Choose the backend again: the variable's, or the notebook's own, as ipykernel does."""
    backend = os.environ.setdefault("MPLBACKEND", INLINE)
    matplotlib = sys.modules.get("matplotlib")
    if matplotlib is not None:
        matplotlib.rcParams["backend"] = backend
