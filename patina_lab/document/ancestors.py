"""Sources of Twinsong and Patina, from which Patina Lab descends. Read-only; pure.

Format: docs/reference/format.md, "Twinsong and Patina". A notebook of theirs is a tree of groups
and cells; here each group becomes a heading cell, whose metadata keep what a heading does not say.
"""

from __future__ import annotations

import re
import tomllib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from patina_lab.document.errors import TsnbError
from patina_lab.document.format import Cell
from patina_lab.text import gettext as _

Program = Literal["twinsong", "patina"]
Scope = Literal["Own", "Inherit"]

NAMES: dict[str, str] = {"twinsong": "Twinsong", "patina": "Patina"}
VERSIONS: dict[str, Program] = {"twinsong 0.0.1": "twinsong", "patina 0.0.1": "patina"}
LANGUAGES = {
    "Rust": "rust",
    "Python": "python",
    "TypeScript": "javascript",
    "JavaScript": "javascript",
}
GROUP = "group"
"""The key of a cell's metadata: a group's `name` and `scope`; `in` which it is, if not plain."""
MARKDOWN = "//md"
"""What the code of a text cell of Patina begins with."""
COMMENTED = "# %% [markdown]\n"
"""What that of one of ours begins with in Twinsong, which has no text cells."""
_VERSION = re.compile(r'^version\s*=\s*"((?:twinsong|patina) [^"]*)"', re.MULTILINE)
_HEADING_LEVELS = 6


@dataclass(frozen=True, slots=True)
class Code:
    """A cell of the tree."""

    id: str
    code: str


@dataclass(frozen=True, slots=True)
class Group:
    """A group of the tree. `Own`: its cells have variables of their own."""

    id: str
    name: str
    scope: Scope
    children: tuple[Group | Code, ...] = ()


@dataclass(frozen=True, slots=True)
class Ancestor:
    """A source of one of the two programs."""

    program: Program
    language: str
    root: Group


def ancestor_version(text: str) -> str | None:
    """Return which version of which of the programs wrote this text, if one did."""
    found = _VERSION.search(text[:4096])
    return found[1] if found else None


def read_ancestor(text: str) -> Ancestor:
    """Read a source. Raises TsnbError, which says what is wrong and where."""
    try:
        top = tomllib.loads(text)
        return _ancestor(top)
    except TsnbError:
        raise
    except ValueError as error:
        raise TsnbError(
            _("This is not valid TOML: %1", error), hint=_("Mend the file by hand.")
        ) from error
    except RecursionError as error:
        raise TsnbError(
            _("Values are nested too deeply"), hint=_("Mend the file by hand.")
        ) from error


def _ancestor(top: dict[str, Any]) -> Ancestor:
    version = top.get("version")
    if not isinstance(version, str) or version not in VERSIONS:
        known = " and ".join(VERSIONS)
        raise TsnbError(
            _("The version %1 is not known", repr(version)), line=1, hint=_("Known: %1.", known)
        )
    program = VERSIONS[version]
    if "editor_root" in top:
        root = group(top["editor_root"], "editor_root")
    else:
        root = _early_root(top.get("editor_cells"))
    return Ancestor(program, _language(program, top), root)


def _language(program: Program, top: dict[str, Any]) -> str:
    if program == "twinsong":
        return "python"
    named = top.get("language", "Rust")
    if named not in LANGUAGES:
        raise TsnbError(
            _("The language %1 is not known", repr(named)),
            hint=_("Known: %1.", ", ".join(LANGUAGES)),
        )
    return LANGUAGES[named]


def group(table: Any, place: str) -> Group:
    """Return a group of the tree, with everything in it. Raises TsnbError."""
    if not isinstance(table, dict):
        raise TsnbError(_("%1 should be a table", place), hint=_("Mend the file by hand."))
    scope = table.get("scope", "Own")
    if scope not in ("Own", "Inherit"):
        raise TsnbError(
            _("%1 has the scope %2", place, repr(scope)), hint=_("It may be Own or Inherit.")
        )
    children = table.get("children", [])
    if not isinstance(children, list):
        raise TsnbError(
            _("%1.children should be an array", place), hint=_("Mend the file by hand.")
        )
    return Group(
        id=_string(table, "id", place),
        name=_string(table, "name", place),
        scope=cast("Scope", scope),
        children=tuple(
            _child(child, f"{place}.children[{number}]") for number, child in enumerate(children)
        ),
    )


