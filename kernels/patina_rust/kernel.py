"""The kernel class: a MetaKernel whose cells go to the Rust compiler, and nowhere else."""

from __future__ import annotations

import sys
from typing import Any

from ipykernel.jsonutil import json_clean
from IPython.core.error import StdinNotImplementedError
from patina_kernel.executor.metakernel import ForkableMetaKernel
from patina_kernel.wire.ops import Op

from patina_rust import locks
from patina_rust.advice import advice
from patina_rust.compiler import CellError
from patina_rust.language import ENGINE, RustLanguage
from patina_rust.launching import CompilerError
from patina_rust.library import RuntimeUnavailableError
from patina_rust.names import Names
from patina_rust.output import Content, Event, Text
from patina_rust.session import Channels, Session
from patina_rust.source import completeness
from patina_rust.status import Status


class RustKernel(ForkableMetaKernel):
    """MetaKernel's magics, shell and help are off: `%`, `!` and `?` are Rust's."""

    implementation = "patina-rust"
    implementation_version = "1"
    banner = f"Rust, by {ENGINE}"
    language = "rust"
    language_version = "2024"
    language_info = {  # noqa: RUF012 - as MetaKernel has it
        "name": "rust",
        "version": "2024",
        "mimetype": "text/rust",
        "file_extension": ".rs",
        "pygments_lexer": "rust",
        "codemirror_mode": "rust",
        "nbconvert_exporter": "script",
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.engine = Session(self._question)
        self.names = Names(self.engine)
        self.patina = RustLanguage(self.engine)
        self._shown: dict[str, str] = {}
        self._told_lock = ""
        # Who is asked for input, as ipykernel has it.
        self._ident: Any = []
        if self.parent.deferred:
            self.engine.begin_template()
        else:
            self.engine.begin()

    async def do_execute(
        self,
        code: str,
        silent: bool = False,
        store_history: bool = True,
        user_expressions: Any = None,  # noqa: ARG002 - the protocol's
        allow_stdin: bool = False,
        **_: Any,
    ) -> dict[str, Any]:
        """Run a cell."""
        if store_history and not silent:
            self.history.add(self.execution_count, code)
        self._shown, self._allow_stdin = {}, allow_stdin
        self._ident = self._get_shell_context_var(self._shell_parent_ident)
        status = Status(self._send)
        self.engine.compiler.tell = status.tell
        to = Channels(status.clear, self._take, self._say, self._warn)
        try:
            outcome = self.engine.run(code, to)
        except CellError as error:
            status.clear()
            reports = [one.report for one in error.failures]
            said = advice("\n".join([str(error), *reports]))
            what = f"{error}\n{said}" if said else str(error)
            lines = [*reports, said] if said else reports
            return self._error("CompilationError", what, lines, silent=silent)
        except (CompilerError, RuntimeUnavailableError) as error:
            status.clear()
            return self._error("RustUnavailable", str(error), [str(error)], silent=silent)
        except KeyboardInterrupt:
            status.clear()
            raise
        self._tell_lock()
        if outcome != "ok":
            self._publish("display_data")
            name = "Panic" if outcome == "panic" else "Error"
            what = "the cell panicked" if outcome == "panic" else "the cell returned an error"
            hint = f"{what}; what it says is above, and variables it did not move are kept"
            return self._error(name, what, [hint], silent=silent)
        if not silent:
            self._publish("execute_result")
        count = self.execution_count
        return {"status": "ok", "execution_count": count, "payload": [], "user_expressions": {}}

    def _tell_lock(self) -> None:
        """Say which versions of crates there are, when that has changed: for the notebook."""
        lock = self.engine.state.lock
        if lock != self._told_lock:
            self._told_lock = lock
            self._send("patina_lock", {"lock": locks.as_table(lock)})

    def _error(self, name: str, value: str, lines: list[str], *, silent: bool) -> dict[str, Any]:
        error = {"ename": name, "evalue": value, "traceback": lines}
        if not silent:
            self._send("error", error)
        return {"status": "error", "execution_count": self.execution_count, **error}

    # Output

    def _take(self, event: Event) -> None:
        """Show what a cell writes; called while it runs, from the thread that reads."""
        match event:
            case Content(mime, data):
                if mime in self._shown:
                    self._publish("display_data")
                self._shown[mime] = data
            case Text(text):
                self._publish("display_data")
                self._stream(sys.stdout, text)

    def _say(self, text: str, html: str) -> None:
        """Show what commands say as part of the result, as evcxr's own kernel does."""
        said = {"text/plain": text, "text/html": html}
        for mime in (mime for mime in said if said[mime]):
            self._shown[mime] = said[mime] + self._shown.get(mime, "")

    def _warn(self, text: str) -> None:
        self._stream(sys.stderr, text)

    def _stream(self, stream: Any, text: str) -> None:
        token = stream.set_thread_parent(self.get_parent("shell"))
        try:
            stream.write(text)
            stream.flush()
        finally:
            stream.reset_thread_parent(token)

    def _publish(self, kind: str) -> None:
        """Show the contents of the last MIME types together: one value, in several forms."""
        if not self._shown:
            return
        content: dict[str, Any] = {"data": self._shown, "metadata": {}}
        if kind == "execute_result":
            content["execution_count"] = self.execution_count
        self._send(kind, content)
        self._shown = {}

    def _send(self, kind: str, content: dict[str, Any]) -> None:
        parent, topic = self.get_parent("shell"), self._topic(kind)
        self.session.send(self.iopub_socket, kind, json_clean(content), parent, ident=topic)

    # Input

    def _question(self, prompt: str, password: bool) -> str:
        """Ask a person, from the thread that reads. Raises when there is nobody to ask."""
        if not self._allow_stdin:
            raise StdinNotImplementedError
        self._publish("display_data")
        return self._input_request(prompt, self._ident, self.get_parent("shell"), password)

    # Other requests

    async def do_complete(self, code: str, cursor_pos: int) -> dict[str, Any]:
        """Complete a name: by rust-analyzer; while that starts, from what is known here."""
        found = self.names.complete(code, cursor_pos)
        return {
            "status": "ok",
            "matches": list(found.matches),
            "cursor_start": found.start,
            "cursor_end": found.end,
            "metadata": {"_jupyter_types_experimental": list(found.types)},
        }

    async def do_inspect(self, code: str, cursor_pos: int, *_: Any, **__: Any) -> dict[str, Any]:
        """Say what is known of a name."""
        text = self.names.inspect(code, cursor_pos)
        data = {"text/plain": text} if text else {}
        return {"status": "ok", "found": bool(text), "data": data, "metadata": {}}

    async def do_is_complete(self, code: str) -> dict[str, Any]:
        """Say whether a console should run it."""
        status = completeness(code)
        return (
            {"status": status, "indent": "    "} if status == "incomplete" else {"status": status}
        )

    def _on_interrupt(self, number: int, frame: Any) -> None:
        """End a compilation; what runs is not Python's, and the relay ends it."""
        if self.engine.running:
            # The cell has come to its end, and its variables must not be lost on the way back.
            if self.parent.lanes.main is not None:
                self.parent.lanes.main.send(Op.INTERRUPTED)
            return
        super()._on_interrupt(number, frame)
