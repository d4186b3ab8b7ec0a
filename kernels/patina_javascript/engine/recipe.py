"""How the compiler is called: part of the name of what it makes."""

from __future__ import annotations

FLAGS = (
    "-target", "wasm32-wasi", "-O3", "-DNDEBUG", "-mexec-model=reactor", "-D_GNU_SOURCE",
    "-D_WASI_EMULATED_SIGNAL", "-w", "-Wl,-z,stack-size=8388608", "-Wl,--export=__stack_pointer",
    "-Wl,--strip-all", "-lm",
)  # fmt: skip
UNITS = ("patina.c", "dtoa.c", "libregexp.c", "libunicode.c")
