"""Whether somebody else has a port that was chosen for a kernel."""

from __future__ import annotations

import socket

from patina_lab.kernel.ports import is_one_taken

CHANNELS = ("shell", "iopub", "stdin", "control", "hb")


def connection_of(port: int) -> dict[str, str | int]:
    free = dict.fromkeys((f"{name}_port" for name in CHANNELS), 0)
    return {"transport": "tcp", "ip": "127.0.0.1", **free, "hb_port": port}


def test_a_port_that_somebody_listens_at_is_taken_and_then_free_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        connection = connection_of(somebody.getsockname()[1])
        assert is_one_taken(connection)
        assert not is_one_taken({**connection, "transport": "ipc"})
    assert not is_one_taken(connection)


def test_a_port_from_which_somebody_has_connected_is_taken() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as somebody,
    ):
        assert is_one_taken(connection_of(somebody.getsockname()[1]))


def test_a_connection_that_has_ended_takes_no_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as kernel:
        connection = connection_of(kernel.getsockname()[1])
        with socket.create_connection(kernel.getsockname()):
            kernel.accept()[0].close()
    assert not is_one_taken(connection)
