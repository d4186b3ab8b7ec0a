"""What a server answers that is none of ours."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from patina_cli.client import Client
from patina_cli.finding import Server
from patina_cli.problem import Exit, Problem


class _Page(BaseHTTPRequestHandler):
    """Answers whatever is asked with a page, as many servers do."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<html>Welcome</html>")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def stranger() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Page)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_page_instead_of_an_answer_is_told_as_another_server(stranger: str) -> None:
    client = Client(Server(stranger))
    with pytest.raises(Problem, match="is no server with Patina Lab") as told:
        client.ask("GET", "notebooks")
    client.close()
    assert told.value.status == Exit.UNREACHED
