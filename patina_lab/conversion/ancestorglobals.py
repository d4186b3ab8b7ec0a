"""Variables as Twinsong and Patina keep them, and as we do. Pure.

Theirs are graphs of objects as JSON text, {objects: [{id, repr, value_type?, kind?, children?}],
root}, and may hold cycles; ours are rows with a summary.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from patina_lab import wire
from patina_lab.model.outputs import storable

SUMMARY_CHARS = 200
_DEPTH = 3
_KINDS: dict[str, wire.GlobalKind] = {
    "callable": "function",
    "class": "class",
    "module": "module",
}
_THEIRS = {"function": "callable", "class": "class", "module": "module"}
_ITEMS = re.compile(r"\d+ items?")


def variables_of(scope: Mapping[str, Any], prefix: str = "") -> Iterator[wire.Global]:
    """Yield the variables of a scope and those in it, named `group.name`.

    One whose graph cannot be read says so in its row: the others are not lost with it.
    """
    for name, text in sorted(scope.get("variables", {}).items()):
        yield _row(f"{prefix}{name}", text)
    children = scope.get("children", {})
    # In Rust it is a map by the group's id; each has a name.
    for child in children.values() if isinstance(children, dict) else children:
        inner = child if isinstance(child, dict) else child[1]
        yield from variables_of(inner, f"{prefix}{inner.get('name', '')}.")


def _row(name: str, text: Any) -> wire.Global:
    try:
        dump = json.loads(text)
        objects = {item["id"]: item for item in dump["objects"]}
        root = objects[dump["root"]]
        kind = str(root.get("kind", ""))
        return wire.Global(
            name=storable(name),
            type=storable(str(root.get("value_type") or kind or "object")),
            kind=_KINDS.get(kind, "data"),
            summary=_short(storable(_said(objects, dump["root"], ()))),
            has_children=bool(root.get("children")),
            length=len(root["children"]) if root.get("children") else None,
            changed="new",
        )
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return wire.Global(
            name=storable(name), type="object", kind="other", summary="", has_children=False
        )


def _said(objects: Mapping[Any, Mapping[str, Any]], name: Any, within: tuple[Any, ...]) -> str:
    """Return what a value is in short; `within` are those that it is in, so that cycles end."""
    if name in within:
        return "…"
    value = objects[name]
    text, children = str(value["repr"]), value.get("children") or []
    if not children or not _ITEMS.fullmatch(text) or len(within) >= _DEPTH:
        return text
    inside: list[str] = []
    length = 0
    for slot, child in children:
        inside.append(f"{slot}: {_said(objects, child, (*within, name))}")
        length += len(inside[-1])
        if length > SUMMARY_CHARS:
            break
    return f"{text}: {', '.join(inside)}"


def _short(text: str) -> str:
    return text if len(text) <= SUMMARY_CHARS else f"{text[: SUMMARY_CHARS - 1]}…"


def scope_of(rows: Iterator[wire.Global] | tuple[wire.Global, ...]) -> dict[str, Any]:
    """Return our variables as a scope of theirs: of each what is known, and nothing inside."""
    return {
        "name": "",
        "variables": {row.name: _dump(row) for row in rows},
        "children": {},
    }


def _dump(row: wire.Global) -> str:
    value = {
        "id": 1,
        "repr": row.summary,
        "value_type": row.type,
        "kind": _THEIRS.get(row.kind, ""),
    }
    return json.dumps({"objects": [value], "root": 1}, ensure_ascii=False)
