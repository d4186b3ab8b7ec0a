"""fetch, against a real server on this machine."""

# ruff: noqa: E501 - cells are quoted as they are

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from patina_javascript.run import Bench
from patina_javascript.world.fetching import LOOKUP_THREAD


class Answers(BaseHTTPRequestHandler):
    server: Server

    def _reply(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, text in headers.items():
            self.send_header(name.replace("_", "-"), text)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        match self.path:
            case "/json":
                self._reply(200, b'{"a": [1, 2]}', Content_Type="application/json")
            case "/zip":
                self._reply(200, gzip.compress(b"unzipped"), Content_Encoding="gzip")
            case "/moved":
                self._reply(302, b"", Location="/json")
            case "/slow":
                self._reply(200, b"first")
                self.wfile.flush()
                self.server.released.wait(60)
            case "/silent":
                self.server.released.wait(60)
            case _:
                self._reply(404, b"none")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._reply(201, self.headers["Content-Type"].encode() + b"|" + body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    def __init__(self) -> None:
        self.released = threading.Event()
        super().__init__(("127.0.0.1", 0), Answers)


@pytest.fixture
def url(js: Bench) -> Iterator[str]:
    server = Server()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    js.run(f"const url = 'http://127.0.0.1:{server.server_port}'")
    yield f"http://127.0.0.1:{server.server_port}"
    server.released.set()
    server.shutdown()
    server.server_close()
    thread.join()


def value(js: Bench, code: str) -> str | None:
    ran = js.run(code)
    assert ran.error is None, ran.error
    return ran.value


@pytest.mark.usefixtures("url")
def test_a_response_has_status_headers_and_json(js: Bench) -> None:
    code = "const r = await fetch(url + '/json'); const v = await r.json();"
    assert value(
        js, code + "[r.ok, r.status, r.headers.get('Content-Type'), v, v.a instanceof Array]"
    ) == ("[ true, 200, 'application/json', { a: [ 1, 2 ] }, true ]")
    assert value(js, "const n = await fetch(url + '/none'); [n.ok, n.status, await n.text()]") == (
        "[ false, 404, 'none' ]"
    )


@pytest.mark.usefixtures("url")
def test_what_is_compressed_is_not_when_it_is_read(js: Bench) -> None:
    code = (
        "const z = await fetch(url + '/zip'); [await z.text(), z.headers.has('content-encoding')]"
    )
    assert value(js, code) == "[ 'unzipped', false ]"


@pytest.mark.usefixtures("url")
def test_a_body_is_sent_with_its_type(js: Bench) -> None:
    code = (
        "await (await fetch(url, {method: 'post', body: new URLSearchParams({a: 'b c'})})).text()"
    )
    assert value(js, code) == "'application/x-www-form-urlencoded;charset=UTF-8|a=b+c'"


@pytest.mark.usefixtures("url")
def test_redirects_are_followed_or_not(js: Bench) -> None:
    code = "const m = await fetch(url + '/moved'); [m.redirected, m.url === url + '/json']"
    assert value(js, code) == "[ true, true ]"
    assert value(js, "(await fetch(url + '/moved', {redirect: 'manual'})).status") == "302"
    ran = js.run("await fetch(url + '/moved', {redirect: 'error'})")
    assert ran.error is not None
    assert "it redirects to /json" in ran.error[1]


@pytest.mark.usefixtures("url")
def test_a_body_comes_as_it_is_sent_and_can_be_aborted(js: Bench) -> None:
    code = (
        "const c = new AbortController(); const s = await fetch(url + '/slow', {signal: c.signal});"
        "const reader = s.body.getReader(); const first = await reader.read();"
        "setTimeout(() => c.abort(), 1);"
        "const why = await reader.read().catch(e => e);"
        "[new TextDecoder().decode(first.value), first.value instanceof Uint8Array, why.name, why === c.signal.reason]"
    )
    assert value(js, code) == "[ 'first', true, 'AbortError', true ]"


@pytest.mark.usefixtures("url")
def test_a_request_that_nobody_answers_ends_with_its_signal(js: Bench) -> None:
    code = "try { await fetch(url + '/silent', {signal: AbortSignal.timeout(20)}) } catch (e) { e.name }"
    assert value(js, code) == "'TimeoutError'"


@pytest.mark.usefixtures("url")
def test_a_body_is_read_once_unless_it_was_cloned(js: Bench) -> None:
    code = (
        "const b = await fetch(url + '/json'); const copy = b.clone(); await b.text();"
        "[b.bodyUsed, (await copy.json()).a.length, await b.text().catch(e => e instanceof TypeError)]"
    )
    assert value(js, code) == "[ true, 2, true ]"


def test_no_thread_is_left_that_a_fork_would_lose(js: Bench, url: str) -> None:
    code = f"(await fetch('{url.replace('127.0.0.1', 'localhost')}/json')).status"
    assert value(js, code) == "200"
    deadline = time.monotonic() + 60
    while lookups() and time.monotonic() < deadline:
        js.wait(0.01)
    assert lookups() == []


def lookups() -> list[str]:
    return [
        one.name for one in threading.enumerate() if one.name.startswith((LOOKUP_THREAD, "asyncio"))
    ]


def test_a_server_that_is_not_there_says_what_failed(js: Bench) -> None:
    ran = js.run("await fetch('http://127.0.0.1:1/x')")
    assert ran.error is not None
    assert ran.error[0] == "TypeError"
    assert ran.error[1].startswith("fetch of http://127.0.0.1:1/x failed: ")
    ran = js.run("await fetch('data.csv')")
    assert ran.error is not None
    assert "Files of the notebook are read with fs.readFileSync" in ran.error[1]
