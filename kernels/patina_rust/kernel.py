"""The kernel class: a MetaKernel whose cells go to the Rust compiler, and nowhere else."""

from __future__ import annotations

import re
import sys
from typing import Any

from ipykernel.jsonutil import json_clean
from patina_kernel.executor.metakernel import ForkableMetaKernel
from patina_kernel.wire.ops import Op

from patina_rust.compiler import CellError, CompilerError
from patina_rust.language import ENGINE, RustLanguage
from patina_rust.library import RuntimeUnavailableError
from patina_rust.output import Content, Event, Text
from patina_rust.session import Session
from patina_rust.source import completeness

_WORDS = (
    "as async await break const continue crate else enum extern false fn for if impl in let loop "
    "match mod move mut pub ref return self static struct super trait true type unsafe use where "
    "while String Vec Option Some None Result Ok Err Box println! print! eprintln! format! vec! "
    "panic! assert! assert_eq! dbg! HashMap patina_html patina_svg"
)
KEYWORDS = frozenset(_WORDS.split())
COMMANDS = (":dep", ":vars", ":type", ":opt", ":offline", ":env", ":clear", ":help", ":version")
MACROS = {
    "println": 'macro of std: writes a line to stdout; println!("{x} {:?}", value)',
    "print": "macro of std: writes to stdout",
    "eprintln": "macro of std: writes a line to stderr",
    "format": 'macro of std: returns a String; format!("{x}")',
    "vec": "macro of std: returns a Vec; vec![1, 2, 3]",
    "dbg": "macro of std: writes an expression and its value to stderr, and returns the value",
    "panic": "macro of std: ends the cell; variables it did not move are kept",
}
_NAME = re.compile(r"[:\w]?\w*!?\Z")


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
        self.engine = Session()
        self.patina = RustLanguage(self.engine)
        self._shown: dict[str, str] = {}
        self._begin()

    def _begin(self) -> None:
        """Start the compiler early; a cell says what is wrong when there is none."""
        try:
            self.engine.compiler.begin()
        except CompilerError as error:
            self.log.warning("%s", error)

    async def do_execute(
        self, code: str, silent: bool = False, store_history: bool = True, *_: Any, **__: Any
    ) -> dict[str, Any]:
        """Run a cell."""
        if store_history and not silent:
            self.history.add(self.execution_count, code)
        self._shown = {}
        try:
            outcome = self.engine.run(code, self._take, self._say)
        except CellError as error:
            reports = [one.report for one in error.failures]
            return self._error("CompilationError", str(error), reports, silent=silent)
        except (CompilerError, RuntimeUnavailableError) as error:
            return self._error("RustUnavailable", str(error), [str(error)], silent=silent)
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
                self._stream(text)

    def _say(self, text: str) -> None:
        if text:
            self._stream(text)

    def _stream(self, text: str) -> None:
        stream: Any = sys.stdout
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

    # Other requests

    async def do_complete(self, code: str, cursor_pos: int) -> dict[str, Any]:
        """Complete a name: variables, items, keywords and commands."""
        begun = _NAME.search(code[:cursor_pos])
        word = begun[0] if begun else ""
        names = {*(name for name, _ in self.engine.variables), *self.engine.items, *KEYWORDS}
        matches = sorted(name for name in {*names, *COMMANDS} if name.startswith(word))
        start = cursor_pos - len(word)
        found = {"matches": matches, "cursor_start": start, "cursor_end": cursor_pos}
        return {"status": "ok", "metadata": {}, **found}

    async def do_inspect(self, code: str, cursor_pos: int, *_: Any, **__: Any) -> dict[str, Any]:
        """Say the type of a variable."""
        before, after = re.search(r"\w*\Z", code[:cursor_pos]), re.match(r"\w*", code[cursor_pos:])
        name = (before[0] if before else "") + (after[0] if after else "")
        kind = dict(self.engine.variables).get(name) or MACROS.get(name)
        data = {} if kind is None else {"text/plain": f"{name}: {kind}"}
        return {"status": "ok", "found": kind is not None, "data": data, "metadata": {}}

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
