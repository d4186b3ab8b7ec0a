"""The directive `openapi-reference`: every operation and shape of Patina's HTTP interface.

It is made from the OpenAPI 3.1 document that the server makes of its own routes, so that it cannot
lag behind them.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from patina_lab.http.openapi import openapi

Schema = dict[str, Any]
NOTHING = "nothing"


class OpenApiReference(SphinxDirective):
    """Writes the reference where it stands."""

    def run(self) -> list[nodes.Node]:
        """Return a section an operation, and one a shape."""
        text = "\n".join(reference(openapi()))
        return self.parse_text_to_nodes(text, allow_section_headings=True)


def reference(document: Schema) -> Iterator[str]:
    """Yield the lines, in MyST's Markdown."""
    yield "## Operations\n"
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield from operation_lines(f"{method.upper()} {path[1:]}", operation)
    yield "## Shapes\n"
    for name, schema in sorted(document["components"]["schemas"].items()):
        yield from shape_lines(name, schema)


def operation_lines(title: str, operation: Schema) -> Iterator[str]:
    """Yield what an operation does, takes and answers."""
    yield f"### `{title}`\n"
    yield f"{operation['summary']}\n\n{operation['description']}\n"
    asked = [one["name"] for one in operation["parameters"] if one["in"] == "query"]
    if asked:
        yield f"- Query: {', '.join(f'`?{name}=`' for name in asked)}"
    if "requestBody" in operation:
        yield f"- Body: {content(operation['requestBody'])}"
    for status, reply in operation["responses"].items():
        word = "Anything else" if status == "default" else status
        yield f"- {word}: {content(reply)}"
    yield ""


def content(place: Schema) -> str:
    """Return what a body is: its shape, or the kind of bytes."""
    for kind, body in place.get("content", {}).items():
        return type_of(body["schema"]) if "schema" in body else f"bytes (`{kind}`)"
    return NOTHING


def shape_lines(name: str, schema: Schema) -> Iterator[str]:
    """Yield a shape: what it is, and a row a field."""
    yield f"(shape-{name.lower()})=\n### {name}\n"
    yield f"{inspect.cleandoc(schema.get('description', ''))}\n"
    yield "| Field | Type | |\n|---|---|---|"
    needed = schema.get("required", ())
    for field, described in schema.get("properties", {}).items():
        yield f"| `{field}` | {type_of(described)} | {'' if field in needed else 'optional'} |"
    yield ""


def type_of(schema: Schema) -> str:
    """Return a type in words, with a link to each shape in it."""
    match schema:
        case {"$ref": reference}:
            name = reference.rpartition("/")[2]
            words = f"[{name}](#shape-{name.lower()})"
        case {"anyOf": choices}:
            words = " or ".join(type_of(one) for one in choices)
        case {"enum": values}:
            words = ", ".join(f"`{value}`" for value in values)
        case {"type": "array", "items": items}:
            words = f"list of {type_of(items)}"
        case {"type": "object", "additionalProperties": dict(values)}:
            words = f"object of {type_of(values)}"
        case _:
            words = str(schema.get("type", "anything"))
    return words


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("openapi-reference", OpenApiReference)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
