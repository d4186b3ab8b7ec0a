"""docs/reference/api.md says what the code does."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any, get_args, get_origin

import msgspec

from patina_lab import wire
from patina_lab.clients import frames, pace, presence
from patina_lab.http import backlog, operation, runsdocument, sourcesocket
from patina_lab.http.openapi import OpenApiHandler
from patina_lab.http.routes import PREFIX, RESOURCES, SOCKETS
from patina_lab.model import producing
from patina_lab.tests.documentation import code, doc, rows, section
from patina_lab.updates import content, known

METHODS = ("get", "post", "put", "patch", "delete")


def routes() -> dict[str, Any]:
    return {**RESOURCES, "/openapi.json": OpenApiHandler}


def operations() -> Iterator[tuple[str, Any]]:
    for path, handler in routes().items():
        for name in METHODS:
            method: Any = getattr(handler, name, None)
            if hasattr(method, "operation"):
                yield f"{name.upper()} {PREFIX}{path}", method.operation
    for path in SOCKETS:
        yield f"WS {PREFIX}{path}", None


def routes_told() -> dict[str, list[str]]:
    table = rows(section(doc("docs/reference/api.md"), "## Routes"))
    return {code(row[0]): row for row in table if " " in code(row[0])}


def test_every_route_is_told_as_it_is_and_nothing_else() -> None:
    assert set(routes_told()) == {name for name, _ in operations()}


def shape_name(shape: Any) -> str:
    if get_origin(shape) is list:
        return f"[{shape_name(get_args(shape)[0])}]"
    if get_args(shape):
        return " or ".join(shape_name(part) for part in get_args(shape))
    return "bytes" if shape is bytes else str(shape.__name__)


def test_actions_bodies_and_replies_of_routes_are_told_as_they_are() -> None:
    told = routes_told()
    for name, does in operations():
        _, action, body, reply, meaning = told[name]
        if does is None:
            assert code(action) == "read"
            continue
        assert code(action) == does.action, name
        assert set(re.findall(r"`\?(\w+)=`", meaning)) == set(does.query), name
        assert code(body) == (shape_name(does.body) if does.body else ""), name
        shape = f" {shape_name(does.reply)}" if does.reply else ""
        assert reply.replace("`", "") == f"{int(does.status)}{shape}", name


def shapes() -> dict[str, type[wire.Wire]]:
    return {
        name: shape
        for name, shape in vars(wire).items()
        if inspect.isclass(shape) and issubclass(shape, wire.Wire) and shape is not wire.Wire
    }


def test_every_shape_that_crosses_the_network_is_told_field_by_field() -> None:
    api = doc("docs/reference/api.md")
    assert set(re.findall(r"^### `(\w+)`$", api, re.MULTILINE)) == set(shapes())
    for name, shape in shapes().items():
        told = [code(row[0]) for row in rows(section(api, f"### `{name}`"))]
        there = [
            field.encode_name + ("" if field.required else "?")
            for field in msgspec.structs.fields(shape)
        ]
        assert sorted(told) == sorted(there), name


def test_every_word_that_a_field_can_hold_is_told() -> None:
    api = section(doc("docs/reference/api.md"), "## Shapes")
    for name, value in vars(wire).items():
        for word in get_args(value) if get_origin(value) is not None else ():
            if isinstance(word, str):
                assert f"`{word}`" in api, (name, word)


def test_limits_and_closing_codes_are_told_as_they_are() -> None:
    api = doc("docs/reference/api.md")
    assert operation.MAX_BODY_BYTES == runsdocument.MAX_FRAME_BYTES == 16 * 2**20
    assert backlog.MAX_BACKLOG_BYTES == 64 * 2**20
    assert f"more than {frames.MOST_REQUESTS} times" in api
    assert f"in {frames.REQUEST_SECONDS:.0f} seconds" in api
    for name in (runsdocument.MALFORMED, runsdocument.TOO_MANY, backlog.TOO_SLOW):
        assert f"\n| {name} | " in api
    assert f"{runsdocument.MAX_AWARENESS_BYTES:,} bytes" in api
    assert f"1 to {wire.MAX_TITLE} characters" in api


def test_limits_of_the_source_are_told_as_they_are() -> None:
    api = section(doc("docs/reference/api.md"), "### The source")
    assert sourcesocket.MAX_FRAME_BYTES == 16 * 2**20
    assert backlog.MAX_BACKLOG_BYTES == 64 * 2**20
    for words in (
        f"nested at most {content.OF_CLIENTS.depth} deep and shared types {known.MOST_DEPTH}",
        f"at most {content.OF_CLIENTS.parts:,} parts",
        f"presence than {presence.MOST_BYTES // 2**10} KiB",
        f"{pace.FRAMES_PER_SECOND:.0f} frames or {pace.BYTES_PER_SECOND / 2**20:.0f} MiB a second",
        f"burst of {pace.MOST_FRAMES:,.0f} frames or {pace.MOST_BYTES / 2**20:.0f} MiB",
        f"more than {frames.MOST_REQUESTS} times in {frames.REQUEST_SECONDS:.0f} seconds",
    ):
        assert words in " ".join(api.split()), words
    for name in (sourcesocket.MALFORMED, sourcesocket.REFUSED, backlog.TOO_SLOW):
        assert f"\n| {name} | " in api


def test_errors_are_shortened_as_told() -> None:
    api = doc("docs/reference/api.md")
    assert f"{producing.MAX_ERROR_LINES} of {producing.MAX_ERROR_CHARS:,} characters" in api
