"""From our notebooks to the files of Twinsong and Patina. Pure.

Format: docs/reference/format.md, "Twinsong and Patina".
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import tomli_w

from patina_lab import wire
from patina_lab.conversion.ancestorglobals import scope_of
from patina_lab.conversion.content import Content, PastRun, Read
from patina_lab.conversion.errors import ConversionError
from patina_lab.conversion.fromipynb import IMPORTED
from patina_lab.conversion.outputs import output
from patina_lab.document.ancestors import (
    COMMENTED,
    GROUP,
    LANGUAGES,
    MARKDOWN,
    NAMES,
    VERSIONS,
    Code,
    Group,
    Program,
    Scope,
    heading,
)
from patina_lab.document.format import Cell
from patina_lab.document.values import as_table
from patina_lab.model.searching import plain
from patina_lab.text import gettext as _

_HEADING = re.compile(r"(#{1,6})[ \t]+([^\n]*)\n?")
_LEFT_OUT = ("queued", "not run")


@dataclass(frozen=True, slots=True)
class AncestorFiles:
    """The text of the source, and the texts of its runs by their files' names."""

    source: str
    runs: dict[str, str]


def ancestor_files(content: Content, program: Program, read: Read) -> AncestorFiles:
    """Return a notebook as one of the two programs has it. Raises ConversionError."""
    document = content.document
    language = _language(program, document.language)
    tree = _Tree(document.id, program, native=not _descends(content))
    root = tree.grown(document.cells, _root(content))
    version = next(version for version, its in VERSIONS.items() if its == program)
    head = {"version": version, **({"language": language} if program == "patina" else {})}
    runs: dict[str, str] = {}
    for run in content.runs:
        text = tomli_w.dumps(_run(run, root, tree, read))
        runs[_file_name(run)] = text
    return AncestorFiles(tomli_w.dumps({**head, "editor_root": _table(root)}), runs)


def _language(program: Program, language: str) -> str:
    named = next((name for name, its in LANGUAGES.items() if its == language), None)
    if named is None or (program == "twinsong" and language != "python"):
        raise ConversionError(
            _("%1 has no notebooks in %2", NAMES[program], language or "no language"),
            hint=_("Export an .ipynb, or a script."),
        )
    return named


def _imported(content: Content) -> dict[str, Any]:
    return as_table(content.document.extra.get(IMPORTED))


def _descends(content: Content) -> bool:
    """Whether the notebook came from one of the two; then only its groups' headings are groups."""
    return _imported(content).get("format") in NAMES


def _root(content: Content) -> Group:
    kept = as_table(_imported(content).get("root"))
    scope: Scope = "Inherit" if kept.get("scope") == "Inherit" else "Own"
    name = str(kept.get("id") or content.document.id)
    return Group(as_uuid(name, content.document.id), str(kept.get("name") or "root"), scope)


def as_uuid(name: str, notebook: str) -> str:
    """Return an id as these programs want it; the same where it is one."""
    try:
        return str(uuid.UUID(name))
    except ValueError:
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{notebook}:{name}"))


@dataclass(slots=True)
class _Branch:
    """A group while it grows; `level` is that of its heading."""

    id: str
    name: str
    scope: Scope
    level: int
    children: list[_Branch | Code] = field(default_factory=list)

    def frozen(self) -> Group:
        children = tuple(
            child.frozen() if isinstance(child, _Branch) else child for child in self.children
        )
        return Group(self.id, self.name, self.scope, children)


@dataclass(slots=True)
class _Tree:
    """Makes a tree of cells in a row: the inverse of `document.ancestors.cells_of`."""

    notebook: str
    program: Program
    native: bool
    _open: list[_Branch] = field(default_factory=list)

    def grown(self, cells: tuple[Cell, ...], root: Group) -> Group:
        """Return the root with these cells in it."""
        self._open = [_Branch(root.id, root.name, root.scope, 0)]
        trunk = self._open[0]
        for cell in cells:
            self._add(cell)
        return trunk.frozen()

    def name(self, cell: str) -> str:
        """Return the id that a cell has in the tree."""
        return as_uuid(cell, self.notebook)

    def _add(self, cell: Cell) -> None:
        kept = as_table(cell.metadata.get(GROUP))
        found = _HEADING.fullmatch(cell.source) if cell.type == "markdown" else None
        if found and (self.native or "scope" in kept):
            self._begin(cell, kept, len(found[1]), found[2])
            return
        self._return_to(kept.get("in"))
        self._open[-1].children.append(Code(self.name(cell.id), self._code(cell)))

    def _begin(self, cell: Cell, kept: dict[str, Any], level: int, text: str) -> None:
        if not self._return_to(kept.get("in")):
            while self._open[-1].level >= level:
                self._open.pop()
        # Who renames a heading renames the group; in a heading spaces are not all kept.
        name = str(kept.get("name", text))
        name = name if heading(name, level) == cell.source.rstrip("\n") else text
        scope: Scope = "Own" if kept.get("scope") == "Own" else "Inherit"
        branch = _Branch(self.name(cell.id), name, scope, level)
        self._open[-1].children.append(branch)
        self._open.append(branch)

    def _return_to(self, group: Any) -> bool:
        """Go back to the group that a cell says it is in, if that is open."""
        wanted = self.name(group) if isinstance(group, str) else None
        if not any(branch.id == wanted for branch in self._open):
            return False
        while self._open[-1].id != wanted:
            self._open.pop()
        return True

    def _code(self, cell: Cell) -> str:
        if cell.type == "code":
            return cell.source
        if self.program == "patina":
            return f"{MARKDOWN}\n{cell.source}"
        lines = cell.source.split("\n")
        return COMMENTED + "\n".join(f"# {line}".rstrip() for line in lines)


