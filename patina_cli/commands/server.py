"""The server and what is open in it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from patina_cli.commands.options import Where, json_option, server_options
from patina_cli.lab import Json
from patina_cli.problem import Problem
from patina_cli.show import Table, say, show_json, show_table
from patina_cli.texts import counted, duration, one_line, size

LIVE = ("starting", "idle", "busy", "forking")


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("path", type=click.Path(path_type=Path), required=False)
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
def lab(path: Path | None, options: tuple[str, ...]) -> None:
    """Open JupyterLab on a folder or a notebook.

    PATH is this folder where none is given. OPTIONS are those of `jupyter lab`.
    """
    # An option in the first place is no path.
    if path is not None and str(path).startswith("-"):
        path, options = None, (str(path), *options)
    place = (path or Path()).expanduser().resolve()
    if not place.exists():
        hint = "Name one that is there; in JupyterLab's launcher you make new ones."
        raise Problem(f"There is no {place}", "", hint)
    folder = place if place.is_dir() else place.parent
    opened = [] if place.is_dir() else [str(place)]
    # Jupyter refuses to run as root unless told; in a container there is often nobody else.
    root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={folder}", *root]
    os.execv(sys.executable, [*command, *options, *opened])  # noqa: S606 - becomes JupyterLab


@click.command()
@server_options
@json_option
def status(where: Where, as_json: bool) -> None:
    """Say which server answers, and what is at work in it."""
    with where.lab() as lab:
        info, notebooks = lab.ask("GET", ""), lab.ask("GET", "notebooks")
    runs = [run for notebook in notebooks for run in notebook["runs"]]
    live = [run for run in runs if run["status"] in LIVE]
    busy = [run for run in live if run["status"] == "busy"]
    if as_json:
        counts = {"notebooks": len(notebooks), "runs": len(runs), "live": len(live)}
        told = {"url": lab.server.url, **info, **counts, "busy": len(busy)}
        show_json(told)
        return
    say(f"Patina Lab {info['version']} at {lab.server.url}")
    say(f"Folder    {info['notebooks_root']}")
    say(f"Open      {counted(len(notebooks), 'notebook')}, {counted(len(runs), 'run')}")
    say(f"At work   {counted(len(live), 'kernel')}, {len(busy)} busy")
    say(f"Kernels   {', '.join(kernel['name'] for kernel in info['kernels'])}")


@click.command()
@server_options
@json_option
@click.option("--all", "every", is_flag=True, help="Also runs without a kernel.")
def ps(where: Where, as_json: bool, every: bool) -> None:
    """List runs and kernels, with their memory."""
    with where.lab() as lab:
        notebooks = lab.ask("GET", "notebooks")
        kernels: list[Json] = _decoded(lab.client.fetch("GET", "api/kernels"))
    rows = list(_processes(notebooks, kernels, every=every))
    if as_json:
        show_json(rows)
        return
    table = Table(
        ("RUN", "TITLE", "NOTEBOOK", "KERNEL", "STATUS", "QUEUE", "MEMORY", "SINCE"),
        [_process_row(row) for row in rows],
        right=frozenset({5, 6}),
    )
    show_table(table)


def _decoded(data: bytes) -> Any:
    import json  # noqa: PLC0415

    return json.loads(data)


def _processes(notebooks: list[Json], kernels: list[Json], *, every: bool) -> Iterator[Json]:
    """Yield runs, then kernels that belong to none of them."""
    ours = set()
    for notebook in notebooks:
        for run in notebook["runs"]:
            ours.add(run.get("kernel_id"))
            if every or run["status"] in LIVE:
                yield {"kind": "run", "path": notebook["path"], **run}
    for kernel in kernels:
        if kernel["id"] not in ours:
            yield {"kind": "kernel", **kernel}


def _process_row(row: Json) -> tuple[str, ...]:
    if row["kind"] == "kernel":
        status, since = row.get("execution_state", ""), _ago(row.get("last_activity"))
        return (row["id"][:8], "", "", row["name"], status, "", "", since)
    queue = str(len(row["queue"])) if row["queue"] else ""
    memory = size(row.get("memory_bytes"))
    title = one_line(row["title"], 30)
    return (
        row["id"][:8], title, row["path"], row["kernel_name"], row["status"], queue, memory,
        _ago(row["created"]),
    )  # fmt: skip


def _ago(time: str | None) -> str:
    """Return how long ago a time was, RFC 3339."""
    if not time:
        return ""
    passed = datetime.now(UTC) - datetime.fromisoformat(time)
    return duration(max(0.0, passed.total_seconds()))


@click.command()
@server_options
@json_option
def notebooks(where: Where, as_json: bool) -> None:
    """List the open notebooks."""
    with where.lab() as lab:
        found = lab.ask("GET", "notebooks")
    if as_json:
        show_json(found)
        return
    rows = [
        (one["path"], one["kernel"], str(len(one["runs"])), _live(one["runs"]), one["id"])
        for one in found
    ]
    show_table(Table(("NOTEBOOK", "KERNEL", "RUNS", "LIVE", "ID"), rows, right=frozenset({2, 3})))


def _live(runs: list[Json]) -> str:
    return str(sum(run["status"] in LIVE for run in runs))
