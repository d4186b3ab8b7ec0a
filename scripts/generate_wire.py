"""Write `src/wire.ts` from `patina_lab/wire`: the browser's types of what crosses the network.

The file is made by the set-up, never kept in git, so it cannot lag behind.
"""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import msgspec

from patina_lab import wire

TARGET = Path(__file__).resolve().parent.parent / "src" / "wire.ts"
HEADER = "/* Made from patina_lab/wire by scripts/generate_wire.py (make wire). Do not edit. */\n"
PLAIN = {
    "string": "string",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "null": "null",
}


def main() -> None:
    """Write the file, if it would change."""
    text = HEADER + _aliases() + "".join(map(_interface, _shapes().items()))
    if not TARGET.exists() or TARGET.read_text() != text:
        TARGET.write_text(text)


def _aliases() -> str:
    literals = {name: get_args(value) for name, value in vars(wire).items() if _is_literal(value)}
    return "".join(
        f"\nexport type {name} = {' | '.join(map(repr, values))};\n"
        for name, values in literals.items()
    )


def _is_literal(value: object) -> bool:
    return get_origin(value) is Literal


def _shapes() -> dict[str, dict[str, Any]]:
    structs = [
        shape
        for shape in vars(wire).values()
        if inspect.isclass(shape) and issubclass(shape, wire.Wire) and shape is not wire.Wire
    ]
    _, components = msgspec.json.schema_components(structs, ref_template="{name}")
    return components


def _interface(named: tuple[str, dict[str, Any]]) -> str:
    name, schema = named
    required = set(schema.get("required", ()))
    lines = "".join(
        f"  readonly {key}{'' if key in required else '?'}: {_type(value)};\n"
        for key, value in schema["properties"].items()
    )
    return f"\n{_comment(schema)}export interface {name} {{\n{lines}}}\n"


def _comment(schema: dict[str, Any]) -> str:
    text = schema.get("description", "")
    return f"/** {' '.join(text.split())} */\n" if text else ""


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        # `Wordings` names its shape as the OpenAPI document does.
        return str(schema["$ref"]).rpartition("/")[2]
    if "enum" in schema:
        return " | ".join(f"'{value}'" for value in schema["enum"])
    if "anyOf" in schema:
        # A field that may be None is left out when it is: the wire omits defaults.
        kinds = [_type(kind) for kind in schema["anyOf"] if kind.get("type") != "null"]
        return " | ".join(kinds)
    return _plain_type(schema)


def _plain_type(schema: dict[str, Any]) -> str:
    kind = schema.get("type")
    if kind == "array":
        return f"ReadonlyArray<{_type(schema['items'])}>"
    if kind == "object":
        return f"Readonly<Record<string, {_type(schema.get('additionalProperties') or {})}>>"
    return PLAIN.get(str(kind), "unknown")


if __name__ == "__main__":
    main()