def _table(node: Group | Code) -> dict[str, Any]:
    if isinstance(node, Code):
        return {"id": node.id, "code": node.code}
    children = [{"type": type_name(child), **_table(child)} for child in node.children]
    return {"id": node.id, "name": node.name, "scope": node.scope, "children": children}


def type_name(node: Group | Code) -> str:
    """Return what the files call a node of the tree."""
    return "Group" if isinstance(node, Group) else "Cell"


def _run(run: PastRun, root: Group, tree: _Tree, read: Read) -> dict[str, Any]:
    state = (
        {"type": "Crashed", "message": f"{run.error.message}. {run.error.reason}"}
        if run.error
        else {"type": "Closed"}
    )
    cells = [
        _output_cell(cell, root, tree, read) for cell in run.cells if cell.status not in _LEFT_OUT
    ]
    return {
        "title": run.title,
        "id": as_uuid(run.id, tree.notebook),
        "created": run.created,
        "kernel_state": state,
        "output_cells": cells,
        "globals": scope_of(run.variables),
    }


def _file_name(run: PastRun) -> str:
    kept = "".join(char if char.isalnum() or char in "_-+.:" else "_" for char in run.title[:8])
    return f"{kept}_{run.id[:8]}.run"


def _output_cell(cell: wire.OutputCell, root: Group, tree: _Tree, read: Read) -> dict[str, Any]:
    called = tree.name(cell.cell)
    node = _chain(root, called, cell.source)
    if node is None:  # The cell was deleted from the source since.
        node = Group(root.id, root.name, root.scope, (Code(called, cell.source),))
    succeeded = cell.status == "succeeded"
    return {
        "id": as_uuid(cell.id, tree.notebook),
        "values": list(_values(cell, read)),
        "flag": "Success" if succeeded else "Fail",
        "called_id": called,
        "editor_node": _table(node),
    }


def _chain(node: Group, called: str, source: str) -> Group | None:
    """Return the groups from the root down to what was called, with the code as it ran."""
    for child in node.children:
        if child.id == called:
            ran = _as_it_ran(child, source)
            return Group(node.id, node.name, node.scope, (ran,))
        if isinstance(child, Group) and (found := _chain(child, called, source)) is not None:
            return Group(node.id, node.name, node.scope, (found,))
    return _as_it_ran(node, source) if node.id == called else None


def _as_it_ran(node: Group | Code, source: str) -> Any:
    if isinstance(node, Code):
        return Code(node.id, source)
    if "\n\n".join(_codes(node)) == source:
        return node
    return Group(node.id, node.name, node.scope, (Code(node.id, source),))


def _codes(node: Group | Code) -> Iterator[str]:
    if isinstance(node, Code):
        yield node.code
    else:
        for child in node.children:
            yield from _codes(child)


def _values(cell: wire.OutputCell, read: Read) -> Iterator[dict[str, Any]]:
    """Yield what a cell showed; the last value says how it ended."""
    kind = ""
    for kept in cell.outputs:
        kind = kept.type
        yield _value(output(kept, read))
    if cell.status == "succeeded" and kind != "execute_result":
        yield {"type": "None"}
    elif cell.status != "succeeded" and kind != "error":
        yield _exception(cell.status.capitalize(), "")


def _value(shown: dict[str, Any]) -> dict[str, Any]:
    match shown["output_type"]:
        case "stream":
            return {"type": "Text", "value": plain(shown["text"])}
        case "error":
            message = ": ".join(filter(None, (shown["ename"], shown["evalue"])))
            return _exception(message, plain("\n".join(shown["traceback"])))
        case _:
            return _displayed(shown["data"])


def _exception(message: str, traceback: str) -> dict[str, Any]:
    return {"type": "Exception", "value": {"message": message, "traceback": traceback}}


def _displayed(data: dict[str, Any]) -> dict[str, Any]:
    """Return the best that the two programs can show of a display: HTML, a picture in it, text."""
    if "text/html" in data:
        return {"type": "Html", "value": str(data["text/html"])}
    for mime in ("image/png", "image/jpeg", "image/gif", "image/webp"):
        if mime in data:
            text = "".join(str(data[mime]).split())
            return {"type": "Html", "value": f'<img src="data:{mime};base64,{text}">'}
    if "image/svg+xml" in data:
        return {"type": "Html", "value": str(data["image/svg+xml"])}
    text = data.get("text/plain", next(iter(data.values()), ""))
    return {"type": "Text", "value": str(text)}
