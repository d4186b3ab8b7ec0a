"""What is not on this machine, and is therefore not tested."""

from __future__ import annotations

import functools

import pytest
from patina_rust import artifacts


@functools.cache
def rust() -> str:
    """Return why Rust cannot be tested here; empty when it can."""
    try:
        artifacts.find()
    except artifacts.NotBuiltError as error:
        return f"Rust: {error}"
    return ""


needs_rust = pytest.mark.skipif(bool(rust()), reason=rust() or "Rust is there")