def _child(table: Any, place: str) -> Group | Code:
    kind = table.get("type") if isinstance(table, dict) else None
    if kind == "Group":
        return group(table, place)
    if kind != "Cell":
        raise TsnbError(
            _("%1 has the type %2", place, repr(kind)), hint=_("It may be Cell or Group.")
        )
    return Code(_string(table, "id", place), _string(table, "code", place))


def _early_root(cells: Any) -> Group:
    """Return the root of a file of early 2025, which has cells in a row and no groups."""
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise TsnbError(_("The key 'editor_root' is missing"), hint=_("Mend the file by hand."))
    children = tuple(
        Code(
            _string(cell, "id", f"editor_cells[{number}]"),
            _string(cell, "code" if "code" in cell else "value", f"editor_cells[{number}]"),
        )
        for number, cell in enumerate(cells)
    )
    name = uuid.uuid5(uuid.NAMESPACE_URL, "\n".join(child.id for child in children))
    return Group(str(name), "root", "Own", children)


def _string(table: dict[str, Any], name: str, place: str) -> str:
    value = table.get(name)
    if not isinstance(value, str):
        raise TsnbError(
            _("The key %1 of %2 is no string", repr(name), place), hint=_("Mend the file by hand.")
        )
    return value


def cells_of(ancestor: Ancestor) -> tuple[Cell, ...]:
    """Return the tree as cells in a row: a heading for each group, then what is in it."""
    return tuple(_Row(ancestor.program, ancestor.root).cells())


@dataclass(slots=True)
class _Row:
    """Lays the tree out; knows of which group a reader of the row takes the next cell to be."""

    program: Program
    root: Group
    _open: list[tuple[str, int]] = field(default_factory=list)
    _taken: set[str] = field(default_factory=set)

    def cells(self) -> Iterator[Cell]:
        self._open = [(self.root.id, 0)]
        return self._inside(self.root, 0)

    def _inside(self, parent: Group, level: int) -> Iterator[Cell]:
        for child in parent.children:
            if isinstance(child, Group):
                yield self._heading(child, parent, min(level + 1, _HEADING_LEVELS))
                yield from self._inside(child, level + 1)
            else:
                yield self._cell(child, parent)

    def _heading(self, group: Group, parent: Group, level: int) -> Cell:
        implied = next(name for name, its in reversed(self._open) if its < level)
        within = {} if implied == parent.id else {"in": parent.id}
        self._return_to(parent.id)
        self._open.append((group.id, level))
        kept = {"name": group.name, "scope": group.scope, **within}
        return Cell(self._name(group.id), "markdown", heading(group.name, level), {GROUP: kept})

    def _cell(self, cell: Code, parent: Group) -> Cell:
        kept = {} if self._open[-1][0] == parent.id else {GROUP: {"in": parent.id}}
        self._return_to(parent.id)
        kind, source = _told_apart(self.program, cell.code)
        return Cell(self._name(cell.id), kind, source, kept)

    def _return_to(self, group: str) -> None:
        while self._open[-1][0] != group:
            self._open.pop()

    def _name(self, name: str) -> str:
        """Return an id that is not taken; the tree allows one twice."""
        while name in self._taken:
            name = str(uuid.uuid5(uuid.NAMESPACE_URL, name))
        self._taken.add(name)
        return name


def heading(name: str, level: int) -> str:
    """Return the heading of a group."""
    return f"{'#' * level} {' '.join(name.split())}"


def _told_apart(program: Program, code: str) -> tuple[Literal["code", "markdown"], str]:
    if program == "patina" and code.startswith(MARKDOWN):
        return "markdown", code.removeprefix(MARKDOWN).removeprefix("\n")
    if program == "twinsong" and code.startswith(COMMENTED):
        lines = code.removeprefix(COMMENTED).split("\n")
        return "markdown", "\n".join(line.removeprefix("#").removeprefix(" ") for line in lines)
    return "code", code
