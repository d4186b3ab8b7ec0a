"""One JavaScript session: an instance of the engine, its calls in both directions, its states."""

from __future__ import annotations

import ctypes
import json
import os
import re
import struct
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import wasmtime

from patina_javascript.engine import changes, memory
from patina_javascript.engine.compiled import load
from patina_javascript.engine.memory import PAGE, Header, StateError

# wasm32 ends at 4 GiB, and allocation close to it does not come back.
MEMORY_BYTES = 2 << 30
MOST_MEMORY_BYTES = 3584 << 20
# The stack in linear memory, which the engine counts; 8 MiB are reserved for it (recipe.py).
STACK_BYTES = 2 << 20
JOBS_AT_ONCE = 1000
MOST_JOBS_ENDED = 100_000
REPLY = struct.Struct("<III")
MOST_RANGES = 1 << 16
# An escape of a surrogate: behind an even number of backslashes.
_LONE = re.compile(r"(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}")

HostCall = Callable[[str, str | None, bytes], "tuple[int, str, bytes | None] | None"]


class EngineError(Exception):
    """A hook has thrown: what it said."""


class EngineLostError(Exception):
    """The engine ended in the middle of something: this session cannot go on."""


@dataclass(frozen=True, slots=True)
class Outside:
    """What the engine asks of its host.

    `call`: an operation, a JSON text or none, bytes; answers (status, JSON text, bytes or None).
    `timezone_offset`: minutes, as Date.prototype.getTimezoneOffset, for milliseconds since 1970.
    """

    call: HostCall
    timezone_offset: Callable[[float], int]


