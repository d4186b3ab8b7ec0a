"""The engine's machine code: compiled by wasmtime once a user, then mapped from a file."""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import os
import platform
import tempfile
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

import wasmtime
from wasmtime import _ffi

from patina_javascript.engine import artifacts

# Native stack that the engine may use on the calling thread. It must never end before the
# engine's own count of frames does: that is what makes deep recursion a catchable error.
NATIVE_STACK = 96 << 20


@dataclass(frozen=True, slots=True)
class Compiled:
    """A module that can be instantiated; `build` names the WebAssembly, hence the snapshots."""

    engine: wasmtime.Engine
    module: wasmtime.Module
    build: str


@cache
def load() -> Compiled:
    """Return the compiled engine. Raises artifacts.NotBuiltError."""
    wasm = artifacts.find(artifacts.WASM).read_bytes()
    build = hashlib.sha256(wasm).hexdigest()
    engine = wasmtime.Engine(_config())
    place = _place(build)
    return Compiled(engine, _cached(engine, place) or _compile(engine, wasm, place), build)


def _config() -> wasmtime.Config:
    config = wasmtime.Config()
    # wasmtime-py does not wrap this one, and the stack may not be larger than it.
    set_size = _ffi.dll.wasmtime_config_async_stack_size_set
    set_size.restype, set_size.argtypes = None, [ctypes.c_void_p, ctypes.c_size_t]
    set_size(ctypes.cast(config.ptr(), ctypes.c_void_p), NATIVE_STACK + (1 << 20))
    config.max_wasm_stack = NATIVE_STACK
    config.parallel_compilation = False  # its threads would outlive the compilation
    return config


def _place(build: str) -> Path:
    machine = f"{version('wasmtime')}-{platform.machine()}-{_processor()}-{NATIVE_STACK}"
    return artifacts.cache() / "compiled" / f"{build[:16]}-{machine}.cwasm"


def _processor() -> str:
    """Return a name of this processor's abilities: machine code is for them."""
    with contextlib.suppress(OSError), Path("/proc/cpuinfo").open(encoding="utf-8") as lines:
        for line in lines:
            if line.startswith(("flags", "Features")):
                return hashlib.sha256(line.encode()).hexdigest()[:8]
    return "any"


def _cached(engine: wasmtime.Engine, place: Path) -> wasmtime.Module | None:
    # Machine code is run as it is found: only our own.
    if not place.exists() or place.stat().st_uid != os.getuid():
        return None
    with contextlib.suppress(wasmtime.WasmtimeError):
        return wasmtime.Module.deserialize_file(engine, str(place))
    return None


def _compile(engine: wasmtime.Engine, wasm: bytes, place: Path) -> wasmtime.Module:
    module = wasmtime.Module(engine, wasm)
    with contextlib.suppress(OSError):  # without a cache it is compiled each time
        write_whole(place, bytes(module.serialize()))
        return wasmtime.Module.deserialize_file(engine, str(place))
    return module


def write_whole(place: Path, content: bytes) -> None:
    """Write a file of the cache so that nobody sees half of it."""
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=place.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).replace(place)
    finally:
        Path(name).unlink(missing_ok=True)
