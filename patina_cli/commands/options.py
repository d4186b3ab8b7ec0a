"""What commands share: which server, and how to answer."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from patina_cli.finding import Server, server_at, server_near
from patina_cli.lab import Lab
from patina_cli.problem import Problem

Command = Callable[..., Any]
json_option: Callable[[Command], Command] = click.option(
    "--json", "as_json", is_flag=True, help="Answer with JSON, errors included."
)


@dataclass(frozen=True, slots=True)
class Where:
    """Which server a person has named, if any."""

    url: str | None
    token: str | None

    def server(self, near: Path | None = None) -> Server:
        """Return the server that was named, or the running one that has a place."""
        if self.url:
            return server_at(self.url, self.token)
        return server_near((near or Path.cwd()).resolve(), self.token)

    @contextmanager
    def lab(self, near: Path | None = None) -> Iterator[Lab]:
        """Use that server for a while."""
        lab = Lab(self.server(near))
        try:
            yield lab
        finally:
            lab.client.close()


def server_options(command: Command) -> Command:
    """Give a command `--server` and `--token`; it gets them as `where`."""

    @click.option(
        "--server", metavar="URL", help="The server. Otherwise the one that has this folder."
    )
    @click.option(
        "--token",
        metavar="TOKEN",
        help="Its token, or - to read it from standard input. Others on this machine see what"
        " stands in a command: set PATINA_TOKEN instead. Servers of your own need none.",
    )
    @functools.wraps(command)
    def with_where(*args: Any, server: str | None, token: str | None, **others: Any) -> Any:
        named = server or os.environ.get("PATINA_SERVER") or None
        return command(*args, where=Where(named, _token(token)), **others)

    return with_where


def _token(given: str | None) -> str | None:
    if given != "-":
        return given or os.environ.get("PATINA_TOKEN") or None
    token = sys.stdin.readline().strip()
    if not token:
        raise Problem("No token came from standard input")
    return token
