"""WebSocket and FormData, against a real server on this machine."""

# ruff: noqa: E501 - cells are quoted as they are

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest
from patina_javascript.run import Bench
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler
from tornado.websocket import WebSocketHandler


class Echo(WebSocketHandler):
    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        return subprotocols[-1] if subprotocols else None

    def on_message(self, message: str | bytes) -> None:
        if message == "end":
            self.close(4001, "as you wish")
        elif message == "break":
            self.ws_connection.stream.close()  # type: ignore[union-attr]
        else:
            self.write_message(message, binary=isinstance(message, bytes))


class Form(RequestHandler):
    def post(self) -> None:
        (upload,) = self.request.files["file"]
        self.write(
            f"{self.get_body_argument('text')}|{upload['filename']}|{upload['content_type']}|"
        )
        self.write(upload["body"])


@pytest.fixture
def place(js: Bench) -> Iterator[str]:
    sockets = bind_sockets(0, "127.0.0.1")
    loop, started = asyncio.new_event_loop(), threading.Event()

    def serve() -> None:
        asyncio.set_event_loop(loop)
        server = HTTPServer(Application([("/echo", Echo), ("/form", Form)]))
        loop.call_soon(server.add_sockets, sockets)
        loop.call_soon(started.set)
        loop.run_forever()
        server.stop()
        loop.run_until_complete(server.close_all_connections())
        loop.close()

    thread = threading.Thread(target=serve)
    thread.start()
    assert started.wait(30)
    yield f"127.0.0.1:{sockets[0].getsockname()[1]}"
    loop.call_soon_threadsafe(loop.stop)
    thread.join()


OPEN = (
    "const socket = new WebSocket('ws://PLACE/echo', ['a', 'b']); const seen = [];"
    "socket.onopen = () => seen.push(['open', socket.readyState, socket.protocol]);"
    "socket.onmessage = ({data}) => seen.push(data); socket.onerror = () => seen.push('error');"
    "const closed = new Promise(done => socket.addEventListener('close', done));"
    "const next = () => new Promise(done => socket.addEventListener('message', ({data}) => done(data), {once: true}));"
    "await new Promise(done => socket.addEventListener('open', done));"
)


def test_texts_and_bytes_go_to_a_server_and_come_back(js: Bench, place: str) -> None:
    assert js.run(OPEN.replace("PLACE", place)).error is None
    js.run("let answer = next(); socket.send('h\u00e9llo'); await answer")
    js.run(
        "socket.binaryType = 'arraybuffer'; answer = next(); socket.send(new Uint8Array([1, 2])); await answer"
    )
    js.run(
        "socket.binaryType = 'blob'; answer = next(); socket.send(new Blob(['b'])); const blob = await answer"
    )
    assert js.run("[seen.slice(0, 3), await blob.text(), blob instanceof Blob]").value == (
        "[\n  [\n    [ 'open', 1, 'b' ],\n    'h\u00e9llo',\n"
        "    ArrayBuffer { [Uint8Contents]: <01 02>, byteLength: 2 }\n  ],\n  'b',\n  true\n]"
    )
    ran = js.run(
        "socket.close(3000, 'done'); const { code, reason, wasClean } = await closed; [code, reason, wasClean, socket.readyState]"
    )
    assert (ran.error, ran.value) == (None, "[ 3000, '', true, 3 ]")


@pytest.mark.parametrize(
    ("sent", "told"),
    [("end", "[ 4001, 'as you wish', true ]"), ("break", "[ 1006, '', false ]")],
)
def test_the_end_of_a_connection_is_told(js: Bench, place: str, sent: str, told: str) -> None:
    js.run(OPEN.replace("PLACE", place))
    ran = js.run(
        f"socket.send({sent!r}); const {{ code, reason, wasClean }} = await closed; [code, reason, wasClean]"
    )
    assert (ran.error, ran.value) == (None, told)
    assert js.run("socket.send('late'); 1").value == "1"


def test_what_is_no_connection_is_an_error_and_an_end(js: Bench) -> None:
    ran = js.run(
        "const socket = new WebSocket('ws://127.0.0.1:9/'); const seen = [];"
        "socket.onerror = event => seen.push(event.type);"
        "const { code } = await new Promise(done => { socket.onclose = done }); [seen, code]"
    )
    assert (ran.error, ran.value) == (None, "[ [ 'error' ], 1006 ]")
    for wrong in ("'http//x'", "'ws://x/#a'", "'ws://x', ['a', 'a']"):
        error = js.run(f"new WebSocket({wrong})").error
        assert error is not None
        assert error[0] == "SyntaxError"


def test_a_copy_is_told_that_its_connection_has_ended(js: Bench, place: str) -> None:
    js.run(OPEN.replace("PLACE", place))
    assert js.session.copied(reseed=False) == ["socket.read"]
    ran = js.run("const { code } = await closed; [seen.at(-1), code]")
    assert (ran.error, ran.value) == (None, "[ 'error', 1006 ]")


def test_a_form_is_sent_as_a_browser_sends_it(js: Bench, place: str) -> None:
    ran = js.run(
        "const form = new FormData(); form.append('text', 'h\u00e9'); form.append('file', new Blob(['\\0 b']), 'b.bin');"
        f"await (await fetch('http://{place}/form', {{ method: 'POST', body: form }})).text()"
    )
    assert (ran.error, ran.value) == (
        None,
        "'h\u00e9|b.bin|application/octet-stream|\\x00 b'",
    )


def test_a_form_is_read_from_a_response(js: Bench) -> None:
    ran = js.run(
        "const form = new FormData(); form.append('a', '1'); form.append('a', '2'); form.set('b', 'x');"
        "form.append('f', new File(['ab'], 'n.txt', { type: 'text/plain' }));"
        "const read = await new Response(form).formData(); const file = read.get('f');"
        "[[...read.keys()], read.getAll('a'), read.has('z'), file.name, file.type, await file.text()].join(' ')"
    )
    assert (ran.error, ran.value) == (
        None,
        "'a,a,b,f 1,2 false n.txt text/plain ab'",
    )
    ran = js.run("[...await new Response(new URLSearchParams('a=1&b=%C3%A9')).formData()]")
    assert ran.value == "[ [ 'a', '1' ], [ 'b', 'é' ] ]"
    error = js.run("await new Response('x').formData()").error
    assert error is not None
    assert "is no form" in error[1]
