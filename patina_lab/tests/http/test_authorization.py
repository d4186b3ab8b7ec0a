"""Who may do what; and that the interfaces are those of docs/reference/api.md."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jupyter_server.auth import Authorizer
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect

from patina_lab import wire
from patina_lab.http.openapi import openapi
from patina_lab.http.routes import PREFIX, RESOURCES, SOCKETS
from patina_lab.tests.user import Refused, User, soon

API = (Path(__file__).parents[3] / "docs" / "reference" / "api.md").read_text()
METHODS = ("get", "post", "patch", "delete")
OPERATIONS = [
    (method, path)
    for path, handler in RESOURCES.items()
    for method in METHODS
    if hasattr(getattr(handler, method, None), "operation")
]


class Recording(Authorizer):
    """Writes down what it is asked, and allows what the test allows."""

    asked: list[tuple[str, str]]
    allowed: set[str]

    def is_authorized(self, handler: Any, user: Any, action: str, resource: str) -> bool:
        del handler, user
        self.asked.append((resource, action))
        return resource != "patina" or action in self.allowed


@pytest.fixture
def recorded(jp_serverapp: Any) -> Recording:
    """Replace the server's authorizer."""
    authorizer = Recording(parent=jp_serverapp, identity_provider=jp_serverapp.identity_provider)
    authorizer.asked, authorizer.allowed = [], {"read", "write", "execute"}
    jp_serverapp.web_app.settings["authorizer"] = authorizer
    return authorizer


def request_of(method: str, path: str) -> tuple[list[str], dict[str, Any]]:
    filled = re.sub(r"{\w+}", "x", f"{PREFIX}{path}")
    body = {"body": "{}"} if method in ("post", "patch") else {}
    return filled.split("/"), {"method": method.upper(), **body}


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
async def test_nobody_comes_in_without_a_token(user: User, method: str, path: str) -> None:
    parts, options = request_of(method, path)
    reply = await user.get(*parts, headers={"Authorization": ""}, **options)
    assert reply.code == 403


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
async def test_no_page_of_another_origin_comes_in_even_with_a_token(
    user: User, jp_auth_header: dict[str, str], method: str, path: str
) -> None:
    parts, options = request_of(method, path)
    headers = {**jp_auth_header, "Origin": "http://evil.example"}
    reply = await user.get(*parts, headers=headers, **options)
    assert reply.code == 403
    assert "Access-Control-Allow-Origin" not in reply.headers


async def test_the_socket_wants_a_token_and_an_origin_of_ours(
    user: User, jp_http_port: int, jp_base_url: str, jp_auth_header: dict[str, str]
) -> None:
    notebook = await user.create()
    url = f"ws://localhost:{jp_http_port}{jp_base_url}{PREFIX}/notebooks/{notebook['id']}"
    for headers in ({}, {**jp_auth_header, "Origin": "http://evil.example"}):
        with pytest.raises(HTTPClientError, match="403"):
            await websocket_connect(HTTPRequest(f"{url}/runs-document", headers=headers))


async def test_reading_writing_and_running_are_different_rights(
    user: User, recorded: Recording
) -> None:
    notebook = await user.create()
    (cell,) = await user.write("1")
    run = await user.start(notebook["id"])
    other = await user.start(notebook["id"])
    await user.ran(run, cell)
    recorded.asked.clear()
    wanted: dict[str, list[tuple[str, str, Any]]] = {
        "read": [
            ("GET", "", None),
            ("GET", "notebooks", None),
            ("GET", f"notebooks/{notebook['id']}/runs", None),
            ("GET", f"runs/{run}/timeline", None),
            ("GET", f"notebooks/{notebook['id']}/search", None),
            ("GET", f"runs/{run}/compare/{other}", None),
            ("GET", "openapi.json", None),
        ],
        "write": [
            ("POST", "notebooks", {"path": "other.tsnb", "kernel": "python3"}),
            ("PATCH", f"runs/{run}", {"title": "Other"}),
        ],
        "execute": [
            ("POST", f"runs/{run}/execute", {"cells": [], "request_id": "r"}),
            ("POST", f"runs/{run}/interrupt", {}),
            ("POST", f"runs/{run}/restart", {}),
            ("POST", f"runs/{run}/stop", {}),
            ("DELETE", f"runs/{run}", None),
            ("POST", f"notebooks/{notebook['id']}/runs", {}),
        ],
    }
    for action, requests in wanted.items():
        recorded.allowed = {"read", "write", "execute"} - {action}
        for method, path, body in requests:
            with pytest.raises(Refused, match="403"):
                await user.ask(method, path, body)
            assert recorded.asked[-1] == ("patina", action)
        recorded.allowed = {action}
        for method, path, body in requests:
            await user.ask(method, path, body)
    recorded.allowed = {"write", "execute"}
    with pytest.raises(HTTPClientError, match="403"):
        await user.connect(f"{PREFIX}/notebooks/{notebook['id']}/runs-document")
    recorded.allowed = {"read"}
    follower = await user.follow(notebook["id"])
    await user.until(soon(lambda: follower.meta["notebook"]), lambda name: name == notebook["id"])


