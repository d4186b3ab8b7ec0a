"""A session: which cells have made its state, here and in the compiler."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from patina_rust import capture
from patina_rust.compiler import Compiled, Compiler, UnknownStateError
from patina_rust.library import Program
from patina_rust.output import Event, Note, Parser
from patina_rust.source import without_shell

ROOT = 0
# evcxr compiles a cell again without the variables whose types changed.
MOST_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Past:
    """A cell that has run, and what it told evcxr: enough to compile its state again."""

    code: str
    notes: tuple[tuple[str, ...], ...] = ()


Outcome = Literal["ok", "panic", "error"]


class Session:
    """Cells in, events out. Raises what `Compiler.compile` raises."""

    def __init__(self) -> None:
        self.compiler, self.program = Compiler(), Program()
        self.past: tuple[Past, ...] = ()
        self.variables: tuple[tuple[str, str], ...] = ()
        self.items: tuple[str, ...] = ()
        self._state = ROOT
        self.running = False

    def run(self, code: str, take: Callable[[Event], None], say: Callable[[str], None]) -> Outcome:
        """Compile and run a cell. What it wrote goes to `take`, what commands say to `say`."""
        self.program.load()
        told: list[list[str]] = []
        for _ in range(MOST_ROUNDS):
            compiled = self._compile(code, told)
            notes = self._execute(compiled, take)
            if not notes:
                break
            told.append(notes)
            if not all(note.startswith("EVCXR_VARIABLE_CHANGED_TYPE:") for note in notes):
                compiled = self._compile(code, told)
                break
        say(compiled.said)
        self._commit(compiled, Past(code, tuple(map(tuple, told))))
        if any("EVCXR_PANIC" in note for notes in told for note in notes):
            return "panic"
        return "error" if any("EVCXR_ERROR" in note for notes in told for note in notes) else "ok"

    def _compile(self, code: str, notes: list[list[str]]) -> Compiled:
        code = without_shell(code)
        try:
            return self.compiler.compile(self._state, code, notes)
        except UnknownStateError:
            self._rebuild()
            return self.compiler.compile(self._state, code, notes)

    def _rebuild(self) -> None:
        """Have a compiler that was started anew come to our state; nothing is run."""
        self._state = ROOT
        for cell in self.past:
            notes = [list(one) for one in cell.notes]
            self._state = self.compiler.compile(self._state, without_shell(cell.code), notes).state

    def _execute(self, compiled: Compiled, take: Callable[[Event], None]) -> list[str]:
        notes: list[str] = []
        if not compiled.library:
            return notes
        parser = Parser()

        def pass_on(event: Event) -> None:
            if isinstance(event, Note):
                notes.append(event.line)
            else:
                take(event)

        def read(text: str) -> None:
            for event in parser.feed(text):
                pass_on(event)

        self.running = True
        try:
            with capture.stdout(read):
                self.program.run(compiled.library, compiled.function)
        finally:
            self.running = False
        for event in parser.end():
            pass_on(event)
        return notes

    def _commit(self, compiled: Compiled, cell: Past) -> None:
        self._state, self.past = compiled.state, (*self.past, cell)
        self.variables, self.items = compiled.variables, compiled.items

    def replay(self, cells: tuple[Past, ...]) -> None:
        """Be what these cells make, run anew; on any error be what this was."""
        before = (self._state, self.past, self.variables, self.items, self.program)
        self._state, self.past, self.variables, self.items = ROOT, (), (), ()
        self.program = Program()
        try:
            for cell in cells:
                self.run(cell.code, lambda _: None, lambda _: None)
        except BaseException:
            self._state, self.past, self.variables, self.items, self.program = before
            raise

    def copied(self) -> None:
        """Be a copy: the compiler is shared, threads are not here."""
        self.compiler.copied()
        self.program.forget_threads()