class Machine:
    """Only one thread may be in it at a time: `lock`."""

    def __init__(self, outside: Outside, prelude: str) -> None:
        self._outside, self._prelude = outside, prelude
        self._compiled = load()
        self.build = self._compiled.build
        self.lock = threading.RLock()
        self._is_interrupted = False
        self._image: changes.Image | None = None
        self._instantiate()

    def _instantiate(self) -> None:
        self._store = wasmtime.Store(self._compiled.engine)
        self._store.set_wasi(wasmtime.WasiConfig())
        linker = wasmtime.Linker(self._compiled.engine)
        linker.define_wasi()
        i32, f64 = wasmtime.ValType.i32(), wasmtime.ValType.f64()
        linker.define_func(
            "patina", "host_call", wasmtime.FuncType([i32] * 6, [i32]), self._on_call
        )
        linker.define_func(
            "patina", "host_timezone_offset", wasmtime.FuncType([f64], [i32]), self._on_timezone
        )
        exports = linker.instantiate(self._store, self._compiled.module).exports(self._store)
        self._exports: Any = {name: exports[name] for name in exports}
        self._memory: Any = self._exports["memory"]
        # 4 GiB are reserved for it: it grows, and does not move.
        self.base = ctypes.cast(self._memory.data_ptr(self._store), ctypes.c_void_p).value or 0
        self._interrupts = (0, 0, 0)

    def boot(self, source: bytes, limit: int = MEMORY_BYTES) -> None:
        """Start from nothing, with the prelude. Raises EngineError."""
        self._enter("_initialize")
        self._enter("patina_init", limit, STACK_BYTES)
        place = self._put(source)
        self._take(self._enter("patina_boot", place, len(source)))
        self._free(place)
        self._enter("patina_collect")
        addresses = self._put(bytes(12))
        self._enter("patina_interrupt_addresses", addresses)
        self._interrupts = struct.unpack("<III", self._read(addresses, 12))
        self._free(addresses)

    # Calls into the engine

    def call(self, hook: str, value: Any = None, data: bytes | None = None) -> Any:
        """Call a hook of the prelude with a JSON value; return the JSON value it answers."""
        with self.lock:
            name, text = hook.encode() + b"\0", b"" if value is None else _encode(value)
            places = [self._put(name), self._put(text)]
            at = 0 if data is None else self._put(data)
            try:
                reply = self._enter(
                    "patina_call", places[0], places[1], len(text), at, len(data or b"")
                )
                answer, _ = self._take(reply)
            finally:
                for place in (*places, *([at] if at else [])):
                    self._free(place)
        return json.loads(well_formed(answer)) if answer else None

    def run_jobs(self) -> bool:
        """Run microtasks until none is left; False when they were interrupted.

        An interrupt can have been seen by a hook only, whose error nobody sees: then it is told
        once more.
        """
        with self.lock:
            while (ran := self._enter("patina_jobs", JOBS_AT_ONCE)) == JOBS_AT_ONCE:
                if self._is_interrupted:
                    self._tell()
            if ran < 0:
                self._end_jobs()
            return bool(ran >= 0)

    def _end_jobs(self) -> None:
        """Interrupt each microtask that waits: a chain of them would go on without end.

        The one that was interrupted may have put the next into the queue before.
        """
        for _ in range(MOST_JOBS_ENDED):
            self._tell()
            if self._enter("patina_jobs", 1) == 0:
                break

    def has_jobs(self) -> bool:
        """Whether a microtask waits."""
        return bool(self._enter("patina_has_jobs"))

    @contextmanager
    def bare(self) -> Iterator[Callable[..., str]]:
        """Give a realm without cells or prelude, for comparisons: call it with a source.

        `run(source, name="bare", *, is_module=False)` returns the value as a string, once all
        microtasks have run. Raises EngineError with what was thrown, as a string.
        """
        with self.lock:
            realm = self._enter("patina_bare_open")

            def run(source: str, name: str = "bare", *, is_module: bool = False) -> str:
                data = source.encode("utf-8", "surrogatepass")
                places = [self._put(name.encode() + b"\0"), self._put(data)]
                try:
                    reply = self._enter("patina_bare_run", realm, *places, len(data), is_module)
                    return self._take(reply)[0]
                finally:
                    for place in places:
                        self._free(place)

            try:
                yield run
            finally:
                self._enter("patina_bare_close", realm)

    def _enter(self, name: str, *arguments: int) -> Any:
        try:
            return self._exports[name](self._store, *arguments)
        except (wasmtime.Trap, wasmtime.WasmtimeError) as error:
            raise EngineLostError(str(error)) from error

    def interrupt(self) -> None:
        """Have what runs end at its next back edge or call; from any thread, without the lock."""
        self._is_interrupted = True
        self._tell()

    def _tell(self) -> None:
        for address, value in zip(self._interrupts, (1, 0, 0), strict=True):
            if address:
                ctypes.c_int32.from_address(self.base + address).value = value

    def forget_interrupt(self) -> None:
        """Take an interrupt back: what it was for has ended."""
        self._is_interrupted = False
        if self._interrupts[0]:
            ctypes.c_int32.from_address(self.base + self._interrupts[0]).value = 0

    # Values

    def _put(self, data: bytes) -> int:
        """Copy bytes into the engine's memory, with a zero behind them."""
        place: int = self._enter("patina_allocate", len(data) + 1) & 0xFFFFFFFF
        if place == 0:
            raise MemoryError("the engine has no memory left")
        ctypes.memmove(self.base + place, data, len(data))
        ctypes.c_char.from_address(self.base + place + len(data)).value = b"\0"
        return place

    def _free(self, place: int) -> None:
        self._enter("patina_free", place)

    def _read(self, place: int, length: int) -> bytes:
        return ctypes.string_at(self.base + place, length)

    def _take(self, pointer: int | None) -> tuple[str, bytes | None]:
        """Return what a reply says, and free it. Raises EngineError."""
        place = (pointer or 0) & 0xFFFFFFFF
        if place == 0:
            return "", None
        status, json_length, _ = REPLY.unpack(self._read(place, REPLY.size))
        text = self._read(place + REPLY.size, json_length).decode("utf-8", "replace")
        self._free(place)
        if status:
            raise EngineError(text)
        return text, None

    # Calls out of the engine

    def _on_call(self, *arguments: int) -> int:
        op, op_length, json_, json_length, data, count = (one & 0xFFFFFFFF for one in arguments)
        name = self._read(op, op_length).decode()
        text = self._read(json_, json_length).decode("utf-8", "replace") if json_ else None
        text = text and well_formed(text)
        answer = self._outside.call(name, text, self._read(data, count) if data else b"")
        if answer is None:
            return 0
        status, reply, bytes_ = answer
        body = reply.encode("utf-8", "replace")
        # One more than their number, so that none is told from none at all.
        has = 0 if bytes_ is None else len(bytes_) + 1
        place = self._put(REPLY.pack(status, len(body), has) + body + (bytes_ or b""))
        return place - (1 << 32) if place >= 1 << 31 else place

    def _on_timezone(self, ms: float) -> int:
        return self._outside.timezone_offset(ms)

    # States

    @property
    def size(self) -> int:
        """Bytes of linear memory."""
        return int(self._memory.data_len(self._store))

    @property
    def used(self) -> int:
        """Bytes that JavaScript has allocated."""
        return int(self._enter("patina_used")) & 0xFFFFFFFF

    def seed(self, seed: int) -> None:
        """Give Math.random a state (64 bits)."""
        self._enter("patina_seed", seed - (1 << 64) if seed >= 1 << 63 else seed)

    def limit_memory(self, limit: int) -> None:
        """Allow JavaScript so many bytes."""
        self._enter("patina_limit_memory", min(limit, MOST_MEMORY_BYTES))

    def collect(self) -> None:
        """Collect garbage."""
        self._enter("patina_collect")

    def trim(self) -> int:
        """Collect garbage and give free memory back to the system; return its bytes."""
        with self.lock:
            self.collect()
            place = self._put(bytes(8 * MOST_RANGES))
            self._store.set_limits(memory_size=self.size)
            try:
                count = self._enter("patina_free_ranges", place, MOST_RANGES)
            finally:
                self._store.set_limits(memory_size=-1)
            ranges = self._read(place, 8 * count)
            self._free(place)
            return memory.release(self.base, ranges)

    def save(self, path: Path) -> int:
        """Write the state; return the bytes of the file."""
        with self.lock:
            self.trim()
            return memory.write(path, self._header(), self.base)

    def save_image(self, path: Path) -> None:
        """Write the state as what later ones begin from, with a name of its own."""
        with self.lock:
            self.trim()
            header = replace(self._header(), image=uuid.uuid4().hex)
            memory.write(path, header, self.base)

    def _header(self) -> Header:
        pointer = int(self._exports["__stack_pointer"].value(self._store))
        name, changed = changes.of(self._image, self.base, self.size)
        return Header(
            self.build, self._prelude, self.size, pointer, self._interrupts, name, changed
        )

    def load(self, path: Path, *, shared: bool = False) -> None:
        """Go on from a state. Raises StateError, and is then as it was.

        `shared`: the file is ours and never changes, so that its pages can be shared.
        """
        with self.lock:
            header = memory.read_header(path)
            self._check(header)
            if self.size > header.length:
                self._instantiate()
            self._memory.grow(self._store, (header.length - self.size) // PAGE)
            if shared:
                memory.map_image(path, header.length, self.base)
                self._image = changes.Image(path, header.image, header.length)
            elif not changes.map_in(path, header, self._image, self.base):
                memory.map_in(path, header, self.base)
            self._exports["__stack_pointer"].set_value(self._store, header.stack_pointer)
            self._interrupts = tuple(header.interrupts)  # type: ignore[assignment]

    def _check(self, header: Header) -> None:
        theirs, ours = (header.build, header.prelude), (self.build, self._prelude)
        if theirs != ours:
            raise StateError(
                "it was made by another build of the JavaScript engine "
                f"({theirs[0][:12]}.{theirs[1][:12]}; this is {ours[0][:12]}.{ours[1][:12]})"
            )


def well_formed(text: str) -> str:
    """Return a JSON text of JSON.stringify with U+FFFD for each surrogate that stands alone.

    Such a text has escapes of surrogates for these only. No message of Jupyter can have one.
    """
    return _LONE.sub(r"\1\\ufffd", text) if "\\ud" in text else text


def _encode(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode()


def memory_limit() -> int:
    """Return what PATINA_JAVASCRIPT_MEMORY says (MiB), else the default, in bytes."""
    text = os.environ.get("PATINA_JAVASCRIPT_MEMORY", "")
    wanted = int(text) << 20 if text.isdigit() and int(text) > 0 else MEMORY_BYTES
    return min(wanted, MOST_MEMORY_BYTES)
