"""23: no token, a page of another origin, no XSRF token: 403, on every route there is."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tornado.httpclient import AsyncHTTPClient

from patina_lab.http.otherdocuments import OtherDocuments
from patina_lab.http.sourcesession import SourceSession
from patina_lab.http.sourcesocket import SourceSocket
from patina_lab.tests.user import User
from tests.promises.routes import NOWHERE, OPERATIONS, RIGHTS, filled, rules

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
COLLABORATION = "/api/collaboration/"
EVIL = {"Origin": "http://evil.example"}


@pytest.fixture
def ask(jp_http_port: int, jp_base_url: str, user: User) -> Any:
    """Send a request with these headers and no others."""

    async def send(method: str, path: str, headers: dict[str, str]) -> Any:
        body = {"body": "{}"} if method in ("POST", "PUT", "PATCH") else {}
        return await AsyncHTTPClient().fetch(
            f"http://localhost:{jp_http_port}{jp_base_url}{path}",
            method=method,
            headers=headers,
            raise_error=False,
            follow_redirects=False,
            **body,
        )

    return send


def test_every_route_of_ours_is_listed_with_every_method(jp_serverapp: Any, user: User) -> None:
    found = {
        pattern: handler
        for pattern, handler in rules(jp_serverapp.web_app.default_router)
        if "/api/patina" in pattern or handler.__module__.startswith("patina_lab")
    }
    listed = {}
    for path, rights in {**RIGHTS, NOWHERE: {}}.items():
        pattern = re.sub(r"{\w+}", "([^/]+)", path)
        listed[pattern] = rights
    ours = {}
    for pattern, handler in found.items():
        short = re.sub(r"\$$", "", pattern).partition("/api/patina")[2]
        if "/api/patina" not in pattern:
            assert COLLABORATION in pattern, f"{pattern} is no route that is known"
            continue
        ours[short] = handler
    assert set(ours) == set(listed)
    for short, handler in ours.items():
        if short == NOWHERE:
            continue
        own = {
            method
            for method in METHODS
            if getattr(handler, method.lower()).__qualname__.startswith(handler.__name__)
        }
        assert own == set(listed[short]), short


def test_something_of_ours_stands_before_every_route_of_collaboration(jp_serverapp: Any) -> None:
    found = {
        pattern.partition(COLLABORATION)[2]: handler.__mro__[1]
        for pattern, handler in rules(jp_serverapp.web_app.default_router)
        if COLLABORATION in pattern
    }
    assert found == {
        "fork/(.*)$": OtherDocuments,
        "room/(.*)$": SourceSocket,
        "session/(.*)$": SourceSession,
        "timeline/(.*)$": OtherDocuments,
        "undo_redo/(.*)$": OtherDocuments,
    }


@pytest.mark.parametrize("path", [*RIGHTS, "/nothing/there", "/runs/x/y/z"])
async def test_nothing_is_said_to_who_has_no_token(ask: Any, path: str) -> None:
    for method in METHODS:
        for headers in ({}, {"Authorization": "token wrong"}, {"Cookie": "username=forged"}):
            reply = await ask(method, filled(path), headers)
            if method == "OPTIONS":
                assert reply.code in (403, 405) or not reply.body
            else:
                assert reply.code in (403, 405), (method, path, headers)


@pytest.mark.parametrize(("method", "path", "right"), OPERATIONS)
async def test_a_page_of_another_origin_is_refused_whatever_it_has(
    ask: Any, jp_auth_header: dict[str, str], method: str, path: str, right: str
) -> None:
    cookie = await _cookie(ask, jp_auth_header)
    for credentials in (jp_auth_header, cookie, {**cookie, **_xsrf(cookie)}):
        for origin in (EVIL, {"Origin": "null"}, {"Origin": "http://localhost.evil.example"}):
            reply = await ask(method, filled(path), {**credentials, **origin})
            assert reply.code == 403, (credentials, origin)
            assert "Access-Control-Allow-Origin" not in reply.headers


@pytest.mark.parametrize(
    ("method", "path", "right"), [one for one in OPERATIONS if one[0] != "GET"]
)
async def test_what_a_cookie_alone_would_do_needs_the_xsrf_token(
    ask: Any, jp_auth_header: dict[str, str], method: str, path: str, right: str
) -> None:
    cookie = await _cookie(ask, jp_auth_header)
    for headers in (cookie, {**cookie, "X-XSRFToken": "wrong"}):
        assert (await ask(method, filled(path), headers)).code == 403
    reply = await ask(method, filled(path), {**cookie, **_xsrf(cookie)})
    assert reply.code != 403, "with it, the request is heard"


async def _cookie(ask: Any, token: dict[str, str]) -> dict[str, str]:
    """Log in; return the headers of a browser that sends what it was given."""
    login = await ask("GET", filled(""), token)
    page = await ask("GET", "login", {})
    given = [*login.headers.get_list("Set-Cookie"), *page.headers.get_list("Set-Cookie")]
    cookies = [one.partition(";")[0] for one in given]
    assert any(one.startswith("username-") for one in cookies), given
    return {"Cookie": "; ".join(cookies)}


def _xsrf(cookie: dict[str, str]) -> dict[str, str]:
    found = re.search(r"_xsrf=([^;]+)", cookie["Cookie"])
    assert found
    return {"X-XSRFToken": found[1]}
