"""Which sockets lead to somebody whom a copy would lose."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from patina_kernel.forking.sockets import peer


def test_a_connection_names_its_other_end() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client:
            assert peer(client.fileno()) == f"network 127.0.0.1:{port}"
        # Who waits for connections has nobody yet, but an address.
        assert peer(server.fileno()) == f"network 127.0.0.1:{port} (not connected)"


def test_a_named_socket_is_told_by_its_name(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(tmp_path / "s"))
        assert peer(one.fileno()) == f"unix {tmp_path / 's'} (not connected)"


@pytest.mark.parametrize("family", [socket.AF_UNIX, socket.AF_INET, socket.AF_INET6])
def test_one_without_address_and_connection_leads_nowhere(family: socket.AddressFamily) -> None:
    with socket.socket(family) as one:
        assert peer(one.fileno()) is None


def test_a_pair_of_our_own_is_nobody_else() -> None:
    one, other = socket.socketpair()
    with one, other:
        assert peer(one.fileno()) is None
