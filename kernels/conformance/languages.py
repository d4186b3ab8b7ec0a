"""What the suite says to each kernel: cells with the same meaning in every language."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    """Cells are formats: {name} a variable, {value} a whole number, {text} a text of letters."""

    kernel: str
    name: str
    bind: str
    """Bind {name} to {value}; shows nothing."""
    show: str
    """Show the value of {name} as the result of the cell."""
    add: str
    """Add {value} to {name}, which is bound."""
    write: str
    """Write {text} and an end of line to stdout."""
    fail: str
    """Raise an error that is called `error_name`."""
    error_name: str
    ask: str
    """Ask for input, and write it to stdout."""
    sleep: str
    """Do nothing for {value} milliseconds, in an interruptible way."""
    stuck: str
    """Compute for ever, never looking whether there is an interrupt."""
    segfault: str
    """Write where nothing is; no format."""
    leave: str
    """End the process at once, with status {value}."""
    iterator: str
    """Bind {name} to an iterator over 0, 1, 2, …, and take the first."""
    following: str
    """Show the next element of {name}."""
    random: str
    """Show a random number."""
    incomplete: str
    invalid: str
    inspected: str
    """A name that can be inspected."""
    completed: tuple[str, str]
    """The beginning of a name, and one of its completions."""
    saves_everything: bool
    """Whether a snapshot has the whole state: iterators half-way, too."""
    sees_interrupts: bool = True
    """Whether a cell can notice one. Where not, it is ended, and what it has done is undone."""
    steps: int = 200
    """How many random steps its suite takes."""


PYTHON = Language(
    kernel="patina-python",
    name="python",
    bind="{name} = {value}",
    show="{name}",
    add="{name} += {value}",
    write="print('{text}')",
    fail="1 / 0",
    error_name="ZeroDivisionError",
    ask="print('got ' + input('who? '))",
    sleep="import time; time.sleep({value} / 1000)",
    stuck="import itertools; sum(itertools.repeat(1))",
    segfault="import ctypes; ctypes.string_at(0)",
    leave="import os; os._exit({value})",
    iterator="{name} = iter(i for i in range(1000)); next({name});",
    following="next({name})",
    random="import random; random.random()",
    incomplete="def f(x):\n  x*2",
    invalid="import = 7q",
    inspected="zip",
    completed=("zi", "zip"),
    saves_everything=False,
)

JAVASCRIPT = Language(
    kernel="patina-javascript",
    name="javascript",
    bind="let {name} = {value};",
    show="{name}",
    add="{name} += {value};",
    write="console.log('{text}');",
    fail="null.x",
    error_name="TypeError",
    ask="console.log('got ' + prompt('who? '));",
    sleep="await new Promise((done) => setTimeout(done, {value}));",
    # Compares 4 * 10**12 characters, in one call.
    stuck="'a'.repeat(4e6).indexOf('a'.repeat(2e6) + 'b');",
    segfault="process.kill(process.pid, 'SIGSEGV');",
    leave="process.exit({value});",
    iterator="let {name} = (function* () {{ for (let i = 0; ; i++) yield i; }})(); {name}.next();",
    following="{name}.next().value",
    random="Math.random()",
    incomplete="function f(x) {",
    invalid="let = 7q;",
    inspected="parseInt",
    completed=("pars", "parseInt"),
    saves_everything=True,
)

RUST = Language(
    kernel="patina-rust",
    name="rust",
    bind="let mut {name} = {value};",
    show="{name}",
    add="{name} += {value};",
    write='println!("{text}");',
    fail='panic!("so be it")',
    error_name="Panic",
    ask='println!("got {}", patina_input("who? "));',
    sleep="std::thread::sleep(std::time::Duration::from_millis({value}));",
    stuck="while std::hint::black_box(true) {}",
    segfault="unsafe { std::ptr::without_provenance_mut::<i32>(8).write_volatile(1) };",
    leave="std::process::exit({value});",
    iterator="let mut {name} = 0..1000; {name}.next();",
    following="{name}.next().unwrap()",
    random="std::hash::BuildHasher::hash_one(&std::hash::RandomState::new(), 1)",
    incomplete="fn f(x: i32) {",
    invalid="let x = 7);",
    inspected="println",
    completed=("Vec", "Vec"),
    saves_everything=True,
    sees_interrupts=False,
    steps=40,
)

LANGUAGES = (PYTHON, JAVASCRIPT, RUST)
