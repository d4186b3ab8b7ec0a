"""Which names a cell binds, uses and writes into, read from its code before it runs."""

from __future__ import annotations

import ast
import re
import symtable
from collections.abc import Iterator
from dataclasses import dataclass

# Parsing costs up to 2 µs a character. The names of a longer cell are guessed: what it bound is
# found by comparison in any case, only that it comes first is not certain.
LONGEST_PARSED, LONGEST_READ = 5_000, 50_000

_IDENTIFIER = re.compile(r"[^\W\d]\w*")
_ASSIGNED = re.compile(r"^\s*([^\W\d]\w*)\s*(?:=(?!=)|[-+*/%@&|^]=)", re.MULTILINE)
_CELL_MAGIC = re.compile(r"\s*%%(\S+)([^\n]*)\n?")
_LINE_MAGIC = re.compile(
    r"^(?P<indent>[ \t]*)(?P<target>[^\n=%!?]*=\s*)?"
    r"(?:%(?:time|timeit|prun)\b[ \t]*|(?P<call>[%!?]).*$)",
    re.MULTILINE,
)
_ASKED = re.compile(r"^.*\?\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class CellNames:
    """Global names of a cell. `fills`: written into by `x.a = …`, `x[i] = …` or `del x[i]`."""

    binds: frozenset[str] = frozenset()
    uses: frozenset[str] = frozenset()
    fills: frozenset[str] = frozenset()

    def joined_with(self, other: CellNames) -> CellNames:
        """Return the names of both."""
        binds, uses = self.binds | other.binds, self.uses | other.uses
        return CellNames(binds, uses, self.fills | other.fills)


def names_of(code: str) -> CellNames:
    """Return the names, exactly for Python, as well as can be for magics and broken code."""
    if len(code) <= LONGEST_PARSED:
        for text in (code, _without_magics(code)):
            try:
                return _parsed(text)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue
    return _guessed(code[:LONGEST_READ])


def _guessed(code: str) -> CellNames:
    binds, uses = _ASSIGNED.findall(code), _IDENTIFIER.findall(code)
    return CellNames(frozenset(binds), frozenset(uses))


def _parsed(code: str) -> CellNames:
    table = symtable.symtable(code, "<cell>", "exec")
    binds, uses = _of_table(table, top=True)
    return CellNames(frozenset(binds), frozenset(uses), frozenset(_filled(ast.parse(code))))


def _of_table(table: symtable.SymbolTable, *, top: bool) -> tuple[set[str], set[str]]:
    binds, uses = set(), set()
    for symbol in table.get_symbols():
        bound = symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()
        if bound and (top or symbol.is_declared_global()):
            binds.add(symbol.get_name())
        if symbol.is_referenced() and (top or symbol.is_global()):
            uses.add(symbol.get_name())
    for child in table.get_children():
        more = _of_table(child, top=False)
        binds |= more[0]
        uses |= more[1]
    return binds, uses


def _filled(tree: ast.AST) -> Iterator[str]:
    """Yield x for every `x.a.b[i] = …`, `x[i] += …` and `del x.a`."""
    for node in ast.walk(tree):
        target: ast.AST = node
        if isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
            while isinstance(target, ast.Attribute | ast.Subscript):
                target = target.value
            if isinstance(target, ast.Name):
                yield target.id


def _without_magics(code: str) -> str:
    """Return the Python in a cell with magics: `%time x = f()` is `x = f()`, `!ls` is nothing."""
    magic = _CELL_MAGIC.match(code)
    if magic:
        stored = magic[2].split()[-1:] if magic[1] == "capture" else []
        code = "".join(f"{name} = None\n" for name in stored if name.isidentifier())
        code += magic.string[magic.end() :]
    return _LINE_MAGIC.sub(_line, _ASKED.sub("pass", code))


def _line(magic: re.Match[str]) -> str:
    stands_for = "" if not magic["call"] else "None" if magic["target"] else "pass"
    return (magic["indent"] or "") + (magic["target"] or "") + stands_for
