"""What JavaScript asks of its host: operations by name, each with a JSON value and bytes."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from patina_javascript import clock, process

Answer = tuple[int, str, bytes | None]
Op = Callable[["Host", Any, bytes], Any]
AsyncOp = Callable[["Host", Any, bytes], Awaitable[Any]]
Settle = Callable[[dict[str, Any], bytes | None], None]


class HostError(Exception):
    """An error for JavaScript: its message, its name and, where there is one, its code."""

    def __init__(self, message: str, name: str = "Error", code: str | None = None) -> None:
        super().__init__(message)
        self.name, self.code = name, code


@dataclass(frozen=True, slots=True)
class Reply:
    """A value with bytes."""

    value: Any
    data: bytes


class Front(Protocol):
    """Where output goes and input comes from. `cell` is the id of the cell that speaks."""

    def write(self, name: str, text: str, cell: int) -> None:
        """Write to stdout or stderr."""

    def publish(self, kind: str, content: dict[str, Any], cell: int) -> None:
        """Publish a message on iopub."""

    def ask(self, prompt: str, *, password: bool) -> str | None:
        """Return a line of input; None at its end. Raises HostError where that is not allowed."""


class Host:
    """Dispatches operations; `ops` and `async_ops` are those of the world."""

    def __init__(
        self,
        front: Front,
        ops: Mapping[str, Op],
        async_ops: Mapping[str, AsyncOp],
        settle: Settle,
    ) -> None:
        self._front, self._settle = front, settle
        self._ops: dict[str, Op] = {**OWN, **ops}
        self._async_ops = async_ops
        self._tasks: dict[int, asyncio.Task[Any]] = {}
        self._interrupted: Callable[[], bool] = lambda: False

    @property
    def directory(self) -> Path:
        """The notebook's directory."""
        return Path.cwd()

    def interrupted(self) -> bool:
        """Whether the person wants the cell to end: long operations look at it."""
        return self._interrupted()

    def watch(self, interrupted: Callable[[], bool]) -> None:
        """Say what tells whether there is an interrupt."""
        self._interrupted = interrupted

    @property
    def front(self) -> Front:
        """Where output goes."""
        return self._front

    def publish(self, kind: str, content: dict[str, Any], cell: int) -> None:
        """Publish a message on iopub."""
        self._front.publish(kind, content, cell)

    def call(self, op: str, text: str | None, data: bytes) -> Answer | None:
        """Do an operation; its outcome as the engine takes it."""
        try:
            value = json.loads(text) if text else None
            return _answer(self._operation(op)(self, value, data))
        except KeyboardInterrupt:
            return _failure(HostError("the cell was stopped", "AbortError"))
        except Exception as error:  # noqa: BLE001 - whatever it is, JavaScript is to see it
            return _failure(error)

    def _operation(self, op: str) -> Op:
        found = self._ops.get(op)
        if found is None:
            raise HostError(f"this kernel has no operation {op!r}", "TypeError")
        return found

    # Operations that take their time

    def start(self, number: int, op: str, value: Any, data: bytes) -> None:
        """Begin one; its outcome is settled later, on the event loop."""
        act = self._async_ops.get(op)
        if act is None:
            raise HostError(f"this kernel has no operation {op!r}", "TypeError")
        task = asyncio.get_event_loop().create_task(self._run(number, act, value, data))
        self._tasks[number] = task

    async def _run(self, number: int, act: AsyncOp, value: Any, data: bytes) -> None:
        settled: dict[str, Any] = {"id": number, "ok": True}
        body: bytes | None = None
        try:
            found = await act(self, value, data)
            settled["value"], body = (
                (found.value, found.data) if isinstance(found, Reply) else (found, None)
            )
        except asyncio.CancelledError:
            return
        except Exception as error:  # noqa: BLE001 - whatever it is, JavaScript is to see it
            settled |= {"ok": False, "value": _described(error)}
        finally:
            if self._tasks.get(number) is asyncio.current_task():
                del self._tasks[number]
        self._settle(settled, body)

    def cancel(self, number: int) -> None:
        """End one, if it is under way."""
        task = self._tasks.pop(number, None)
        if task is not None:
            task.cancel()

    def drop(self) -> None:
        """In a copy, or when another state was loaded: nothing here is ours."""
        for task in self._tasks.values():
            task._log_destroy_pending = False  # type: ignore[attr-defined]
            task.cancel()
        self._tasks.clear()


def _answer(found: Any) -> Answer | None:
    if isinstance(found, Reply):
        return 0, "" if found.value is None else json.dumps(found.value), found.data
    return None if found is None else (0, json.dumps(found), None)


def _described(error: BaseException) -> dict[str, Any]:
    if isinstance(error, HostError):
        return {"name": error.name, "message": str(error), "code": error.code or None}
    return {"name": type(error).__name__, "message": str(error)}


def _failure(error: BaseException) -> Answer:
    details = {key: value for key, value in _described(error).items() if value is not None}
    return 1, json.dumps(details), None


# The host's own operations


def _stream(host: Host, value: Any, _: bytes) -> None:
    host.front.write(value["name"], value["text"], value["cell"])


def _display(host: Host, value: Any, _: bytes) -> None:
    content: dict[str, Any] = {"data": value["data"], "metadata": value.get("metadata") or {}}
    content["transient"] = {}
    if value.get("display_id") is not None:
        content["transient"] = {"display_id": value["display_id"]}
    kind = "update_display_data" if value.get("update") else "display_data"
    host.publish(kind, content, value["cell"])


def _clear(host: Host, value: Any, _: bytes) -> None:
    host.publish("clear_output", {"wait": bool(value.get("wait"))}, value["cell"])


def _input(host: Host, value: Any, _: bytes) -> str | None:
    return host.front.ask(str(value["prompt"]), password=bool(value.get("password")))


def _random(_: Host, value: Any, __: bytes) -> Reply:
    return Reply(None, os.urandom(int(value["n"])))


def _now(_: Host, __: Any, ___: bytes) -> dict[str, float]:
    return {"wall": time.time() * 1e3, "monotonic": time.monotonic() * 1e3}


def _zone(_: Host, __: Any, ___: bytes) -> str:
    return clock.zone_name()


def _offset(_: Host, value: Any, __: bytes) -> int:
    return clock.offset(float(value["ms"]))


def _start(host: Host, value: Any, data: bytes) -> None:
    host.start(int(value["id"]), value["op"], value.get("value"), data)


def _cancel(host: Host, value: Any, _: bytes) -> None:
    host.cancel(int(value["id"]))


OWN: dict[str, Op] = {
    "stream": _stream,
    "display": _display,
    "clear": _clear,
    "input": _input,
    "random.bytes": _random,
    "time.now": _now,
    "time.zone": _zone,
    "time.offset": _offset,
    "operation.start": _start,
    "operation.cancel": _cancel,
    **process.OPS,
}
