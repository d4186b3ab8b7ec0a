"""How the compiler and the bundler are called: part of the name of what they make."""

from __future__ import annotations

FLAGS = (
    "-target", "wasm32-wasi", "-O3", "-DNDEBUG", "-mexec-model=reactor", "-D_GNU_SOURCE",
    "-D_WASI_EMULATED_SIGNAL", "-w", "-Wl,-z,stack-size=8388608", "-Wl,--export=__stack_pointer",
    "-Wl,--strip-all", "-lm",
)  # fmt: skip
UNITS = ("patina.c", "dtoa.c", "libregexp.c", "libunicode.c")
# The annotations are those of package.json, which speak of the page. Names of functions are kept:
# they are seen in users' stack traces and in help.
ESBUILD = (
    "--bundle", "--ignore-annotations", "--platform=neutral", "--main-fields=module,main",
    "--format=iife",
    "--global-name=patina", "--footer:js=;patina.hooks", "--minify-whitespace",
    "--charset=utf8", "--target=es2023", "--legal-comments=none",
)  # fmt: skip
