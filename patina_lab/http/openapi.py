"""The OpenAPI document, made from the routes and from `wire`; served, never kept."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import msgspec

from patina_lab import wire
from patina_lab._version import __version__
from patina_lab.http.operation import RESOURCE, Operation, PatinaHandler, operation
from patina_lab.http.routes import PREFIX, RESOURCES

_METHODS = ("get", "post", "patch", "delete")
_REFERENCE = "#/components/schemas/{name}"


class OpenApiHandler(PatinaHandler):
    """`api/patina/openapi.json`."""

    @operation("read")
    def get(self) -> dict[str, Any]:
        """Return the description of these interfaces for programs."""
        return openapi()


@cache
def openapi() -> dict[str, Any]:
    """Return the OpenAPI 3.1 document."""
    operations = [
        (path, name, getattr(handler, name))
        for path, handler in RESOURCES.items()
        for name in _METHODS
        if hasattr(getattr(handler, name, None), "operation")
    ]
    shapes = [wire.Problem, *wire.DOCUMENT_SHAPES]
    for _, _, method in operations:
        shapes += [shape for shape in (method.operation.body, method.operation.reply) if shape]
    schemas, components = msgspec.json.schema_components(shapes, ref_template=_REFERENCE)
    schema_of = dict(zip(map(repr, shapes), schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for path, name, method in operations:
        described = _operation(path, method, method.operation, schema_of)
        paths.setdefault(f"/{PREFIX}{path}", {})[name] = described
    return {
        "openapi": "3.1.0",
        "info": {"title": "Patina Lab", "version": __version__},
        "paths": paths,
        "components": {"schemas": components},
    }


def _operation(
    path: str, method: Any, operation: Operation, schema_of: dict[str, Any]
) -> dict[str, Any]:
    described: dict[str, Any] = {
        "summary": method.__doc__.splitlines()[0],
        "description": f"Asks for the right to `{operation.action}` `{RESOURCE}`.",
        "parameters": [
            *(_parameter(name, "path") for name in re.findall(r"{(\w+)}", path)),
            *(_parameter(name, "query") for name in operation.query),
        ],
        "responses": {
            str(int(operation.status)): _reply(operation, schema_of),
            "default": _content("Refused", schema_of[repr(wire.Problem)]),
        },
    }
    if operation.body is not None:
        body = _content("", schema_of[repr(operation.body)])
        described["requestBody"] = {"required": True, "content": body["content"]}
    return described


def _parameter(name: str, place: str) -> dict[str, Any]:
    required = place == "path"
    return {"name": name, "in": place, "required": required, "schema": {"type": "string"}}


def _reply(operation: Operation, schema_of: dict[str, Any]) -> dict[str, Any]:
    if operation.reply is bytes:
        return {"description": "Done", "content": {"application/octet-stream": {}}}
    return _content("Done", schema_of.get(repr(operation.reply)))


def _content(description: str, schema: Any) -> dict[str, Any]:
    content = {} if schema is None else {"content": {"application/json": {"schema": schema}}}
    return {"description": description, **content}
