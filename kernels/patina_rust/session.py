"""A session: which cells have made its state, here and in the compiler."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Literal

from patina_rust import lately, locks, needed, views
from patina_rust.capture import Input, stdio
from patina_rust.compiler import (
    CellError,
    Compiled,
    Compiler,
    CompilerEndedError,
    Failure,
    UnknownStateError,
)
from patina_rust.launching import CompilerError, Crates, may_wait
from patina_rust.library import SUMMARY_BYTES, Program, UnloadableError
from patina_rust.output import Event, Note, Parser, Question
from patina_rust.source import without_shell

ROOT = 0
# A notebook that lives so long has another compiler wait for the next one.
STANDBY_SECONDS = 60.0
# evcxr compiles a cell again without the variables whose types changed.
MOST_ROUNDS = 4
CHANGED = "EVCXR_VARIABLE_CHANGED_TYPE:"
LOST = "[Patina] Run the cells again that make {}: a type of the same name is another one now.\n"
TWICE = "Perhaps memory ran out; variables and earlier cells are as they were"


@dataclass(frozen=True, slots=True)
class Past:
    """A cell that has run, and what it told evcxr: enough to compile its state again."""

    code: str
    notes: tuple[tuple[str, ...], ...] = ()
    library: str = ""
    function: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """What cells have made, as the compiler has it.

    `id` is the running compiler's; None: no compiler has been told of it yet.
    """

    id: int | None = ROOT
    variables: tuple[tuple[str, str], ...] = ()
    items: tuple[str, ...] = ()
    outline: str = ""
    lock: str = ""


Outcome = Literal["ok", "panic", "error"]
Say = Callable[[str], None]
# Asks a person: a prompt, and whether what is typed is a password.
Ask = Callable[[str, bool], str]
ENDED = (
    "[Patina] The compiler ended; it was started anew, and knows what earlier cells have made.\n"
)


@dataclass(frozen=True, slots=True)
class Channels:
    """Where what a cell comes to goes.

    `goes` is called when it is compiled, and runs now; `take` gets what it writes, `say` what
    commands say (as text, and as HTML), `warn` what a person should know besides.
    """

    goes: Callable[[], None]
    take: Callable[[Event], None]
    say: Callable[[str, str], None]
    warn: Say


class Session:
    """Cells in, events out. Raises what `Compiler.compile` raises."""

    def __init__(self, ask: Ask) -> None:
        self.compiler, self.program = Compiler(), Program()
        self.past: tuple[Past, ...] = ()
        self.state = State()
        self.running = False
        # `[dependencies]` of the notebook.
        self._needed: Mapping[str, Any] = {}
        # What was taken from the start, with its versions.
        self._crates: Crates | None = None
        self._ask = ask
        # What a person is to be told as soon as the cell runs: earlier, it would be cleared away.
        self._news: list[str] = []
        self._since = math.inf

    def begin(self) -> None:
        """Have a compiler early; a cell says what is wrong when there is none."""
        self._since = time.monotonic()
        with suppress(CompilerError):
            self.compiler.claim(self._wanted())

    def change_compiler(self, given: Mapping[str, Any], descriptors: Sequence[int]) -> None:
        """Have another compiler (see `Compiler.shared`); it is told of this state when asked."""
        self.compiler.leave()
        self.compiler = Compiler()
        self.compiler.inherit(given, descriptors)
        self.state = replace(self.state, id=None)
        self.begin()

    def begin_template(self) -> None:
        """Have a compiler wait for the first kernel; and one with crates, if they are built."""
        with suppress(CompilerError):
            always = self._wanted()
            crates = lately.known(always) if always else lately.latest()
            if not (always and crates):
                self.compiler.need_any()
            if crates and may_wait():
                self.compiler.need_another(crates)

    def need(self, dependencies: Mapping[str, Any]) -> None:
        """Have these crates (`[dependencies]`) before the first cell, which says what is wrong."""
        self._needed = dependencies
        with suppress(CompilerError):
            if not self.past and (wanted := self._wanted()):
                self.compiler.prefer(wanted)

    def run(self, code: str, to: Channels) -> Outcome:
        """Compile and run a cell."""
        if not code.strip():  # who only wants to look at the variables does not wait for a compiler
            return "ok"
        self.compiler.await_build()
        self.program.load()
        if not self.past and self.state.id in (ROOT, None):
            self._take_needed()
        told: list[list[str]] = []
        for _ in range(MOST_ROUNDS):
            compiled = self._compile(code, told)
            to.goes()
            self._tell_news(to.warn)
            if compiled.cleared:
                self.program.clear()
            if views.may_redefine(code, self.state.items):
                self.program.forget_views()
            notes = self._execute(compiled, to.take)
            if not notes:
                break
            told.append(notes)
            if not all(note.startswith(CHANGED) for note in notes):
                compiled = self._compile(code, told)
                break
        if lost := _lost(told):
            to.warn(LOST.format(", ".join(lost)))
        to.say(compiled.said, compiled.html)
        for warning in compiled.warnings:
            to.warn(warning)
        run = Past(code, tuple(map(tuple, told)), compiled.library, compiled.function)
        self._commit(compiled, run)
        self._think_of_others()
        return _outcome(told)

    def _take_needed(self) -> None:
        """Have crates before they are asked for, where a person wants that; they are built once."""
        if wanted := self._wanted():
            # After a restart, that of the kernel before is free by now.
            self.compiler.prefer(wanted)
            own, known = self.state.lock, lately.known(wanted)
            lock = own or (known.lock if known else "")
            made = self.compiler.take(Crates(wanted, lock))
            self.state = State(made.state, outline=made.outline, lock=self._locked(made))
            self._crates = Crates(wanted, made.lock)
            lately.note(self._crates, own=bool(own))

    def _wanted(self) -> str:
        """Return the cell that takes the crates that are needed. Raises CompilerError."""
        try:
            return needed.cell(os.environ.get(needed.VARIABLE, ""), self._needed)
        except needed.NeededError as error:
            raise CompilerError(str(error)) from error

    def lock(self, lock: str) -> None:
        """Take crates at these versions, unless cells have taken some at others."""
        if not self.past:
            self.state = replace(self.state, lock=lock)

    def look_closer(self, kinds: Iterable[str]) -> None:
        """Have `program.values` tell the values of these types, too. Raises what `run` raises."""
        view = self._compile(views.cell(kinds, SUMMARY_BYTES), [])
        self.program.add_view(view.library)

    def _tell_news(self, warn: Say) -> None:
        for news in self._news:
            warn(news)
        self._news.clear()

    def _think_of_others(self) -> None:
        """Have a compiler wait for the next notebook, once it is plain that this one goes on."""
        if time.monotonic() - self._since > STANDBY_SECONDS:
            self._since = math.inf
            if not may_wait():
                return
            with suppress(CompilerError):
                if self._crates:
                    self.compiler.need_another(self._crates)
                if not needed.cell(os.environ.get(needed.VARIABLE, ""), {}):
                    self.compiler.need_another()

    def _compile(self, code: str, notes: list[list[str]]) -> Compiled:
        code = without_shell(code)
        try:
            return self._compile_once(code, notes)
        except CompilerEndedError:
            pass  # a new one does not know the state, and that is said
        try:
            return self._compile_once(code, notes)
        except CompilerEndedError as error:
            raise CompilerEndedError(f"{error}, twice. {TWICE}") from error

    def _compile_once(self, code: str, notes: list[list[str]]) -> Compiled:
        if self.state.id is None:
            self._rebuild()
        for _ in range(2):
            try:
                return self.compiler.compile(self.state.id or ROOT, code, notes, self.state.lock)
            except UnknownStateError:
                self._news.append(ENDED)
                self._rebuild()
        raise CompilerEndedError("the compiler forgot what earlier cells have made")

    def _rebuild(self) -> None:
        """Have a compiler that was started anew come to our state; nothing is run."""
        start, outline, lock = ROOT, self.state.outline, self.state.lock
        with suppress(CompilerError):
            wanted = self._wanted()
            # One that has them is spared to learn them once more, in another order.
            if wanted and set(wanted.splitlines()) <= set(outline.splitlines()):
                start = self.compiler.take(Crates(wanted, lock)).state
        made = self.compiler.compile(start, outline, [], lock)
        self.state = replace(self.state, id=made.state)

    def _execute(self, cell: Compiled | Past, take: Callable[[Event], None]) -> list[str]:
        notes: list[str] = []
        if not cell.library:
            return notes
        parser, given = Parser(), Input(lambda: self._ask("", False))

        def pass_on(event: Event) -> None:
            match event:
                case Note(line):
                    notes.append(line)
                case Question(prompt, password):
                    self._answer(given, prompt, password)
                case _:
                    take(event)

        def read(text: str) -> None:
            for event in parser.feed(text):
                pass_on(event)

        self.running = True
        try:
            with stdio(read, given):
                self.program.run(cell.library, cell.function)
        except UnloadableError as error:
            raise CellError((Failure("", str(error), str(error)),)) from error
        finally:
            self.running = False
        for event in parser.end():
            pass_on(event)
        return notes

    def _answer(self, given: Input, prompt: str, password: bool) -> None:
        try:
            given.give(self._ask(prompt, password))
        except Exception:  # noqa: BLE001 - whatever keeps us from asking, nothing will come
            given.end()

    def _commit(self, compiled: Compiled, cell: Past) -> None:
        kept = () if compiled.cleared else self.past
        self.past = (*kept, cell)
        lock = self._locked(compiled)
        self.state = State(
            compiled.state, compiled.variables, compiled.items, compiled.outline, lock
        )

    def _locked(self, compiled: Compiled) -> str:
        lock = compiled.lock if compiled.has_crates else ""
        return locks.merged(lock, self.state.lock)

    def rerun(self, cells: tuple[Past, ...], state: State) -> None:
        """Be what the libraries of these cells make, run anew; the compiler is told when asked."""
        before = (self.state, self.past, self.program)
        self.program = Program()
        try:
            self.program.load()
            for cell in cells:
                self._execute(cell, _nobody)
        except BaseException:
            self.state, self.past, self.program = before
            raise
        self.state, self.past = state, cells

    def replay(self, cells: tuple[Past, ...]) -> None:
        """Be what these cells make, run anew; on any error be what this was."""
        before = (self.state, self.past, self.program)
        self.state, self.past, self.program = State(), (), Program()
        try:
            for cell in cells:
                self.run(cell.code, NOWHERE)
        except BaseException:
            self.state, self.past, self.program = before
            raise


def _lost(told: list[list[str]]) -> list[str]:
    found = {note.removeprefix(CHANGED) for notes in told for note in notes if CHANGED in note}
    return sorted(found)


def _outcome(told: list[list[str]]) -> Outcome:
    notes = [note for notes in told for note in notes]
    if any("EVCXR_PANIC" in note for note in notes):
        return "panic"
    return "error" if any("EVCXR_ERROR" in note for note in notes) else "ok"


def _nobody(*_: object) -> None:
    """Is told, and does nothing."""


NOWHERE = Channels(_nobody, _nobody, _nobody, _nobody)