def test_the_documented_routes_and_rights_are_those_there_are() -> None:
    row = r"^\| `(\w+) api/patina(\S*)` \| `(\w+)` \|(?: `?(\w*)`? ?)\| (\d*)"
    documented = {found[:4] for found in re.findall(row, API, re.MULTILINE)}
    ours = {("GET", "/openapi.json", "read", "")}
    for method, path in OPERATIONS:
        described = getattr(RESOURCES[path], method).operation
        body = described.body.__name__ if described.body else ""
        ours.add((method.upper(), path, described.action, body))
    ours |= {("WS", path, "read", "") for path in SOCKETS}
    assert ours == documented


async def test_the_openapi_document_is_served_and_describes_every_operation(user: User) -> None:
    served = await user.ask("GET", "openapi.json")
    assert served == json.loads(json.dumps(openapi()))
    described = {
        (method, path.removeprefix(f"/{PREFIX}"))
        for path, methods in served["paths"].items()
        for method in methods
    }
    assert described == set(OPERATIONS)
    timeline = served["paths"][f"/{PREFIX}/runs/{{run}}/timeline"]["get"]["parameters"]
    assert [(one["name"], one["in"]) for one in timeline] == [
        ("run", "path"),
        ("from", "query"),
        ("to", "query"),
    ]
    schemas = served["components"]["schemas"]
    assert set(schemas["Run"]["properties"]) == set(wire.Run.__struct_fields__)
    for reference in re.findall(r'"\$ref": "#/components/schemas/(\w+)"', json.dumps(served)):
        assert reference in schemas


@pytest.mark.parametrize(
    "body", ["", "[]", "{", '{"path": 3}', '{"path": "a", "kernel": "b", "more": 1}', "\ud800"]
)
async def test_a_body_that_is_none_is_refused_with_a_reason(user: User, body: str) -> None:
    reply = await user.get(
        "api", "patina", "notebooks", method="POST", body=body.encode("utf-8", "surrogatepass")
    )
    problem = json.loads(reply.body)
    assert reply.code == 400
    assert problem["message"]
    assert problem["reason"]


async def test_a_body_that_is_too_large_is_refused(user: User) -> None:
    body = json.dumps({"title": "x" * (17 * 2**20)})
    reply = await user.get("api", "patina", "runs", "x", method="PATCH", body=body)
    assert reply.code == 413


@pytest.mark.parametrize("path", ["notebooks/x/runs", "runs/x/timeline", "notebooks/x/blobs/y"])
async def test_what_is_not_there_is_not_found(user: User, path: str) -> None:
    with pytest.raises(Refused, match="404"):
        await user.ask("GET", path)


async def test_the_server_says_what_it_is(user: User) -> None:
    info = await user.ask("GET", "")
    assert info["protocol"] == wire.PROTOCOL
    assert "python3" in [kernel["name"] for kernel in info["kernels"]]
    assert info["notebooks_root"] == user.serverapp.root_dir


async def test_what_is_not_there_is_answered_as_every_error_is(user: User) -> None:
    with pytest.raises(Refused) as refused:
        await user.ask("POST", "runs/x/no-such-thing")
    assert refused.value.status == 404
    assert "POST api/patina/runs/x/no-such-thing" in refused.value.problem["reason"]
    reply = await user.get(PREFIX, "nothing", headers={"Authorization": ""})
    assert reply.code == 403
