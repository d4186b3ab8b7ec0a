"""The kernel class: a MetaKernel whose cells go to the JavaScript engine, and nowhere else."""

from __future__ import annotations

import os
import sys
import traceback
from typing import Any

from ipykernel.jsonutil import json_clean
from ipykernel.kernelbase import Kernel
from patina_kernel.executor.metakernel import ForkableMetaKernel
from patina_kernel.wire.ops import Op

from patina_javascript.engine import stack
from patina_javascript.host import HostError
from patina_javascript.language import ENGINE, JavaScriptLanguage
from patina_javascript.session import Session
from patina_javascript.watch import InterruptWatch

# So many cells can still have output when a timer of theirs goes off.
MOST_PARENTS = 1000


class JavaScriptKernel(ForkableMetaKernel):
    """MetaKernel's magics, shell and help are off: `%`, `!` and `?` are JavaScript's."""

    implementation = "patina-javascript"
    implementation_version = "1"
    banner = f"JavaScript, by {ENGINE}"
    language = "javascript"
    language_version = "ES2025"
    language_info = {  # noqa: RUF012 - as MetaKernel has it
        "name": "javascript",
        "version": "ES2025",
        "mimetype": "text/javascript",
        "file_extension": ".js",
        "pygments_lexer": "javascript",
        "codemirror_mode": "javascript",
        "nbconvert_exporter": "script",
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        stack.grow()
        self._cell, self._parents = 0, dict[int, Any]()
        self._asking = False
        self.engine = self._begin()
        self.patina = JavaScriptLanguage(self.engine)
        self.watch = InterruptWatch(self.control_thread, self._interrupt)
        self.patina.watch = self.watch

    def _begin(self) -> Session:
        try:
            session = Session(self)
        except Exception:
            # Nobody reads our streams yet: this goes where the process was started.
            os.write(2, traceback.format_exc().encode())
            raise
        # All sessions are mapped from one boot image, its random state too.
        session.fresh()
        return session

    # Requests

    async def do_execute(
        self,
        code: str,
        silent: bool = False,
        store_history: bool = True,
        *_: Any,
        allow_stdin: bool = False,
        **__: Any,
    ) -> dict[str, Any]:
        """Run a cell."""
        self._allow_stdin = allow_stdin
        if store_history and not silent:
            self.history.add(self.execution_count, code)
        outcome = await self.engine.run(code, self._new_cell(), self.execution_count)
        reply = {"status": outcome["status"], "execution_count": self.execution_count}
        if outcome["status"] == "error":
            error = {key: outcome[key] for key in ("ename", "evalue", "traceback")}
            if not silent:
                self.publish("error", error, self._cell)
            return {**reply, **error}
        if outcome.get("data") is not None and not silent:
            self._publish_result(outcome["data"])
        return {**reply, "payload": [], "user_expressions": {}}

    def _publish_result(self, bundle: dict[str, Any]) -> None:
        count = self.execution_count
        content = {"execution_count": count, "data": bundle, "metadata": {}}
        self.publish("execute_result", content, self._cell)

    def _new_cell(self) -> int:
        self._cell += 1
        self._parents[self._cell] = self.get_parent("shell")
        self._parents.pop(self._cell - MOST_PARENTS, None)
        return self._cell

    async def do_complete(self, code: str, cursor_pos: int) -> dict[str, Any]:
        """Complete a name or a property."""
        asked = {"source": code, "position": _utf16(code, cursor_pos)}
        found = self.engine.call("complete", asked)
        start = cursor_pos - (asked["position"] - found["start"])
        return {
            "status": "ok",
            "matches": found["matches"],
            "cursor_start": start,
            "cursor_end": cursor_pos,
            "metadata": {},
        }

    async def do_inspect(self, code: str, cursor_pos: int, *_: Any, **__: Any) -> dict[str, Any]:
        """Say what the name at the cursor is."""
        asked = {"source": code, "position": _utf16(code, cursor_pos)}
        text = self.engine.call("inspect", asked)["text"]
        data = {} if text is None else {"text/plain": text}
        return {"status": "ok", "found": text is not None, "data": data, "metadata": {}}

    async def do_is_complete(self, code: str) -> dict[str, Any]:
        """Say whether a console should run it."""
        status: dict[str, Any] = self.engine.call("isComplete", {"source": code})
        return status

    # Output and input: `host.Front`

    def write(self, name: str, text: str, cell: int) -> None:
        """Write to stdout or stderr for a cell."""
        stream: Any = sys.stderr if name == "stderr" else sys.stdout
        token = stream.set_thread_parent(self._parent_of(cell))
        try:
            stream.write(text)
        finally:
            stream.reset_thread_parent(token)

    def publish(self, kind: str, content: dict[str, Any], cell: int) -> None:
        """Publish a message for a cell."""
        parent, topic = self._parent_of(cell), self._topic(kind)
        self.session.send(self.iopub_socket, kind, json_clean(content), parent, ident=topic)

    def _parent_of(self, cell: int) -> Any:
        return self._parents.get(cell) or self.get_parent("shell")

    def ask(self, prompt: str, *, password: bool) -> str | None:
        """Ask the person for a line. Raises HostError where nobody can be asked."""
        if not self._allow_stdin:
            raise HostError("nobody can be asked here: this client takes no questions")
        self._asking = True
        try:
            return str(self.getpass(prompt) if password else self.raw_input(prompt))
        except EOFError:
            return None
        finally:
            self._asking = False

    # Interrupts

    def pre_handler_hook(self) -> None:
        """Take the signal: a request is about to be handled."""
        Kernel.pre_handler_hook(self)
        self.engine.forget_interrupt()
        self.watch.take_signal(self._on_interrupt)

    def post_handler_hook(self) -> None:
        """Keep the signal, for timers may run for ever, too."""

    def _on_interrupt(self, *_: Any) -> None:
        # So that the relay knows a cell that comes to its end from one that is stuck.
        if self.parent.lanes.main is not None:
            self.parent.lanes.main.send(Op.INTERRUPTED)
        self.watch.seen()
        self._interrupt()
        if self._asking:
            raise KeyboardInterrupt

    def _interrupt(self) -> None:
        """End what runs; from any thread. The main one may wait for events, and is woken."""
        self.engine.interrupt()
        self.engine.wake()


def _utf16(code: str, position: int) -> int:
    """Return a position in code points as JavaScript counts it."""
    return len(code[:position].encode("utf-16-le")) // 2
