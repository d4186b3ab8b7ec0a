"""stdout and stderr: text is batched, and sent whole; no thread of its own."""

from __future__ import annotations

import contextvars
import io
import json
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from jupyter_client.jsonutil import json_default
from jupyter_client.session import Session, extract_header

from patina_kernel.executor.lane import Lane, Lanes
from patina_kernel.wire.ops import Op

FLUSH_SECONDS = 0.05
BATCH_CHARS = 16_384

Hook = Callable[[dict[str, Any]], "dict[str, Any] | None"]


class OutStream(io.TextIOBase):
    """A stand-in for `ipykernel.iostream.OutStream`.

    What does not leave at once leaves with the next text, with a message that follows it, or when
    `later`, called once for each batch, has its callback called.
    """

    encoding = "UTF-8"  # type: ignore[assignment]
    errors = "replace"  # type: ignore[assignment]

    def __init__(self, session: Session, lanes: Lanes, iopub: Lane, name: str) -> None:
        super().__init__()
        self.session, self.name = session, name
        self.pub_thread = iopub
        self._lanes, self._iopub = lanes, iopub
        self._parent_header: contextvars.ContextVar[dict[str, Any]] = contextvars.ContextVar(
            "parent"
        )
        self._parent_header_global: dict[str, Any] = {}
        self._lock = threading.RLock()
        self._parts: list[str] = []
        self._chars, self._sent, self._timed = 0, 0.0, False
        self._parent: dict[str, Any] = {}
        self._encoded: tuple[object, bytes] = (None, b"{}")
        self._local = threading.local()
        self.later: Callable[[float, Callable[[], None]], bool] = lambda _, __: False

    @property
    def parent_header(self) -> dict[str, Any]:
        """The header of the request that what is written now belongs to."""
        return self._parent_header.get(self._parent_header_global)

    @parent_header.setter
    def parent_header(self, header: dict[str, Any]) -> None:
        self._parent_header.set(header)
        self._parent_header_global = header

    def set_parent(self, parent: dict[str, Any]) -> None:
        """Set the request."""
        self.parent_header = extract_header(parent)

    def set_thread_parent(self, parent: dict[str, Any]) -> contextvars.Token[dict[str, Any]]:
        """Set the request for this thread only."""
        return self._parent_header.set(extract_header(parent))

    def reset_thread_parent(self, token: contextvars.Token[dict[str, Any]]) -> None:
        """Undo `set_thread_parent`."""
        self._parent_header.reset(token)

    def writable(self) -> bool:
        """It is."""
        return True

    def isatty(self) -> bool:
        """It is not a terminal."""
        return False

    def fileno(self) -> int:
        """Return the descriptor whose output the relay reads too."""
        return 1 if self.name == "stdout" else 2

    def close(self) -> None:
        """Send what waits; like ipykernel's, it is never really closed."""
        self.flush()

    @property
    def closed(self) -> bool:
        """It never is."""
        return False

    @property
    def _hooks(self) -> list[Hook]:
        hooks: list[Hook] = self._local.__dict__.setdefault("hooks", [])
        return hooks

    def register_hook(self, hook: Hook) -> None:
        """Pass this thread's messages through a function, which may keep them (ipywidgets.Output)."""
        self._hooks.append(hook)

    def unregister_hook(self, hook: Hook) -> bool:
        """Undo `register_hook`; return whether it was registered."""
        if hook not in self._hooks:
            return False
        self._hooks.remove(hook)
        return True

    def write(self, text: str) -> int:
        """Write text. Raises TypeError for anything else."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        parent = self.parent_header
        with self._lock:
            if parent is not self._parent:
                self._send()
                self._parent = parent
            self._parts.append(text)
            self._chars += len(text)
            self._send_if_due(text)
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:  # type: ignore[override]
        """Write several."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Send what waits."""
        with self._lock:
            self._send()

    def _send_if_due(self, text: str) -> None:
        overdue = text.endswith("\n") and time.monotonic() - self._sent > FLUSH_SECONDS
        if overdue or self._chars > BATCH_CHARS:
            self._send()
        elif not self._timed:
            self._timed = self.later(FLUSH_SECONDS, self._on_timer)
            if not self._timed:
                self._send()

    def _on_timer(self) -> None:
        self._timed = False
        self.flush()

    def _send(self) -> None:
        if not self._parts or self._lanes.main is None:
            return
        text = "".join(self._parts)
        self._parts, self._chars, self._sent = [], 0, time.monotonic()
        if self._hooks:
            self._send_through_hooks(text)
            return
        if self._encoded[0] is not self._parent:
            encoded = json.dumps(self._parent or {}, default=json_default).encode()
            self._encoded = (self._parent, encoded)
        body = text.encode("utf-8", "replace")
        try:
            self._lanes.main.send(Op.STREAM, [self.name.encode(), self._encoded[1], body])
        except (BrokenPipeError, ConnectionResetError):
            return  # the relay is gone: so are we, in a moment

    def _send_through_hooks(self, text: str) -> None:
        content = {"name": self.name, "text": text}
        message: dict[str, Any] | None = self.session.msg("stream", content, parent=self._parent)
        for hook in self._hooks:
            message = hook(message) if message is not None else None
        if message is not None:
            self.session.send(self._iopub, message, ident=b"stream." + self.name.encode())
